// The memmap as strips of letters and the pageblock map: what stands in each cell is worked out from runs, so that the cost
// goes with the number of different stretches, not of pages.
import {
  fillPage,
  type Machine,
  MIGRATETYPE_LETTERS,
  NEVER_SET,
  names,
  type Page,
  PG_reserved,
  row,
  runGet,
  runs,
  samePage,
} from '../../machine/index.ts';
import type { MemmapView, PageblockView } from '../view.ts';

const MIXED = '*';

/** Fills cells of `per` units over [start, end) with one letter each; a cell of several letters is `*`, `blank` letters give way. */
class Cells {
  private readonly letters: string[];

  constructor(
    readonly start: number,
    readonly per: number,
    readonly count: number,
    private readonly blank: string,
  ) {
    this.letters = new Array(count).fill(blank);
  }

  put(from: number, to: number, letter: string): void {
    if (letter === this.blank) return;
    const first = Math.max(0, Math.floor((from - this.start) / this.per));
    const last = Math.min(this.count, Math.ceil((to - this.start) / this.per));
    for (let i = first; i < last; i++) {
      const was = this.letters[i];
      if (was === letter) continue;
      const lo = this.start + i * this.per;
      const whole = from <= lo && to >= lo + this.per;
      this.letters[i] = whole || was === this.blank ? letter : MIXED;
    }
  }

  text(): string {
    return this.letters.join('');
  }
}

function stateLetter(m: Machine, pfn: number, page: Page | null, inited: number): string {
  if (page === null) return 'n';
  if (inited === 0) return samePage(page, fillPage(m, pfn)) ? '·' : '?';
  if (page.private >> 32n === 0x4b484f50n) return 'K';
  if ((page.flags & PG_reserved) !== 0n) return 'r';
  if (page._refcount === 0) return 'B';
  return '+';
}

/** Pages of the machine that are shown: from the first to the last range of the firmware's map. */
export function shownRange(m: Machine): { start: number; end: number } {
  const pages = (bytes: number) => Math.ceil(bytes / 2 ** m.config.pageShift);
  const ram = m.hardware.memory;
  return {
    start: Math.floor(Math.min(...ram.map((r) => r.start)) / 2 ** m.config.pageShift),
    end: Math.max(...ram.map((r) => pages(r.start + r.size))),
  };
}

/** Letter of a pageblock's migratetype. */
export const blockLetter = (type: number): string => (type === NEVER_SET ? '·' : (MIGRATETYPE_LETTERS[type] ?? '?'));

function statesRow(m: Machine, start: number, end: number, per: number, count: number): string {
  const cells = new Cells(start, per, count, ' ');
  for (const run of runs(m.memmap, start, end)) {
    for (const part of runs(m.inits, run.start, run.end)) {
      // a single page of another state makes its cell a mixed one, so that none vanishes, whatever the two states are
      cells.put(part.start, part.end, stateLetter(m, part.start, run.value, part.value));
    }
  }
  return cells.text();
}

/** The stretches of a range of pfns that have struct pages behind them, neighbours joined. */
export function backedParts(m: Machine, start: number, end: number): { start: number; end: number }[] {
  const out: { start: number; end: number }[] = [];
  for (const run of runs(m.memmap, start, Math.min(end, 2 ** m.memmap.bits))) {
    if (run.value === null) continue;
    const last = out.at(-1);
    if (last?.end === run.start) last.end = run.end;
    else out.push({ start: run.start, end: run.end });
  }
  return out;
}

function typesRow(m: Machine, start: number, end: number, per: number, count: number): string {
  const size = 2 ** m.config.pageblockOrder;
  const cells = new Cells(start, per, count, ' ');
  for (const run of runs(m.pageblocks, Math.floor(start / size), Math.ceil(end / size))) {
    for (const part of run.value === NEVER_SET
      ? backedParts(m, run.start * size, run.end * size)
      : [{ start: run.start * size, end: run.end * size }])
      cells.put(part.start, part.end, blockLetter(run.value));
  }
  return cells.text();
}

