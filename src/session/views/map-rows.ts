// Letters for stretches of the memmap: state, zone, migratetype, memblock, a cell each. What stands in a cell is worked out from
// subtrees of the machine's maps and remembered, so that a step costs what it changed. Knows nothing of windows and cursors.
import {
  type Fold,
  fillPage,
  type Machine,
  MIGRATETYPE_LETTERS,
  NEVER_SET,
  names,
  type Page,
  PG_reserved,
  row,
  runFold,
  runs,
  samePage,
} from '../../machine/index.ts';
import { CellMemo, type Strip } from './cell-memo.ts';

const MIXED = '*';
const BLANK = ' ';

/** Two letters in one cell: blanks give way, different ones are mixed. */
export const joined = (a: string, b: string): string => (a === b || b === BLANK ? a : a === BLANK ? b : MIXED);

/** Fills the cells of a strip with one letter each; a cell of several letters is `*`. */
class Cells {
  private readonly letters: string[];

  constructor(private readonly strip: Strip) {
    this.letters = new Array(strip.count).fill(BLANK);
  }

  put(from: number, to: number, letter: string, there: (from: number, to: number) => boolean = () => true): void {
    const { start, per, count } = this.strip;
    const first = Math.max(0, Math.floor((from - start) / per));
    const last = Math.min(count, Math.ceil((to - start) / per));
    for (let i = first; i < last; i++) {
      const was = this.letters[i] ?? BLANK;
      if (was === letter) continue;
      const lo = start + i * per;
      if (!there(Math.max(from, lo), Math.min(to, lo + per))) continue;
      this.letters[i] = from <= lo && to >= lo + per ? letter : joined(was, letter);
    }
  }

  text(): string {
    return this.letters.join('');
  }
}

/** Letter of a page's state. */
export function stateLetter(m: Machine, pfn: number, page: Page | null, inited: number): string {
  if (page === null) return 'n';
  if (inited === 0) return samePage(page, fillPage(m, pfn)) ? '·' : '?';
  if (page.private >> 32n === 0x4b484f50n) return 'K';
  if ((page.flags & PG_reserved) !== 0n) return 'r';
  if (page._refcount === 0) return 'B';
  return '+';
}

type StateFold = Fold<readonly [Page | null, number], string>;

/** How the states of pages are found, and those found last. */
interface States {
  readonly config: Machine['config'];
  readonly fold: StateFold;
  readonly memo: CellMemo<string>;
}

/** By what letters depend on beside the pages: the fill. */
const STATES = new WeakMap<Machine['hardware'], States>();

function statesOf(m: Machine): States {
  const known = STATES.get(m.hardware);
  if (known?.config === m.config) return known;
  const fold: StateFold = {
    leaf: ([page, inited], low) => stateLetter(m, low, page, inited),
    join: joined,
    full: (letter) => letter === MIXED,
    memo: new WeakMap(),
  };
  const made = { config: m.config, fold, memo: new CellMemo<string>() };
  STATES.set(m.hardware, made);
  return made;
}

/** The states of the pages of a strip. A single page of another state makes its cell a mixed one, so that none vanishes. */
export function statesRow(m: Machine, strip: Strip): string {
  const { fold, memo } = statesOf(m);
  const limit = 2 ** m.memmap.bits;
  const maps = [m.memmap, m.inits] as const;
  return memo.get(strip, maps, (from, to) => runFold(maps, from, Math.min(to, limit), fold, BLANK)).join('');
}

const BACKED: Fold<readonly [Page | null], boolean> = {
  leaf: ([page]) => page !== null,
  join: (a, b) => a || b,
  full: (value) => value,
  memo: new WeakMap(),
};

/** Has any page of [start, end) a struct page? */
function backed(m: Machine, start: number, end: number): boolean {
  return runFold([m.memmap] as const, start, Math.min(end, 2 ** m.memmap.bits), BACKED, false);
}

/** Letter of a pageblock's migratetype. */
export const blockLetter = (type: number): string => (type === NEVER_SET ? '·' : (MIGRATETYPE_LETTERS[type] ?? '?'));

/** The migratetypes of the pageblocks of a strip. */
export function typesRow(m: Machine, strip: Strip): string {
  const size = 2 ** m.config.pageblockOrder;
  const cells = new Cells(strip);
  const limit = Math.min(2 ** m.pageblocks.bits, Math.ceil(strip.end / size));
  for (const run of runs(m.pageblocks, Math.floor(strip.start / size), limit)) {
    const there = run.value === NEVER_SET ? (from: number, to: number) => backed(m, from, to) : undefined;
    cells.put(run.start * size, run.end * size, blockLetter(run.value), there);
  }
  return cells.text();
}

/** The zones of the machine that have pages: node, name, first and last pfn (excluded). */
export function zonesOf(m: Machine): { node: number; name: string; start: number; end: number }[] {
  return names(m.table, 'zone').flatMap((at) => {
    const zone = row(m.table, 'zone', Number(at));
    const start = Number(zone?.zone_start_pfn ?? 0);
    const pages = Number(zone?.spanned_pages ?? 0);
    return pages > 0
      ? [{ node: Number(zone?.node ?? 0), name: String(zone?.name ?? ' '), start, end: start + pages }]
      : [];
  });
}

/** The zones of a strip, by the first letter of their names; DMA32 is `3`. */
export function zonesRow(m: Machine, strip: Strip): string {
  const cells = new Cells(strip);
  for (const { name, start, end } of zonesOf(m)) cells.put(start, end, name === 'DMA32' ? '3' : name.slice(0, 1));
  return cells.text();
}

/** What memblock says of a strip. */
export function memblockRow(m: Machine, strip: Strip): string {
  const page = 2 ** m.config.pageShift;
  const cells = new Cells(strip);
  for (const r of m.memblock.memory.regions)
    cells.put(r.base / page, (r.base + r.size) / page, (r.flags & 0x40) !== 0 ? 's' : '.');
  for (const r of m.memblock.reserved.regions) {
    cells.put(Math.floor(r.base / page), Math.ceil((r.base + r.size) / page), (r.flags & 0x10) !== 0 ? 'N' : 'R');
  }
  return cells.text();
}
