// Handover rules that look at more than one value: what lies where, and in what. Knows nothing of the kernel boot.

import { hex, overlap, PAGE_SIZE, range } from './bytes.ts';
import { checkOverlaps, pick } from './check-machine.ts';
import { blameMemory, blameScratch } from './culprit.ts';
import { type Doc, nodeAt } from './document.ts';
import type { Path } from './path.ts';
import { type BitmapBits, blocksOf, defaultRadixNodes, treePages } from './preserve.ts';
import type { Report } from './problem.ts';
import { pageAddress, preservedRow, scratchSchema } from './schema.ts';
import type { Area, MemoryRange, PreservedBlock, PreservedRow } from './types.ts';

const HANDOVER: Path = ['boots', 0, 'handover'];

type Ram = (at: number) => number;

/** For an address the end of the RAM it lies in, adjoining ranges joined; 0 where there is none. */
function ramEnd(memory: readonly MemoryRange[]): Ram {
  const ram = memory.filter((m) => m.type === 'ram').sort((a, b) => a.start - b.start);
  return (at) => {
    let end = 0;
    for (const m of ram) {
      const inside = end === 0 ? at >= m.start && at < m.start + m.size : m.start === end;
      if (inside) end = m.start + m.size;
    }
    return end;
  };
}

/** Reports an area outside RAM: at its start if that lies outside, else at what makes it too long. */
function checkInRam(area: Area, start: Path, length: Path, ram: Ram, report: Report): void {
  const end = ram(area.start);
  if (end === 0) report.value(start, 'is not in RAM; see memory');
  else if (area.start + area.size > end)
    report.value(length, `makes it end at ${hex(area.start + area.size)}, beyond the RAM that ends at ${hex(end)}`);
}

function checkInScratch(area: Area, scratch: readonly Area[], start: Path, length: Path, report: Report): void {
  scratch.forEach((s, i) => {
    if (!overlap(area, s)) return;
    const at = area.start < s.start ? length : start;
    report.value(at, `makes it overlap scratch[${i}] (${range(s)}), which the next kernel overwrites; move it`);
  });
}

/** The length in bytes of an entry with exactly one of `order` and `pages`; null, reported, otherwise. */
function lengthOf(row: PreservedRow, path: Path, report: Report): number | null {
  if (row.order === undefined && row.pages === undefined)
    report.place([...path, 'order'], 'missing; write order or pages');
  else if (row.order !== undefined && row.pages !== undefined)
    report.value([...path, 'pages'], 'stands beside order; write one of the two');
  else return row.order !== undefined ? PAGE_SIZE * 2 ** row.order : PAGE_SIZE * (row.pages ?? 0);
  return null;
}

function checkAligned(row: PreservedRow, path: Path, report: Report): void {
  if (row.order === undefined || row.start % (PAGE_SIZE * 2 ** row.order) === 0) return;
  const size = hex(PAGE_SIZE * 2 ** row.order);
  report.value(
    [...path, 'start'],
    `is not a multiple of its block of order ${row.order} (${size}); move it or lower the order`,
  );
  report.value([...path, 'order'], `is more than the alignment of ${hex(row.start)} allows; see start`);
}

/** `times` and `every` of an entry whose block has that many bytes: both or none, and the copies apart. */
function checkTimes(row: PreservedRow, size: number, path: Path, report: Report): void {
  const { order, times, every } = row;
  if (times === undefined && every === undefined) return;
  if (times === undefined) report.place([...path, 'times'], 'missing; write how many there are beside every');
  else if (every === undefined) report.place([...path, 'every'], 'missing; write how far they lie apart beside times');
  else if (every < size) report.value([...path, 'every'], `is less than the ${hex(size)} that each of them takes`);
  else if (order !== undefined && every % size !== 0)
    report.value([...path, 'every'], `is not a multiple of a block of order ${order} (${hex(size)})`);
}

interface Context {
  readonly root: Doc;
  readonly memory: readonly MemoryRange[];
  readonly scratch: readonly Area[];
  readonly ram: Ram;
  readonly report: Report;
  readonly bits: BitmapBits;
}

/** Checks one preserved entry; its blocks when it is right, else null. */
function checkPreserved(index: number, { root, memory, scratch, ram, report, bits }: Context): PreservedBlock[] | null {
  const path = [...HANDOVER, 'preserved', index];
  const row = pick(root, path, preservedRow);
  if (row === null) return null;
  const before = report.findings.length;
  const size = lengthOf(row, path, report);
  if (size === null) return null;
  checkTimes(row, size, path, report);
  const { times = 1, every = 0 } = row;
  for (let i = 0; i < times && report.findings.length === before; i++) {
    const area = { start: row.start + i * every, size };
    const length = [...path, i > 0 ? 'times' : row.order === undefined ? 'pages' : 'order'];
    checkInRam(area, i > 0 ? length : [...path, 'start'], length, ram, report);
    checkInScratch(area, scratch, i > 0 ? length : [...path, 'start'], length, report);
  }
  if (report.findings.length === before) checkAligned(row, path, report);
  return report.findings.length > before ? null : blocksOf(row, memory, bits);
}

