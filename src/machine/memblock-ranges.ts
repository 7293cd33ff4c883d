// The free ranges of memblock: memory minus reserved, walked forwards and backwards one range at a time, and the search
// for room that every early allocation does (mm/memblock.c, v7.2 and v7.3). Half-open ranges in bytes.
// Reads memblock only. Not modelled: movable_node, so HOTPLUG regions are never skipped.

import {
  MEMBLOCK_ALLOC_NOLEAKTRACE,
  MEMBLOCK_DRIVER_MANAGED,
  MEMBLOCK_KHO_SCRATCH,
  MEMBLOCK_MIRROR,
  MEMBLOCK_NOMAP,
  MEMBLOCK_NONE,
  NUMA_NO_NODE,
  PHYS_ADDR_MAX,
} from './constants.ts';
import { type Memblock, numa_valid_node, type Region, regionEnd, roundDown, roundUp } from './memblock-regions.ts';

/**
 * The kernel's u64 iterator, taken apart: idx_a (low half) is an index into memory, idx_b (high half) names the gap
 * before reserved region idx_b. With n reserved regions there are n + 1 gaps:
 *
 *     0         r0.base   r0.end    r1.base   r1.end    PHYS_ADDR_MAX
 *     |--gap 0--|#########|--gap 1--|#########|--gap 2--|
 */
export interface RangeCursor {
  readonly idx_a: number;
  readonly idx_b: number;
}

/**
 * A free range [start, end), and the cursor as the kernel stores it after the range was emitted. It may have length 0.
 * idx_a is the region the range lies in only if the gap ended first; else it has already moved on, even past the end.
 */
export interface FreeRange extends RangeCursor {
  readonly start: number;
  readonly end: number;
  readonly nid: number;
}

/** Where a forward walk starts. */
export const firstRange: RangeCursor = { idx_a: 0, idx_b: 0 };

/** Where a backward walk starts; the kernel writes it as an all-ones iterator. */
export const lastRange = (mb: Memblock): RangeCursor => ({
  idx_a: mb.memory.regions.length - 1,
  idx_b: mb.reserved.regions.length,
});

/**
 * The next free range at or after a cursor, or null at the end; nid -1 takes any node. A gap of length 0 inside a
 * memory region is emitted as [x, x). mm/memblock.c, __next_mem_range().
 */
export function nextFreeRange(mb: Memblock, at: RangeCursor, nid: number, flags: number): FreeRange | null {
  let { idx_a, idx_b } = at;
  for (; idx_a < mb.memory.regions.length; idx_a++) {
    const memory = mb.memory.regions[idx_a] as Region;
    if (should_skip_region(mb, memory, nid, flags)) continue;
    for (; idx_b <= mb.reserved.regions.length; idx_b++) {
      const gap = gapBefore(mb, idx_b);
      if (gap.start >= regionEnd(memory)) break;
      if (memory.base >= gap.end) continue;
      const memory_ends_first = regionEnd(memory) <= gap.end;
      const cursor = memory_ends_first ? { idx_a: idx_a + 1, idx_b } : { idx_a, idx_b: idx_b + 1 };
      return { ...overlap(memory, gap), ...cursor };
    }
  }
  return null;
}

/**
 * The free range at or before a cursor, or null at the beginning; start with `lastRange(mb)`.
 * mm/memblock.c, __next_mem_range_rev().
 */
export function prevFreeRange(mb: Memblock, at: RangeCursor, nid: number, flags: number): FreeRange | null {
  let { idx_a, idx_b } = at;
  for (; idx_a >= 0; idx_a--) {
    const memory = mb.memory.regions[idx_a] as Region;
    if (should_skip_region(mb, memory, nid, flags)) continue;
    for (; idx_b >= 0; idx_b--) {
      const gap = gapBefore(mb, idx_b);
      if (gap.end <= memory.base) break;
      if (regionEnd(memory) <= gap.start) continue;
      const memory_starts_last = memory.base >= gap.start;
      const cursor = memory_starts_last ? { idx_a: idx_a - 1, idx_b } : { idx_a, idx_b: idx_b - 1 };
      return { ...overlap(memory, gap), ...cursor };
    }
  }
  return null;
}

