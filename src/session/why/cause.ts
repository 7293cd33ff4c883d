// A chain of causes as a tree of rows, and how it becomes an answer: equal parts once, what is deep left out. Knows nothing
// of how causes are found.
import { position } from '../../debugger/index.ts';
import type { Result } from '../results.ts';

/** One cause: a row, where it leads, and what it was caused by. */
export interface Cause {
  readonly text: string;
  readonly at: number | null;
  readonly thread: number | null;
  readonly children: readonly Cause[];
  /** a chain ends here */
  readonly root?: boolean;
  /** shown again where it was said above */
  readonly always?: boolean;
}

/** A row that only says something. */
export const note = (text: string, children: readonly Cause[] = []): Cause => ({
  text,
  at: null,
  thread: null,
  children,
});

/** A row that a chain ends with: the scenario, the command line, the memory map. */
export const root = (text: string): Cause => ({ ...note(text), root: true });

/** The same cause once. */
export function distinct(causes: readonly Cause[]): Cause[] {
  const seen = new Set<string>();
  return causes.filter(({ text }) => {
    if (text === '') return false;
    const known = seen.has(text);
    seen.add(text);
    return !known;
  });
}

/** How much of a chain is shown. */
export interface Shown {
  readonly depth: number;
  readonly rows: number;
}

/** Rows of a chain, from the top: as many levels as fit, the ends of what is cut off, and how much that was. */
export function rowsOf(causes: readonly Cause[], { depth, rows }: Shown): Result[] {
  const all = flat(causes, depth);
  let deepest = depth;
  while (deepest > 1 && count(flat(causes, deepest)) > rows) deepest--;
  const shown = flat(causes, deepest);
  const left = count(all) < count(flat(causes, Number.POSITIVE_INFINITY)) || shown.length < all.length;
  return left ? [...shown, { at: null, depth: 0, text: '… more: why --all' }] : shown;
}

const count = (rows: readonly Result[]): number => rows.length;

/** The rows of a chain down to a level; what stands above is not said again. */
function flat(causes: readonly Cause[], deepest: number): Result[] {
  const rows: Result[] = [];
  const seen = new Set<string>();
  const walk = (cause: Cause, depth: number): void => {
    // what a test compared is in its row: said above, it is not said again below it
    const isKnown = cause.at !== null && seen.has(cause.text);
    if (isKnown && depth > 0 && cause.always !== true) return;
    seen.add(cause.text);
    const text = isKnown && cause.children.length > 0 ? `${cause.text}  (see above)` : cause.text;
    const at = cause.at === null ? null : position(cause.at);
    rows.push({ at, ...(cause.thread === null ? {} : { thread: cause.thread }), depth, text });
    if (isKnown) return;
    if (depth < deepest) for (const child of cause.children) walk(child, depth + 1);
    else rows.push(...endsOf(cause, seen).map((end) => ({ at: null, depth: depth + 1, text: `… ${end}` })));
  };
  for (const cause of causes) walk(cause, 0);
  return rows;
}

/** Where the chains below a cause end, each said once in the answer. */
function endsOf(cause: Cause, seen: Set<string>): string[] {
  const found = new Set<string>();
  const walk = (one: Cause): void => {
    if (one.root === true && !seen.has(one.text)) found.add(one.text);
    for (const child of one.children) walk(child);
  };
  for (const child of cause.children) walk(child);
  for (const text of found) seen.add(text);
  return [...found];
}

/** The lines of an answer: two blanks for each level. */
export const linesOf = (rows: readonly Result[]): string[] => rows.map(({ depth, text }) => '  '.repeat(depth) + text);
