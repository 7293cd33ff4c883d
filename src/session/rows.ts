// Rows of what happened in a history, before and after now: one line each, with position and thread, and where one stands among
// them. Knows nothing of what is looked for.
import { label, position } from '../debugger/index.ts';
import type { State } from '../vm/index.ts';
import type { Results } from './results.ts';
import type { Session } from './session.ts';

/** One thing that happened: the position before it, and the row that shows it. */
export interface Row {
  readonly at: number;
  readonly text: string;
}

/** Rows as an answer that can be walked through. */
export function resultsOf(session: Session, title: string, rows: readonly Row[]): Results {
  const { branch } = session.state.cursor;
  return { title, branch, rows: rows.map(({ at, text }) => ({ at: position(at), depth: 0, text })) };
}

/** Rows that are shown when no number is given. */
export const LISTED = 20;

/** The line of a row: position, thread, and what it did. */
export function rowText(state: State, thread: number, at: number, words: string): string {
  return `${label(position(at)).padEnd(9)} T${thread + 1} ${(state.threads[thread]?.name ?? '').padEnd(12)}  ${words}`;
}

/** The rows to show: those nearest to where one stands, in order, and where one stands among them. */
export function shownRows(found: readonly Row[], here: number, count: number): string[] {
  const before = found.filter(({ at }) => at < here).length;
  const first = Math.max(0, Math.min(before - Math.floor(count / 2), found.length - count));
  const shown = found.slice(first, first + count);
  const rows: string[] = [];
  if (first > 0) rows.push(`… ${first} earlier`);
  let marked = false;
  for (const { at, text } of shown) {
    if (!marked && at > here) rows.push(`-- now ${label(position(here))} --`);
    marked ||= at >= here;
    rows.push(`${at === here ? '=>' : '  '} ${text}`);
  }
  if (!marked) rows.push(`-- now ${label(position(here))} --`);
  const rest = found.length - first - shown.length;
  return rest > 0 ? [...rows, `… ${rest} later`] : rows;
}
