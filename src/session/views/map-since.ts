// What changed in the memmap between two machines, a letter for each cell and a few words for one of them: by structural
// difference of their maps. Knows nothing of where in time the machines stand.
import {
  type Fold,
  type Machine,
  type Page,
  type RunMap,
  runDiff,
  runFold,
  runGrown,
  runs,
  samePage,
} from '../../machine/index.ts';
import { CellMemo, type Strip } from './cell-memo.ts';
import { blockLetter, joined, memblockRow, stateLetter, typesRow } from './map-rows.ts';

const NOTHING = '.';
const WRITTEN = 'w';
const AGAIN = '2';
const TYPE = 't';
const MEMBLOCK = 'm';

/** The maps of two machines, the smaller one in a larger. */
function sameSize<V>(a: RunMap<V>, b: RunMap<V>, fill: V): readonly [RunMap<V>, RunMap<V>] {
  const bits = Math.max(a.bits, b.bits);
  return [a.bits === bits ? a : runGrown(a, bits, fill), b.bits === bits ? b : runGrown(b, bits, fill)];
}

type Trees = readonly [Page | null, Page | null, number, number];
type SinceFold = Fold<Trees, string>;

/** The letter of what changed on a page: the state it came to, else how it was written. */
function changeLetter(a: Machine, b: Machine, [now, was, inits, initsWas]: Trees, pfn: number): string {
  const [x, y] = [stateLetter(a, pfn, was, initsWas), stateLetter(b, pfn, now, inits)];
  if (x !== y) return y;
  if (inits !== initsWas) return AGAIN;
  return now === was || (now !== null && was !== null && samePage(now, was)) ? NOTHING : WRITTEN;
}

/** What is said of a cell with two changes: a change of state goes before a mere write, two of them are mixed. */
function both(x: string, y: string): string {
  if (x === y || y === NOTHING) return x;
  if (x === NOTHING) return y;
  return x === WRITTEN ? y : y === WRITTEN ? x : joined(x, y);
}

/** Works out which cells changed, and remembers it by subtree for as long as the earlier machine stays the same kind. */
export class Since {
  private fold: SinceFold | null = null;
  private memo = new CellMemo<string>();
  private ends: readonly unknown[] = [];

  private foldFor(a: Machine, b: Machine): SinceFold {
    const ends = [a.hardware, a.config, b.hardware, b.config];
    if (this.fold !== null && ends.every((end, i) => end === this.ends[i])) return this.fold;
    this.ends = ends;
    this.memo = new CellMemo();
    this.fold = {
      leaf: (values, low) => changeLetter(a, b, values, low),
      known: ([now, was, inits, initsWas]) => (now === was && inits === initsWas ? NOTHING : undefined),
      join: both,
      full: (letter) => letter === '*',
      memo: new WeakMap(),
    };
    return this.fold;
  }

  /** A letter for each cell: `.` where nothing changed from `a` to `b`. */
  cells(a: Machine, b: Machine, strip: Strip): string {
    if (a === b) return NOTHING.repeat(strip.count);
    const [was, now] = sameSize(a.memmap, b.memmap, null);
    const [initsWas, inits] = sameSize(a.inits, b.inits, 0);
    const fold = this.foldFor(a, b);
    const limit = 2 ** now.bits;
    const maps = [now, was, inits, initsWas] as const;
    const pages = this.memo.get(strip, maps, (from, to) => runFold(maps, from, Math.min(to, limit), fold, NOTHING));
    const types = a.pageblocks === b.pageblocks ? null : typeChanges(a, b, strip);
    const blocks = a.memblock === b.memblock ? null : [memblockRow(a, strip), memblockRow(b, strip)];
    return pages
      .map((letter, i) => {
        if (letter !== NOTHING && letter !== WRITTEN) return letter;
        if (types?.has(i) === true) return TYPE;
        return blocks?.[0]?.[i] !== blocks?.[1]?.[i] ? MEMBLOCK : letter;
      })
      .join('');
  }
}