/** An address of the handover that need not be given; null when it is absent or wrong. */
function given(root: Doc, path: Path): number | null {
  return pick(root, [...HANDOVER, ...path], pageAddress);
}

function checkRadixNodes(blocks: readonly PreservedBlock[], context: Context): Area | null {
  const { root, scratch, ram, report, bits } = context;
  const path = [...HANDOVER, 'radixNodes'];
  const isGiven = nodeAt(root, path) !== null;
  const start = isGiven ? given(root, ['radixNodes']) : defaultRadixNodes(scratch);
  if (start === null) return null;
  const area = { start, size: treePages(blocks, bits) * PAGE_SIZE };
  const needs = `(${bits === null ? 'the radix tree' : 'the list of bitmaps'} takes ${area.size / PAGE_SIZE} pages, ${range(area)})`;
  const wrong = (what: string) =>
    isGiven
      ? report.value(path, `${what} ${needs}`)
      : report.place(path, `left out, so ${hex(start)}, which ${what} ${needs}; write one`);
  const over = scratch.findIndex((s) => overlap(area, s));
  const hit = blocks.find((b) => overlap(area, { start: b.start, size: PAGE_SIZE * 2 ** b.order }));
  if (ram(area.start) < area.start + area.size) wrong('leaves no room in RAM');
  else if (over >= 0) wrong(`overlaps scratch[${over}]`);
  else if (hit !== undefined) wrong(`overlaps what is preserved at ${hex(hit.start)}`);
  else return area;
  if (isGiven && over >= 0 && (scratch[over]?.start ?? 0) < start)
    report.value(
      [...HANDOVER, 'scratch', over, 'size'],
      `reaches over radixNodes at ${hex(start)}; change one of the two`,
    );
  return null;
}

/** The scratch array and the FDT: each a page of RAM apart from the tree; the FDT outlives scratch, so not in it. */
function checkPages(radix: Area | null, { root, scratch, ram, report, bits }: Context): void {
  for (const key of ['scratchArray', 'fdt']) {
    const start = given(root, [key]);
    if (start === null) continue;
    const path = [...HANDOVER, key];
    const area = { start, size: PAGE_SIZE };
    checkInRam(area, path, path, ram, report);
    if (radix !== null && overlap(area, radix))
      report.value(path, `overlaps the ${bits === null ? 'radix tree' : 'list of bitmaps'} (${range(radix)}); move it`);
    if (key === 'fdt') checkInScratch(area, scratch, path, path, report);
  }
}

/** Blocks that all entries of `preserved` list together, at most. */
const MOST_BLOCKS = 65536;

/** Reports the entry that makes the blocks of all entries too many. */
function checkCount(root: Doc, rows: number, report: Report): boolean {
  for (let i = 0, blocks = 0; i < rows; i++) {
    const path = [...HANDOVER, 'preserved', i];
    blocks += pick(root, path, preservedRow)?.times ?? 1;
    if (blocks <= MOST_BLOCKS) continue;
    report.value([...path, 'times'], `makes more than ${MOST_BLOCKS} blocks of all entries`);
    return false;
  }
  return true;
}

/** Checks `boots[0].handover` against memory; does nothing while either is wrong in itself. */
export function checkHandover(
  root: Doc,
  memory: readonly MemoryRange[] | null,
  bits: BitmapBits,
  report: Report,
): void {
  const scratchPath = [...HANDOVER, 'scratch'];
  const scratch = pick(root, scratchPath, scratchSchema);
  if (memory === null || scratch === null) return;
  const ram = ramEnd(memory);
  const before = report.findings.length;
  const rows = nodeAt(root, [...HANDOVER, 'preserved'])?.items ?? [];
  const preserved = rows.map((_, i) => given(root, ['preserved', i, 'start']));
  const starts = [...preserved, given(root, ['radixNodes'])].filter((at) => at !== null);
  if (blameMemory(memory, [...scratch.map((s) => s.start), ...starts], report)) return;
  scratch.forEach((s, i) => {
    checkInRam(s, [...scratchPath, i, 'start'], [...scratchPath, i, 'size'], ram, report);
  });
  checkOverlaps(scratch, scratchPath, 'scratch', report);
  if (report.findings.length > before || blameScratch(scratch, scratchPath, starts, report)) return;
  if (!checkCount(root, rows.length, report)) return;
  const context = { root, memory, scratch, ram, report, bits };
  const blocks = rows.map((_, i) => checkPreserved(i, context));
  const right = blocks.filter((b) => b !== null);
  checkPages(right.length === blocks.length ? checkRadixNodes(right.flat(), context) : null, context);
}
