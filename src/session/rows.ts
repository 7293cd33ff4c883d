// Rows of what happened in a history, before and after now: one line each, with position and thread, and where one stands among
// them. Rows that nobody sees are only counted. Knows nothing of what is looked for.
import { label, position } from '../debugger/index.ts';
import type { State } from '../vm/index.ts';

/** One thing that happened: the position before it, and the row that shows it. */
export interface Row {
  readonly at: number;
  readonly text: string;
}

/** Rows in order of time, made when they are asked for. */
export interface Listing {
  readonly length: number;
  /** how many lie before a position */
  before(at: number): number;
  rows(first: number, count: number): readonly Row[];
}

/** Index of the first that answers yes; those after it do, too. */
export function firstAtLeast(sorted: readonly number[], reached: (n: number) => boolean): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (reached(sorted[middle] as number)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Rows that are made already. */
export function listing(rows: readonly Row[]): Listing {
  return {
    length: rows.length,
    before: (here) => rows.filter(({ at }) => at < here).length,
    rows: (first, count) => rows.slice(first, first + count),
  };
}

/** The line of a row: position, thread, and what it did. */
export function rowText(state: State, thread: number, at: number, words: string): string {
  return `${label(position(at)).padEnd(9)} T${thread + 1} ${(state.threads[thread]?.name ?? '').padEnd(12)}  ${words}`;
}

/** A stretch of a listing: `first`, the number of its first row. */
export interface Stretch {
  readonly first: number;
  readonly rows: readonly Row[];
}

/** Number of the first of `count` rows that has where one stands in the middle. */
export function firstOf(found: Listing, here: number, count: number): number {
  return Math.max(0, Math.min(found.before(here) - Math.floor(count / 2), found.length - count));
}

/** Rows in order, and where one stands among them. */
export function rowLines({ first, rows: shown }: Stretch, length: number, here: number): string[] {
  const rows: string[] = [];
  if (first > 0) rows.push(`… ${first} earlier`);
  let marked = false;
  for (const { at, text } of shown) {
    if (!marked && at > here) rows.push(`-- now ${label(position(here))} --`);
    marked ||= at >= here;
    rows.push(`${at === here ? '=>' : '  '} ${text}`);
  }
  if (!marked) rows.push(`-- now ${label(position(here))} --`);
  const rest = length - first - shown.length;
  return rest > 0 ? [...rows, `… ${rest} later`] : rows;
}