/** The cells with a pageblock whose type differs. */
function typeChanges(a: Machine, b: Machine, { start, end, per }: Strip): ReadonlySet<number> {
  const size = 2 ** b.config.pageblockOrder;
  const [was, now] = sameSize(a.pageblocks, b.pageblocks, -1);
  const out = new Set<number>();
  for (const run of runDiff(was, now, Math.floor(start / size), Math.ceil(end / size))) {
    const first = Math.floor((Math.max(start, run.start * size) - start) / per);
    const last = Math.ceil((Math.min(end, run.end * size) - start) / per);
    for (let i = first; i < last; i++) out.add(i);
  }
  return out;
}

const WORDS: Readonly<Record<string, string>> = {
  n: 'no struct page',
  '·': 'uninit',
  '?': 'stale',
  K: 'KHO preserved',
  r: 'reserved',
  B: 'buddy',
  '+': 'init',
};

const amounts = (counts: ReadonlyMap<string, number>): string[] =>
  [...counts].sort(([, x], [, y]) => y - x).map(([what, count]) => `${count} ${what}`);

const add = (counts: Map<string, number>, what: string, count: number) =>
  counts.set(what, (counts.get(what) ?? 0) + count);

/** What the pages of [start, end) are: `496 buddy, 16 init; type MOVABLE`. */
export function pageWords(m: Machine, start: number, end: number): string {
  const counts = new Map<string, number>();
  const limit = Math.min(end, 2 ** m.memmap.bits);
  for (const run of runs(m.memmap, start, limit))
    for (const part of runs(m.inits, run.start, run.end))
      add(counts, WORDS[stateLetter(m, part.start, run.value, part.value)] ?? '?', part.end - part.start);
  const types = typesRow(m, { start, end, per: end - start, count: 1 }).trim();
  return [amounts(counts).join(', '), ...(types === '' ? [] : [`mt ${types}`])].join('  ');
}

/** What changed on the pages of [start, end) from `a` to `b`: `480 uninit → init, 2 blocks · → M`; empty where nothing did. */
export function changeWords(a: Machine, b: Machine, start: number, end: number): string {
  const counts = new Map<string, number>();
  const [was, now] = sameSize(a.memmap, b.memmap, null);
  const [initsWas, inits] = sameSize(a.inits, b.inits, 0);
  const seen = (from: number, to: number, page: Page | null, old: Page | null) => {
    for (const x of runs(initsWas, from, to))
      for (const y of runs(inits, x.start, x.end)) {
        const letters = [stateLetter(a, y.start, old, x.value), stateLetter(b, y.start, page, y.value)];
        const [before, after] = letters.map((letter) => WORDS[letter] ?? '?');
        if (before !== after) add(counts, `${before} → ${after}`, y.end - y.start);
        else if (x.value !== y.value) add(counts, 'initialised again', y.end - y.start);
        else if (page !== old) add(counts, 'written', y.end - y.start);
      }
  };
  let at = start;
  const stop = Math.min(end, 2 ** now.bits);
  // where the pages are the same, only the counts of initialisation can differ
  const between = (to: number) => {
    for (const run of runDiff(initsWas, inits, at, to))
      for (const part of runs(now, run.start, run.end)) seen(part.start, part.end, part.value, part.value);
  };
  for (const run of runDiff(was, now, start, stop)) {
    between(run.start);
    seen(run.start, run.end, run.now, run.was);
    at = run.end;
  }
  between(stop);
  const size = 2 ** b.config.pageblockOrder;
  const types = new Map<string, number>();
  const [typesWas, typesNow] = sameSize(a.pageblocks, b.pageblocks, -1);
  for (const run of runDiff(typesWas, typesNow, Math.floor(start / size), Math.ceil(end / size))) {
    const blocks = run.end - run.start;
    add(types, `${blocks === 1 ? 'block' : 'blocks'} ${blockLetter(run.was)} → ${blockLetter(run.now)}`, blocks);
  }
  const whole = { start, end, per: end - start, count: 1 };
  const memblock = memblockRow(a, whole) === memblockRow(b, whole) ? [] : ['memblock'];
  return [...amounts(counts), ...amounts(types), ...memblock].join(', ');
}