function zonesRow(m: Machine, start: number, per: number, count: number): string {
  const cells = new Cells(start, per, count, ' ');
  for (const at of names(m.table, 'zone').map(Number)) {
    const zone = row(m.table, 'zone', at);
    const low = Number(zone?.zone_start_pfn ?? 0);
    const letter = String(zone?.name ?? ' ') === 'DMA32' ? '3' : String(zone?.name ?? ' ').slice(0, 1);
    if (Number(zone?.spanned_pages ?? 0) > 0) cells.put(low, low + Number(zone?.spanned_pages), letter);
  }
  return cells.text();
}

function memblockRow(m: Machine, start: number, per: number, count: number): string {
  const page = 2 ** m.config.pageShift;
  const cells = new Cells(start, per, count, ' ');
  for (const r of m.memblock.memory.regions)
    cells.put(r.base / page, (r.base + r.size) / page, (r.flags & 0x40) !== 0 ? 's' : '.');
  for (const r of m.memblock.reserved.regions) {
    cells.put(Math.floor(r.base / page), Math.ceil((r.base + r.size) / page), (r.flags & 0x10) !== 0 ? 'N' : 'R');
  }
  return cells.text();
}

/** Pages of a cell: at least `wanted`, a power of two or one and a half times one, whole pageblocks where it is more than one. */
function cellSize(wanted: number, block: number): number {
  const power = 2 ** Math.ceil(Math.log2(Math.max(1, wanted)));
  const smaller = (power / 4) * 3;
  return smaller >= wanted && smaller % block === 0 ? smaller : power;
}

/** The memmap in `count` cells. `before`: the machine at the last stop; `cursor`: the page last touched, or -1. */
export function memmapView(m: Machine, before: Machine | null, count: number, cursor: number): MemmapView {
  const { start, end } = shownRange(m);
  const per = cellSize(Math.ceil((end - start) / Math.max(1, count)), 2 ** m.config.pageblockOrder);
  const cells = Math.max(1, Math.min(count, Math.ceil((end - start) / per)));
  const all = (machine: Machine) =>
    [
      { name: 'zone', cells: zonesRow(machine, start, per, cells) },
      { name: 'state', cells: statesRow(machine, start, end, per, cells) },
      { name: 'mt', cells: typesRow(machine, start, end, per, cells) },
      { name: 'mblk', cells: memblockRow(machine, start, per, cells) },
    ] as const;
  const rows = all(m);
  const was = before === null || before === m ? rows : all(before);
  const changed = Array.from({ length: cells }, (_, i) => rows.some((r, k) => r.cells[i] !== was[k]?.cells[i]));
  return {
    start,
    end,
    pagesPerCell: per,
    rows,
    cursor: cursor < start || cursor >= end ? -1 : Math.floor((cursor - start) / per),
    changed,
  };
}

/** A window of the pageblock map round the block of `pfn`. */
export function pageblockView(
  m: Machine,
  before: Machine | null,
  columns: number,
  rowCount: number,
  pfn: number,
): PageblockView {
  const size = 2 ** m.config.pageblockOrder;
  const { end } = shownRange(m);
  const total = Math.ceil(end / size);
  const width = Math.max(8, 2 ** Math.floor(Math.log2(Math.max(8, columns))));
  const lines = Math.max(1, Math.min(rowCount, Math.ceil(total / width)));
  const middle = Math.floor(Math.max(0, pfn) / size / width);
  const first = Math.max(0, Math.min(middle - (lines >> 1), Math.ceil(total / width) - lines));
  const letter = (machine: Machine, block: number) => {
    const type = runGet(machine.pageblocks, block);
    return type === NEVER_SET && runGet(machine.memmap, Math.min(block * size, 2 ** machine.memmap.bits - 1)) === null
      ? ' '
      : blockLetter(type);
  };
  const rows = Array.from({ length: lines }, (_, i) => {
    const at = (first + i) * width;
    const blocks = Array.from({ length: Math.max(0, Math.min(width, total - at)) }, (_unused, k) => at + k);
    return {
      first: at,
      cells: blocks.map((b) => letter(m, b)).join(''),
      changed: blocks.map((b) => before !== null && before !== m && letter(before, b) !== letter(m, b)),
    };
  });
  return { order: m.config.pageblockOrder, total, rows };
}
