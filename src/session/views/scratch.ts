// The scratch areas that were handed over, what became of them, and the extended scratch beside them. Knows nothing of panes.
import { type Machine, MEMBLOCK_KHO_SCRATCH, runGet, runs } from '../../machine/index.ts';
import { scratchAreas } from '../kho-memory.ts';
import type { ScratchAreaView, ScratchView } from '../view.ts';

const CMA = 4;

interface Bytes {
  readonly start: number;
  readonly end: number;
}

/** Parts of memory that carry the flag KHO_SCRATCH. */
function flagged(m: Machine): Bytes[] {
  return m.memblock.memory.regions
    .filter((r) => (r.flags & MEMBLOCK_KHO_SCRATCH) !== 0)
    .map((r) => ({ start: r.base, end: r.base + r.size }));
}

function without(range: Bytes, holes: readonly Bytes[]): Bytes[] {
  return holes.reduce<Bytes[]>(
    (parts, hole) =>
      parts.flatMap((part) =>
        hole.end <= part.start || hole.start >= part.end
          ? [part]
          : [
              { start: part.start, end: Math.max(part.start, hole.start) },
              { start: Math.min(part.end, hole.end), end: part.end },
            ].filter((rest) => rest.start < rest.end),
      ),
    [range],
  );
}

const bytes = (ranges: readonly Bytes[]) => ranges.reduce((sum, { start, end }) => sum + end - start, 0);

/** The kernel makes one area below 4 GiB, one anywhere, and one for each node: then the index says what an area is for. */
function areaName(m: Machine, index: number, count: number): string {
  const nodes = [...new Set(m.hardware.memory.filter((r) => r.type === 'ram').map((r) => r.node))].sort(
    (a, b) => a - b,
  );
  if (count !== nodes.length + 2) return '';
  return index === 0 ? 'lowmem' : index === 1 ? 'global' : `node${nodes[index - 2]}`;
}

function freePages(m: Machine, start: number, end: number): number {
  const most = 2 ** m.config.maxPageOrder;
  let pages = 0;
  for (const run of runs(m.buddy.blocks, Math.floor(start / most) * most, end)) {
    if (run.value === null) continue;
    const first = Math.max(start, run.start);
    pages += Math.max(0, Math.min(end, run.start + 2 ** run.value.order) - first);
  }
  return pages;
}

function initialised(m: Machine, start: number, end: number): number {
  let pages = 0;
  for (const run of runs(m.inits, start, end)) if (run.value > 0) pages += run.end - run.start;
  return pages;
}

function memblockWord(m: Machine, area: Bytes): ScratchAreaView['memblock'] {
  const missing = without(area, flagged(m));
  if (missing.length === 0) return 'KHO_SCRATCH';
  return bytes(missing) === area.end - area.start ? 'array only' : 'KHO_SCRATCH in part';
}

function areaView(m: Machine, index: number, count: number, area: { start: number; size: number }): ScratchAreaView {
  const page = 2 ** m.config.pageShift;
  const limit = 2 ** m.memmap.bits;
  const start = Math.min(limit, Math.floor(area.start / page));
  const end = Math.min(limit, Math.ceil((area.start + area.size) / page));
  const block = 2 ** m.config.pageblockOrder;
  let [cma, blocks] = [0, 0];
  for (let at = Math.floor(start / block); at < Math.ceil(end / block); at++, blocks++)
    if (runGet(m.pageblocks, at) === CMA) cma++;
  return {
    index,
    name: areaName(m, index, count),
    start: area.start,
    size: area.size,
    pages: end - start,
    blocks,
    cma,
    free: freePages(m, start, end),
    initialised: initialised(m, start, end),
    memblock: memblockWord(m, { start: area.start, end: area.start + area.size }),
  };
}

/** Every area, and what memblock has of scratch beside them. */
export function scratchView(m: Machine): ScratchView {
  const areas = scratchAreas(m);
  const taken = areas.map(({ start, size }) => ({ start, end: start + size }));
  return {
    areas: areas.map((area, index) => areaView(m, index, areas.length, area)),
    extended: flagged(m)
      .flatMap((range) => without(range, taken))
      .map(({ start, end }) => ({ start, size: end - start })),
  };
}

/** Bytes in the largest unit that keeps them whole. */
export function sizeText(size: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB'];
  let n = size;
  let unit = 0;
  while (unit < units.length - 1 && n >= 1024 && n % 1024 === 0) {
    n /= 1024;
    unit++;
  }
  return `${n} ${units[unit]}`;
}

const address = (n: number) => `0x${n.toString(16).padStart(16, '0')}`;
const HEAD = ['area', 'range', 'size', 'CMA pageblocks', 'free pages', 'initialised', 'memblock'];
const NARROW_HEAD = ['#', 'addr', 'size', 'CMA', 'free', 'init', 'memblock'];

function columns(rows: readonly (readonly string[])[], gap: string): string[] {
  const widths = rows.reduce<number[]>((wide, row) => row.map((cell, i) => Math.max(wide[i] ?? 0, cell.length)), []);
  return rows.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join(gap)
      .trimEnd(),
  );
}

function wideRow(area: ScratchAreaView): string[] {
  return [
    `${area.index} ${area.name}`,
    area.size === 0 ? 'empty' : `${address(area.start)}..${address(area.start + area.size - 1)}`,
    sizeText(area.size),
    `${area.cma} of ${area.blocks}`,
    `${area.free} of ${area.pages}`,
    area.initialised === area.pages ? 'all' : `${area.initialised} of ${area.pages}`,
    area.memblock,
  ];
}

function narrowRow(area: ScratchAreaView): string[] {
  return [
    `${area.index} ${area.name}`,
    `0x${area.start.toString(16)}`,
    sizeText(area.size).replace(/ (.).*/, '$1'),
    `${area.cma}/${area.blocks}`,
    String(area.free),
    area.initialised === area.pages ? 'all' : area.initialised === 0 ? 'none' : String(area.initialised),
    area.memblock === 'array only' ? area.memblock : area.memblock.replace('KHO_', ''),
  ];
}

function extendedLines({ areas, extended }: ScratchView, wide: boolean): string[] {
  if (extended.length === 0) return areas.length === 0 ? [] : ['no extended scratch'];
  const rows = extended.map(({ start, size }) => [
    ' ',
    wide ? `${address(start)}..${address(start + size - 1)}` : `0x${start.toString(16)}`,
    sizeText(size),
  ]);
  return ['extended scratch: KHO_SCRATCH in memblock, not in the array', ...columns(rows, ' ')];
}

/** A table of the areas, the extended scratch below; `wide` false: for narrow panes, line for line the same. */
export function scratchLines(view: ScratchView, wide: boolean): string[] {
  if (view.areas.length === 0) return ['no scratch areas', ...extendedLines(view, wide)];
  const rows = view.areas.map(wide ? wideRow : narrowRow);
  return [...columns([wide ? HEAD : NARROW_HEAD, ...rows], wide ? '  ' : ' '), ...extendedLines(view, wide)];
}
