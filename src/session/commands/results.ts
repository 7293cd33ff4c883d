// `result`: goes to a row of the last answer, one movement whatever branch and thread it leads to. Knows nothing of how the rows
// were found.
import { comparePositions } from '../../debugger/index.ts';
import { placeLines } from '../describe.ts';
import { sharedUpTo } from '../lineage.ts';
import { type Result, type Results, resultText } from '../results.ts';
import type { Cursor, Session } from '../session.ts';
import { type Command, type Output, refuse, say, usage } from './command.ts';

/** Where a row leads; one stays in one's branch where it has the same history, unless the row is of a branch itself. */
function cursorOf(session: Session, { branch: asked }: Results, { at, thread, branch: named }: Result): Cursor | null {
  if (at === null) return null;
  const own = session.state.cursor.branch;
  const branch = named ?? (at.at <= sharedUpTo(session.time, own, asked) ? own : asked);
  if (session.time.stateAt(branch, at) === null) return null;
  return { branch, at, thread: thread ?? session.mover(at, branch), level: 0 };
}

/** The answer with the numbers of its rows. */
function numbered({ title, rows }: Results): string[] {
  const digits = String(rows.length).length;
  return [title, ...rows.map((row, i) => `${String(i + 1).padStart(digits)}  ${resultText(row)}`)];
}

/** A row without what is said elsewhere when one stands there: position and thread, but not a function and its line. */
function without(text: string): string {
  return text
    .trim()
    .replace(/^#\d+(?:\.\d+)? +T\d+ +(?!\w+:\d+ )(?:\S+ +)?|^#\d+(?:\.\d+)? +T\d+ +/, '')
    .replace(/ {3,}/g, '  ');
}

function result(session: Session, args: string): Output {
  const { results } = session.state;
  if (results === null) return refuse('no answer yet; accesses EXPRESSION or lines FUNCTION gives one');
  if (args === '') return say(...numbered(results));
  const row = /^\d+$/.test(args) ? results.rows[Number(args) - 1] : undefined;
  if (row === undefined) return usage(resultCommand, `no row '${args}'; the answer has ${results.rows.length}`);
  const cursor = cursorOf(session, results, row);
  if (cursor === null) return refuse(`row ${args} leads nowhere: ${row.text.trim()}`);
  const place = placeLines(session, cursor);
  const { at } = session.state.cursor;
  session.goto(
    cursor,
    { kind: 'seek', lines: [`row ${args} of ${results.rows.length}: ${without(row.text)}`] },
    comparePositions(cursor.at, at) < 0 ? 'rev' : 'fwd',
  );
  return say(...place);
}

const resultCommand: Command = {
  names: ['result'],
  group: 'time',
  usage: 'result [ROW]',
  help: 'goes to a row of the last answer, of accesses, lines and their like; alone: its rows with their numbers',
  run: result,
};

/** The commands on answers. */
export const resultCommands: readonly Command[] = [resultCommand];
