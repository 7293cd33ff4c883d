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
  /** shown again where it was said elsewhere */
  readonly always?: boolean;
  /** how far away it is from the cause above it, 1 when nothing is said: what is near is shown first */
  readonly cost?: number;
  /** what is below it is shown only when more than the first answer is asked for */
  readonly folded?: boolean;
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

/** The same cause once: of two rows of one statement, one of which says more behind the same words, the first. */
export function distinct(causes: readonly Cause[]): Cause[] {
  const out: Cause[] = [];
  for (const cause of causes) {
    if (cause.text === '' || out.some((one) => one.text === cause.text || isLonger(cause, one))) continue;
    out.push(cause);
  }
  return out;
}

const isLonger = (cause: Cause, than: Cause): boolean =>
  cause.at !== null && cause.at === than.at && cause.text.startsWith(than.text);

/** How much of a chain is shown. */
export interface Shown {
  readonly depth: number;
  readonly rows: number;
  /** shows what is folded */
  readonly unfolded?: boolean;
}

/** A cause that was chosen to be shown. */
interface Chosen {
  readonly cause: Cause;
  readonly depth: number;
  readonly cost: number;
  /** said elsewhere: its children are there */
  readonly twice: boolean;
  readonly children: Chosen[];
  isCut: boolean;
}

/** Chooses causes, those that cost least first, until there are enough rows. What was said is not said again. */
function choose(causes: readonly Cause[], { depth, rows, unfolded = false }: Shown): Chosen[] {
  const seen = new Set<string>();
  const out: Chosen[] = [];
  // in the order in which they are to be opened; small, so that sorting it costs nothing
  let open: { cause: Cause; depth: number; cost: number; into: Chosen[]; by: Chosen | null }[] = [];
  const add = (list: readonly Cause[], level: number, cost: number, into: Chosen[], by: Chosen | null): void => {
    for (const cause of list) open.push({ cause, depth: level, cost: cost + (cause.cost ?? 1), into, by });
    open.sort((a, b) => a.cost - b.cost);
  };
  add(causes, 0, 0, out, null);
  let count = 0;
  while (open.length > 0) {
    const [next, ...rest] = open;
    open = rest;
    if (next === undefined) break;
    const { cause, into, by } = next;
    const twice = cause.at !== null && seen.has(cause.text);
    if (twice && next.depth > 0 && cause.always !== true) continue;
    if (next.depth > depth || count >= rows) {
      if (by !== null) by.isCut = true;
      continue;
    }
    seen.add(cause.text);
    count++;
    const chosen: Chosen = { cause, depth: next.depth, cost: next.cost, twice, children: [], isCut: false };
    into.push(chosen);
    if (cause.folded === true && !unfolded) chosen.isCut = cause.children.length > 0;
    else if (!twice) add(cause.children, next.depth + 1, next.cost, chosen.children, chosen);
  }
  return out;
}

/** Rows of a chain, from the top: as many as are wanted, the ends of what is cut off, and that there is more. */
export function rowsOf(causes: readonly Cause[], shown: Shown): Result[] {
  const rows: Result[] = [];
  const said = new Set<string>();
  const chosen = choose(causes, shown);
  collect(chosen, said);
  let isCut = false;
  const ends = new Set<string>();
  const walk = ({ cause, depth, twice, children, isCut: cut }: Chosen): void => {
    const at = cause.at === null ? null : position(cause.at);
    const text = twice && cause.children.length > 0 ? `${cause.text}  (told elsewhere)` : cause.text;
    rows.push({ at, ...(cause.thread === null ? {} : { thread: cause.thread }), depth, text });
    for (const child of inOrder(cause.children, children)) walk(child);
    isCut ||= cut;
    if (cut && cause.folded !== true)
      for (const end of endsOf(cause, said, ends)) rows.push({ at: null, depth: depth + 1, text: `… ${end}` });
  };
  for (const one of inOrder(causes, chosen)) walk(one);
  return isCut ? [...rows, { at: null, depth: 0, text: '… more: why --all' }] : rows;
}

/** What was chosen of some causes, in their order. */
const inOrder = (causes: readonly Cause[], chosen: readonly Chosen[]): readonly Chosen[] =>
  [...chosen].sort((a, b) => causes.indexOf(a.cause) - causes.indexOf(b.cause));

function collect(chosen: readonly Chosen[], said: Set<string>): void {
  for (const { cause, children } of chosen) {
    said.add(cause.text);
    collect(children, said);
  }
}

/** Where the chains below a cause end that are not shown, each said once in the answer. */
function endsOf(cause: Cause, said: ReadonlySet<string>, ends: Set<string>): string[] {
  const found: string[] = [];
  const walk = (one: Cause): void => {
    if (one.root === true && !said.has(one.text) && !ends.has(one.text)) {
      ends.add(one.text);
      found.push(one.text);
    }
    for (const child of one.children) walk(child);
  };
  for (const child of cause.children) walk(child);
  return found;
}