/** All free ranges upwards, as for_each_free_mem_range() visits them while nothing changes. */
export function* freeRanges(mb: Memblock, nid: number, flags: number): Generator<FreeRange> {
  let range = nextFreeRange(mb, firstRange, nid, flags);
  for (; range; range = nextFreeRange(mb, range, nid, flags)) yield range;
}

/** All free ranges downwards, as for_each_free_mem_range_reverse() visits them while nothing changes. */
export function* freeRangesReverse(mb: Memblock, nid: number, flags: number): Generator<FreeRange> {
  let range = prevFreeRange(mb, lastRange(mb), nid, flags);
  for (; range; range = prevFreeRange(mb, range, nid, flags)) yield range;
}

/** The flags an allocation asks for: scratch in scratch-only mode, else mirrored memory if there is any. */
export function choose_memblock_flags(mb: Memblock): number {
  if (mb.kho_scratch_only) return MEMBLOCK_KHO_SCRATCH;
  const system_has_some_mirror = mb.memory.regions.some((region) => has(region.flags, MEMBLOCK_MIRROR));
  return system_has_some_mirror ? MEMBLOCK_MIRROR : MEMBLOCK_NONE;
}

/**
 * Address of a free block of size bytes inside [start, end), or 0 if there is none; reserves nothing. end 0 or 1 is
 * `current_limit`, page 0 is never found, the direction is `bottom_up`. mm/memblock.c, memblock_find_in_range_node().
 */
export function memblock_find_in_range_node(
  mb: Memblock,
  size: number,
  align: number,
  start: number,
  end: number,
  nid: number,
  flags: number,
): number {
  const low = Math.max(start, mb.page_size);
  const high = Math.max(low, end <= MEMBLOCK_ALLOC_NOLEAKTRACE ? mb.current_limit : end);
  const clamp = (address: number) => Math.min(Math.max(address, low), high);
  if (mb.bottom_up) {
    for (const range of freeRanges(mb, nid, flags)) {
      const candidate = roundUp(clamp(range.start), align);
      const range_end = clamp(range.end);
      if (candidate < range_end && range_end - candidate >= size) return candidate;
    }
    return 0;
  }
  for (const range of freeRangesReverse(mb, nid, flags)) {
    const range_end = clamp(range.end);
    if (range_end < size) continue;
    const candidate = roundDown(range_end - size, align);
    if (candidate >= clamp(range.start)) return candidate;
  }
  return 0;
}

/** The same search on any node, in mirrored memory first; it keeps to scratch in scratch-only mode. */
export function memblock_find_in_range(mb: Memblock, start: number, end: number, size: number, align: number): number {
  const flags = choose_memblock_flags(mb);
  const found = memblock_find_in_range_node(mb, size, align, start, end, NUMA_NO_NODE, flags);
  if (found !== 0 || !has(flags, MEMBLOCK_MIRROR)) return found;
  return memblock_find_in_range_node(mb, size, align, start, end, NUMA_NO_NODE, MEMBLOCK_NONE);
}

const has = (flags: number, flag: number): boolean => (flags & flag) !== 0;

function should_skip_region(mb: Memblock, region: Region, nid: number, flags: number): boolean {
  if (numa_valid_node(mb, nid) && nid !== region.nid) return true;
  if (has(flags, MEMBLOCK_MIRROR) && !has(region.flags, MEMBLOCK_MIRROR)) return true;
  if (has(region.flags, MEMBLOCK_NOMAP) && !has(flags, MEMBLOCK_NOMAP)) return true;
  if (has(region.flags, MEMBLOCK_DRIVER_MANAGED) && !has(flags, MEMBLOCK_DRIVER_MANAGED)) return true;
  return has(flags, MEMBLOCK_KHO_SCRATCH) && !has(region.flags, MEMBLOCK_KHO_SCRATCH);
}

function gapBefore(mb: Memblock, idx_b: number): { readonly start: number; readonly end: number } {
  const below = mb.reserved.regions[idx_b - 1];
  const above = mb.reserved.regions[idx_b];
  return { start: below ? regionEnd(below) : 0, end: above ? above.base : PHYS_ADDR_MAX };
}

function overlap(memory: Region, gap: { readonly start: number; readonly end: number }) {
  const start = Math.max(memory.base, gap.start);
  return { start, end: Math.min(regionEnd(memory), gap.end), nid: memory.nid };
}
