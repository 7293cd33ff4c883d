// How an old kernel hands memory over: split into blocks, in a radix tree of so many pages. Knows nothing of files.

import { PAGE_SIZE } from './bytes.ts';
import type { MemoryRange, PreservedBlock, PreservedRow } from './types.ts';

function trailingZeros(n: number): number {
  if (n === 0) return 63;
  let zeros = 0;
  for (let rest = n; rest % 2 === 0; rest /= 2) zeros += 1;
  return zeros;
}

/** The node of a page as the old kernel knows it, from the RAM ranges; -1 where there is no RAM. */
export function nodeOf(memory: readonly MemoryRange[], pfn: number): number {
  const at = pfn * PAGE_SIZE;
  return memory.find((m) => m.type === 'ram' && at >= m.start && at < m.start + m.size)?.node ?? -1;
}

/** Bits of a bitmap of preserved blocks; null: the kernel keeps a radix tree. */
export type BitmapBits = number | null;

/**
 * Splits `pages` pages from the address `start` as kho_preserve_pages does: aligned powers of two, greedily; since the radix
 * tree none of which spans two nodes ("kho: make sure preservations do not span multiple NUMA nodes").
 */
export function splitPages(
  start: number,
  pages: number,
  memory: readonly MemoryRange[],
  bits: BitmapBits = null,
): PreservedBlock[] {
  const blocks: PreservedBlock[] = [];
  const end = start / PAGE_SIZE + pages;
  for (let pfn = start / PAGE_SIZE; pfn < end; ) {
    let order = Math.min(trailingZeros(pfn), Math.floor(Math.log2(end - pfn)));
    while (bits === null && nodeOf(memory, pfn) !== nodeOf(memory, pfn + 2 ** order - 1)) order -= 1;
    blocks.push({ start: pfn * PAGE_SIZE, order });
    pfn += 2 ** order;
  }
  return blocks;
}

/** The blocks of an entry. */
export function blocksOf(row: PreservedRow, memory: readonly MemoryRange[], bits: BitmapBits): PreservedBlock[] {
  const { start, order, pages = 0, times = 1, every = 0 } = row;
  return Array.from({ length: times }, (_, i) => start + i * every).flatMap((at) =>
    order === undefined ? splitPages(at, pages, memory, bits) : [{ start: at, order }],
  );
}

/** Key bits below each level of the tree (KHO_BITMAP_SIZE_LOG2 15, then 9 a table); the root is always there. */
const LEVEL_SHIFTS: readonly bigint[] = [15n, 24n, 33n, 42n, 51n];

/** Pages of the radix tree that holds these blocks, its root included (key: bit 52-order, then phys >> (12+order)). */
export function radixPages(blocks: readonly PreservedBlock[]): number {
  const keys = blocks.map((b) => (1n << BigInt(52 - b.order)) | (BigInt(b.start) >> BigInt(12 + b.order)));
  return LEVEL_SHIFTS.reduce((pages, shift) => pages + new Set(keys.map((key) => key >> shift)).size, 1);
}

/** Elements of a chunk of the list of bitmaps. */
const CHUNK_ELEMENTS = 255;

/** Pages of the list of bitmaps that holds these blocks: its chunks, each of one order, and the bitmaps. */
function listPages(blocks: readonly PreservedBlock[], bits: number): number {
  const bitmaps = new Set(
    blocks.map(({ start, order }) => `${order} ${Math.floor(start / (PAGE_SIZE * 2 ** order) / bits)}`),
  );
  const perOrder = new Map<string, number>();
  for (const name of bitmaps) {
    const order = name.split(' ')[0] ?? '';
    perOrder.set(order, (perOrder.get(order) ?? 0) + 1);
  }
  const chunks = [...perOrder.values()].reduce((sum, count) => sum + Math.ceil(count / CHUNK_ELEMENTS), 0);
  return Math.max(1, chunks) + Math.ceil((bitmaps.size * bits) / 8 / PAGE_SIZE);
}

/** Pages that tell the next kernel of these blocks. */
export const treePages = (blocks: readonly PreservedBlock[], bits: BitmapBits): number =>
  bits === null ? radixPages(blocks) : listPages(blocks, bits);

const RADIX_ALIGNMENT = 2 * 2 ** 20;

/** Where the tree lies when a scenario does not say: behind the first scratch area, rounded up to 2 MiB. */
export function defaultRadixNodes(scratch: readonly { readonly start: number; readonly size: number }[]): number {
  const first = scratch[0];
  return first === undefined ? 0 : Math.ceil((first.start + first.size) / RADIX_ALIGNMENT) * RADIX_ALIGNMENT;
}
