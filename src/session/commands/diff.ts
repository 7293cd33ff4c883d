// The command diff: what differs between two positions of the history. Knows nothing of how differences are found.
import { comparePositions, label } from '../../debugger/index.ts';
import { branchText } from '../branches.ts';
import { differenceText } from '../compare/index.ts';
import { positionWords, readPosition, splitPositions } from '../positions.ts';
import type { Cursor, Session } from '../session.ts';
import { type Command, noPosition, type Running, say, usage } from './command.ts';
import { stageNow } from './time.ts';

/** `#9417 (kho_memory_init)`, with the branch where two have a part. */
function placed(session: Session, cursor: Cursor, branches: boolean): string {
  const branch = branches ? `, ${branchText(session, cursor.branch)}` : '';
  return `${label(cursor.at)} (${stageNow(session, cursor)}${branch})`;
}

/** The first line: from where to where, and that two kernels are compared where the boots differ. */
function headLine(session: Session, from: Cursor, to: Cursor): string {
  const branches = from.branch !== to.branch;
  const [a, b] = [placed(session, from, branches), placed(session, to, branches)];
  const [bootA, bootB] = [session.now(from).boot, session.now(to).boot];
  if (bootA === bootB) return `${a} → ${b}`;
  return `${a} in boot ${bootA} → ${b} in boot ${bootB}: two kernels that ran in the same memory`;
}

function* diff(session: Session, args: string): Running {
  const given = splitPositions(args);
  const all = given.includes('--all');
  const named = given.filter((word) => word !== '--all');
  if (named.length > 2) return usage(diffCommand, `'${named[2]}' is not expected`);
  const places: Cursor[] = [];
  for (const word of named) {
    const read = yield* readPosition(session, word);
    if (!read.ok) return noPosition(diffCommand, read.error);
    places.push({ ...session.state.cursor, ...read.value });
  }
  const { previous, cursor } = session.state;
  const [from, to] = [places[0] ?? previous, places[1] ?? cursor];
  const head = headLine(session, from, to);
  const same = from.branch === to.branch && comparePositions(from.at, to.at) === 0;
  return say(head, ...(same ? ['nothing differs'] : differenceText(session.now(from), session.now(to), { all })));
}

const diffCommand: Command = {
  names: ['diff'],
  group: 'time',
  usage: 'diff [POS1] [POS2] [--all]',
  help: 'what differs between two positions, also of two branches, in ranges: from POS1 to POS2, or to here; alone, from where one stood at the last stop',
  run: diff,
  words: (session) => [...positionWords(session), '--all'],
};

/** The commands that compare positions. */
export const diffCommands: readonly Command[] = [diffCommand];
