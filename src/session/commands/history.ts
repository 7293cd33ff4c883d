// Commands that go back and forward through where one stood, and the rows of info history, marks and stages. Know nothing of
// how one came there.
import { label, position } from '../../debugger/index.ts';
import { branchText } from '../branches.ts';
import { placeLines } from '../describe.ts';
import type { Result } from '../results.ts';
import type { Cursor, Mark, Session } from '../session.ts';
import { type Command, listed, type Output, refuse, usage } from './command.ts';
import { restore } from './time.ts';

/** Entries that info history lists on each side. */
const LISTED = 20;

/** Moves so many entries from one list to the other, where one stands being the one between them. */
function shifted(from: readonly Cursor[], here: Cursor, to: readonly Cursor[], count: number) {
  const way = [here, ...[...from].reverse()];
  return { here: way[count] ?? here, from: from.slice(0, from.length - count), to: [...to, ...way.slice(0, count)] };
}

function back(session: Session, count: number): Output {
  const { past, cursor, future } = session.state;
  if (past.length === 0) return refuse('back: nothing to go back to; every stop and jump is remembered');
  const { here, from, to } = shifted(past, cursor, future, Math.min(count, past.length));
  const out = restore(session, here);
  session.change((draft) => {
    draft.past = from;
    draft.future = to;
  });
  return out;
}

function forth(session: Session, count: number): Output {
  const { past, cursor, future } = session.state;
  if (future.length === 0) return refuse('forward: nothing to go forward to; back comes first');
  const { here, from, to } = shifted(future, cursor, past, Math.min(count, future.length));
  const out = restore(session, here);
  session.change((draft) => {
    draft.past = to;
    draft.future = from;
  });
  return out;
}

function counted(name: string, help: string, go: (session: Session, count: number) => Output): Command {
  const command: Command = {
    names: [name],
    group: 'time',
    usage: `${name} [COUNT]`,
    help,
    run(session, args) {
      const count = args === '' ? 1 : Number(args);
      if (!Number.isSafeInteger(count) || count < 1) return usage(command, `'${args}' is not a count`);
      return go(session, count);
    },
  };
  return command;
}

/** Where a cursor stands, in one line; its branch where there are several. */
export function cursorText(session: Session, cursor: Cursor): string {
  const branch = session.time.branches.length > 1 ? `  ${branchText(session, cursor.branch)}` : '';
  return `${placeLines(session, cursor)[0] ?? label(cursor.at)}${branch}`;
}

/** A cursor as a row that can be jumped to. */
export function cursorRow(cursor: Cursor, text: string): Result {
  return { at: cursor.at, thread: cursor.thread, branch: cursor.branch, depth: 0, text };
}

/** What `info history` answers: where back and forward go, with the command that goes there. */
export function infoHistory(session: Session): Output {
  const { past, cursor, future } = session.state;
  const row = (words: string, one: Cursor) => cursorRow(one, `${words.padEnd(13)}${cursorText(session, one)}`);
  const behind = past.slice(-LISTED);
  const ahead = future.slice(-LISTED).reverse();
  return listed(session, 'where back and forward go', [
    ...behind.map((one, i) => row(`  back ${behind.length - i}`, one)),
    row('* here', cursor),
    ...ahead.map((one, i) => row(`  forward ${i + 1}`, one)),
  ]);
}

const positioned = ({ at }: Mark, text: string): Result => ({
  at: position(at),
  depth: 0,
  text: `${label(position(at)).padEnd(10)} ${text}`,
});

/** What `info stages` answers. */
export function infoStages(session: Session): Output {
  const rows = session.marks().filter(({ kind }) => kind === 'stage');
  if (rows.length === 0) return listed(session, 'stages', [{ at: null, depth: 0, text: 'no stage reached yet' }]);
  return listed(
    session,
    'stages',
    rows.map((mark) => positioned(mark, mark.label)),
  );
}

/** What `info marks` answers: where something stopped, checkpoints and faults, with the words that are their positions. */
export function infoMarks(session: Session): Output {
  const faults = session.marks().filter(({ kind }) => kind === 'fault');
  const named = [
    ...faults.map((mark, i) => ({ mark, word: `fault${i + 1}` })),
    ...session.stopMarks().map((mark) => ({ mark, word: mark.number === undefined ? '' : `mark${mark.number}` })),
  ].sort((a, b) => a.mark.at - b.mark.at);
  if (named.length === 0)
    return listed(session, 'marks', [{ at: null, depth: 0, text: 'no marks: nothing has stopped in this branch' }]);
  return listed(
    session,
    'marks',
    named.map(({ mark, word }) => positioned(mark, `${word.padEnd(8)} ${mark.label}`)),
  );
}

/** The commands of this file. */
export const historyCommands: readonly Command[] = [
  counted('back', 'where one stood before the last stop or jump, or COUNT of them; info history lists them', back),
  counted('forward', 'undoes back, once or COUNT times', forth),
];
