// Checkpoints: places in the history that the user keeps, by number, with a note. They belong to the session, and go with the
// kernel whose history they are of.
import { label } from '../../debugger/index.ts';
import { placeLines } from '../describe.ts';
import type { Checkpoint, Session } from '../session.ts';
import { type Command, type Output, refuse, say, usage } from './command.ts';
import { restore } from './time.ts';

function textOf(session: Session, { number, cursor, note }: Checkpoint): string {
  const branch = session.time.branches.length > 1 ? `  branch ${cursor.branch}` : '';
  const place = placeLines(session, cursor)[0] ?? label(cursor.at);
  return `${number}  ${place}${branch}${note === '' ? '' : `  "${note}"`}`;
}

/** What `info checkpoints` prints. */
export function infoCheckpoints(session: Session): string[] {
  const { checkpoints } = session.state;
  return checkpoints.length === 0 ? ['No checkpoints.'] : checkpoints.map((one) => textOf(session, one));
}

/** The checkpoint that is meant, or why there is none. */
function named(session: Session, text: string): Checkpoint | string {
  const found = session.state.checkpoints.find(({ number }) => String(number) === text);
  return found ?? `No checkpoint number ${text}.`;
}

/** `delete checkpoint N…`: takes checkpoints away; their marks on the timeline stay. */
export function deleteCheckpoints(session: Session, numbers: readonly string[]): Output {
  const wrong = numbers.map((text) => named(session, text)).find((one) => typeof one === 'string');
  if (typeof wrong === 'string') return refuse(wrong);
  session.change((draft) => {
    draft.checkpoints = draft.checkpoints.filter(
      ({ number }) => numbers.length > 0 && !numbers.includes(String(number)),
    );
  });
  return say();
}

const checkpointCommand: Command = {
  names: ['checkpoint'],
  group: 'time',
  usage: 'checkpoint [NOTE]',
  help: 'keeps the place where one stands, with a note; restart NUMBER comes back, info checkpoints lists them',
  run(session, note) {
    const { cursor, nextCheckpoint: number } = session.state;
    const made: Checkpoint = { number, cursor, note };
    session.change((draft) => {
      draft.checkpoints = [...draft.checkpoints, made];
      draft.nextCheckpoint = number + 1;
    });
    session.mark(cursor.at.at, `checkpoint ${number}${note === '' ? '' : `: ${note}`}`);
    return say(`Checkpoint ${textOf(session, made)}`);
  },
};

const restartCommand: Command = {
  names: ['restart'],
  group: 'time',
  usage: 'restart NUMBER',
  help: 'goes to a checkpoint; run goes to the start of the boot',
  run(session, args) {
    if (args === '') return usage(restartCommand, 'the number of a checkpoint is missing');
    const found = named(session, args);
    if (typeof found === 'string') return usage(restartCommand, found);
    return restore(session, found.cursor, `checkpoint ${textOf(session, found)}`);
  },
  words: (session) => session.state.checkpoints.map(({ number }) => String(number)),
};

/** The commands of this file. */
export const checkpointCommands: readonly Command[] = [checkpointCommand, restartCommand];
