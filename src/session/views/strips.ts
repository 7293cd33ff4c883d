// The memmap and the pageblock map as they are shown: which stretch of pages on how many cells, where the cursor is, what changed.
// Knows nothing of what a letter is made from.
import { type Machine, NEVER_SET, runGet, runs } from '../../machine/index.ts';
import type { CellView, MapPlace, MemmapView, PageblockView } from '../view.ts';
import { blockLetter, memblockRow, type Strip, statesRow, typesRow, zonesOf, zonesRow } from './map-rows.ts';
import { changeWords, pageWords, type Since } from './map-since.ts';

export { blockLetter } from './map-rows.ts';

/** The whole machine, the cursor where a page was touched last. */
export const WHOLE: MapPlace = { per: null, from: null, at: null };

/** Pages of the machine that are shown: from the first to the last range of the firmware's map. */
export function shownRange(m: Machine): { start: number; end: number } {
  const pages = (bytes: number) => Math.ceil(bytes / 2 ** m.config.pageShift);
  const ram = m.hardware.memory;
  return {
    start: Math.floor(Math.min(...ram.map((r) => r.start)) / 2 ** m.config.pageShift),
    end: Math.max(...ram.map((r) => pages(r.start + r.size))),
  };
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

/** Pages of a cell: at least `wanted`, a power of two or one and a half times one, whole pageblocks where it is more than one. */
export function cellSize(wanted: number, block: number): number {
  const power = 2 ** Math.ceil(Math.log2(Math.max(1, wanted)));
  const smaller = (power / 4) * 3;
  return smaller >= wanted && smaller % block === 0 ? smaller : power;
}

const down = (at: number, unit: number): number => Math.floor(at / unit) * unit;

/** Where a part of the machine begins that has the cursor in it: where it began before, or at a round number before the cursor. */
function startOf(from: number | null, at: number, per: number, count: number): number {
  if (from !== null && down(from, per) <= at && at < down(from, per) + per * count) return down(from, per);
  return down(at, 2 ** Math.floor(Math.log2(per * Math.max(1, count >> 1))));
}

/** The stretch that is shown in at most `count` cells, and the page of the cursor, -1 for none. */
function stripOf(m: Machine, count: number, place: MapPlace, touched: number): Strip & { whole: boolean; at: number } {
  const { start, end } = shownRange(m);
  const most = cellSize(Math.ceil((end - start) / Math.max(1, count)), 2 ** m.config.pageblockOrder);
  const inside = (pfn: number) => (pfn >= start && pfn < end ? pfn : -1);
  const at = place.at === null ? inside(touched) : Math.max(start, Math.min(end - 1, place.at));
  const cells = (from: number, per: number) => Math.max(1, Math.min(count, Math.ceil((end - from) / per)));
  if (place.per === null || place.per >= most)
    return { start, end, per: most, count: cells(start, most), whole: true, at };
  const per = Math.max(1, place.per);
  const from = startOf(place.from, at < 0 ? start : at, per, count);
  const first = Math.max(down(start, per), Math.min(from, down(end + per - 1, per) - per * count));
  const shown = cells(first, per);
  return { start: first, end: Math.min(end, first + per * shown), per, count: shown, whole: false, at };
}

/** Nodes and zones of a stretch: `node 0 DMA DMA32`; zones span holes and memory of other nodes, the firmware's map does not. */
function nodesText(m: Machine, start: number, end: number): string {
  const page = 2 ** m.config.pageShift;
  const memory = m.hardware.memory.filter((r) => r.start < end * page && r.start + r.size > start * page);
  const nodes = [...new Set(memory.map(({ node }) => node))].sort((a, b) => a - b);
  if (nodes.length === 0) return 'no memory';
  if (nodes.length > 1) return `nodes ${nodes.join(' ')}`;
  const zones = zonesOf(m).filter((zone) => zone.node === nodes[0] && zone.start < end && zone.end > start);
  return [`node ${nodes[0]}`, ...new Set(zones.map(({ name }) => name))].join(' ');
}

/** What changed is asked of: the machine at a mark, and who remembers the answer. */
export interface Earlier {
  readonly machine: Machine;
  readonly since: Since;
}

/** What a strip is made from: where one looks, the page last touched or -1, the last stop and the mark, null where there is none. */
export interface StripOptions {
  readonly place: MapPlace;
  readonly touched: number;
  readonly before: Earlier | null;
  readonly mark: (Earlier & { readonly label: string }) | null;
}

/** The memmap in at most `count` cells. */
export function memmapView(m: Machine, count: number, { place, touched, before, mark }: StripOptions): MemmapView {
  const strip = stripOf(m, count, place, touched);
  const none = '.'.repeat(strip.count);
  const changed = before === null ? none : before.since.cells(before.machine, m, strip);
  return {
    start: strip.start,
    end: strip.end,
    pagesPerCell: strip.per,
    whole: strip.whole,
    nodes: nodesText(m, strip.start, strip.end),
    since: mark?.label ?? '',
    rows: [
      { name: 'zone', cells: zonesRow(m, strip) },
      { name: 'state', cells: statesRow(m, strip) },
      { name: 'mt', cells: typesRow(m, strip) },
      { name: 'mblk', cells: memblockRow(m, strip) },
      ...(mark === null ? [] : [{ name: 'since', cells: mark.since.cells(mark.machine, m, strip) } as const]),
    ],
    at: strip.at,
    cursor: strip.at < 0 ? -1 : Math.floor((strip.at - strip.start) / strip.per),
    changed: [...changed].map((letter) => letter !== '.'),
  };
}

/** The cell of the cursor in words. */
export function cellView(m: Machine, map: MemmapView, mark: Earlier | null): CellView | null {
  if (map.cursor < 0) return null;
  const start = map.start + map.cursor * map.pagesPerCell;
  const end = Math.min(map.end, start + map.pagesPerCell);
  return { now: pageWords(m, start, end), since: mark === null ? '' : changeWords(mark.machine, m, start, end) };
}

/** A window of the pageblock map round the block of `pfn`; `cursor` says whether that is where the cursor is. */
export function pageblockView(
  m: Machine,
  before: Machine | null,
  columns: number,
  rowCount: number,
  pfn: number,
  cursor = false,
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
  return { order: m.config.pageblockOrder, total, cursor: cursor && pfn >= 0 ? Math.floor(pfn / size) : -1, rows };
}
