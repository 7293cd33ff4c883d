// The two sorted region arrays of memblock (mm/memblock.c, v7.2 and v7.3) as plain data, and the arithmetic on one
// array: what of a range is uncovered, splitting at its ends, merging neighbours, searching. All ranges are half-open,
// all addresses and sizes are bytes. Knows nothing of how an array grows, nor of who allocates. CONFIG_NUMA=y.

import {
  INIT_MEMBLOCK_REGIONS,
  MEMBLOCK_KHO_SCRATCH,
  MEMBLOCK_NONE,
  MEMBLOCK_RSRV_KERN,
  PHYS_ADDR_MAX,
} from './constants.ts';

/** A region [base, base + size) in bytes; nid is -1 or `max_numnodes` where no node is known. */
export interface Region {
  readonly base: number;
  readonly size: number;
  readonly flags: number;
  readonly nid: number;
}

/** One of the arrays: regions sorted and disjoint. Empty is `[]`, where the kernel keeps one zero region and cnt 0. */
export interface MemblockType {
  readonly name: 'memory' | 'reserved';
  readonly regions: readonly Region[];
  /** Entries the array holds before it is doubled. */
  readonly max: number;
  /**
   * Bytes, as the kernel keeps count: the sum of the sizes, plus what memblock_trim_memory() cut off regions it kept
   * (it corrects no count); this is the figure the "MEMBLOCK configuration" dump prints.
   */
  readonly total_size: number;
  /** Where a doubled array lies, in bytes rounded up to pages; null is the static one. */
  readonly array: { readonly base: number; readonly size: number } | null;
}

/** All of memblock; a change gives a new value that shares what did not change. */
export interface Memblock {
  readonly memory: MemblockType;
  readonly reserved: MemblockType;
  readonly bottom_up: boolean;
  /** Exclusive end in bytes for allocations that name none; PHYS_ADDR_MAX is the kernel's ALLOC_ANYWHERE. */
  readonly current_limit: number;
  /** Whether allocations come from KHO_SCRATCH regions only. */
  readonly kho_scratch_only: boolean;
  /** Whether memblock_allow_resize() ran; without it a full array is a panic. */
  readonly can_resize: boolean;
  readonly max_numnodes: number;
  /** Bytes. */
  readonly page_size: number;
}

/** What a range would add to an array: a part no region covers, and the index of the region it goes before. */
export interface UncoveredPart {
  readonly start: number;
  readonly end: number;
  readonly index: number;
  /** Whether the region at `index` overlaps the range, so that the kernel compares nid and flags with it. */
  readonly before_overlap: boolean;
}

/** Region indices [start, end). */
export interface Window {
  readonly start: number;
  readonly end: number;
}

/** Makes the memblock of a kernel that has just been entered: both arrays empty, top-down, no limit, no resizing. */
export function emptyMemblock(machine: { readonly max_numnodes: number; readonly page_size: number }): Memblock {
  const static_array = { regions: [], max: INIT_MEMBLOCK_REGIONS, total_size: 0, array: null };
  return {
    memory: { name: 'memory', ...static_array },
    reserved: { name: 'reserved', ...static_array },
    bottom_up: false,
    current_limit: PHYS_ADDR_MAX,
    kho_scratch_only: false,
    can_resize: false,
    max_numnodes: machine.max_numnodes,
    page_size: machine.page_size,
  };
}

/** Exclusive end of a region. */
export const regionEnd = (region: Region): number => region.base + region.size;

/** Rounds down to a multiple of align. */
export const roundDown = (value: number, align: number): number => value - (value % align);

/** Rounds up to a multiple of align. */
export const roundUp = (value: number, align: number): number => roundDown(value + align - 1, align);

/** Caps a size in bytes so that base + size stays inside the address space (memblock_cap_size()). */
export const memblock_cap_size = (base: number, size: number): number => Math.min(size, PHYS_ADDR_MAX - base);

/** Whether nid is a real node id. */
export const numa_valid_node = (mb: Memblock, nid: number): boolean => nid >= 0 && nid < mb.max_numnodes;

/** The parts of [start, end) that no region covers, in ascending order; the walk of memblock_add_range(). */
export function uncoveredParts(regions: readonly Region[], start: number, end: number): UncoveredPart[] {
  const parts: UncoveredPart[] = [];
  let from = start;
  let index = 0;
  for (const region of regions) {
    if (region.base >= end) break;
    if (regionEnd(region) > from) {
      if (region.base > from) parts.push({ start: from, end: region.base, index, before_overlap: true });
      from = Math.min(regionEnd(region), end);
    }
    index++;
  }
  if (from < end) parts.push({ start: from, end, index, before_overlap: false });
  return parts;
}

/** Puts parts into an array as regions of their own, and says which indices of the result the insertion touched. */
export function insertParts(
  regions: readonly Region[],
  parts: readonly UncoveredPart[],
  nid: number,
  flags: number,
): { readonly regions: Region[]; readonly window: Window } {
  const result: Region[] = [];
  let copied = 0;
  let window: Window = { start: 0, end: 0 };
  for (const part of parts) {
    for (; copied < part.index; copied++) result.push(regions[copied] as Region);
    window = { start: part === parts[0] ? result.length : window.start, end: result.length + 1 };
    result.push({ base: part.start, size: part.end - part.start, flags, nid });
  }
  result.push(...regions.slice(copied));
  return { regions: result, window };
}

/**
 * Splits the regions that cross start or end, and gives the window of those inside [start, end).
 * Adds at most two regions. mm/memblock.c, memblock_isolate_range().
 */
export function isolateRange(
  regions: readonly Region[],
  start: number,
  end: number,
): { readonly regions: Region[]; readonly window: Window } {
  const result: Region[] = [];
  let window: Window = { start: 0, end: 0 };
  for (const region of regions) {
    const low = Math.max(region.base, start);
    const high = Math.min(regionEnd(region), end);
    if (low >= high) {
      result.push(region);
      continue;
    }
    if (region.base < low) result.push({ ...region, size: low - region.base });
    window = { start: window.end === 0 ? result.length : window.start, end: result.length + 1 };
    result.push(high - low === region.size ? region : { ...region, base: low, size: high - low });
    if (high < regionEnd(region)) result.push({ ...region, base: high, size: regionEnd(region) - high });
  }
  return { regions: result, window };
}

/**
 * Merges neighbours that touch and have the same nid and flags, from one region before the window to one after it.
 * mm/memblock.c, memblock_merge_regions().
 */
export function memblock_merge_regions(regions: readonly Region[], window: Window): Region[] {
  const first = Math.max(window.start - 1, 0);
  const merged = regions.slice(0, first);
  for (const next of regions.slice(first, window.end + 1)) {
    const last = merged.length > first ? merged[merged.length - 1] : undefined;
    const joins = last && regionEnd(last) === next.base && last.nid === next.nid && last.flags === next.flags;
    if (joins) merged[merged.length - 1] = { ...last, size: last.size + next.size };
    else merged.push(next);
  }
  merged.push(...regions.slice(window.end + 1));
  return merged;
}

/** Index of the region that contains addr, or -1; O(log n). mm/memblock.c, memblock_search(). */
export function memblock_search(type: MemblockType, addr: number): number {
  let left = 0;
  let right = type.regions.length;
  while (left < right) {
    const mid = (left + right) >> 1;
    const region = type.regions[mid] as Region;
    if (addr < region.base) right = mid;
    else if (addr >= regionEnd(region)) left = mid + 1;
    else return mid;
  }
  return -1;
}

/** Whether addr lies in memory marked KHO_SCRATCH. */
export function memblock_is_kho_scratch_memory(mb: Memblock, addr: number): boolean {
  const region = mb.memory.regions[memblock_search(mb.memory, addr)];
  return region !== undefined && (region.flags & MEMBLOCK_KHO_SCRATCH) !== MEMBLOCK_NONE;
}

/**
 * Bytes reserved for the kernel (RSRV_KERN) below limit, on one node, or on any if nid is not a node.
 * mm/memblock.c, memblock_reserved_kern_size().
 */
export function memblock_reserved_kern_size(mb: Memblock, limit: number, nid: number): number {
  let total = 0;
  for (const region of mb.reserved.regions) {
    if (region.base > limit) break;
    const counts = (region.flags & MEMBLOCK_RSRV_KERN) !== MEMBLOCK_NONE;
    const on_node = region.nid === nid || !numa_valid_node(mb, nid);
    if (counts && on_node) total += Math.min(regionEnd(region), limit) - region.base;
  }
  return total;
}

/** First byte of the first memory region; 0 if there is no memory. */
export const memblock_start_of_DRAM = (mb: Memblock): number => mb.memory.regions[0]?.base ?? 0;

/** Exclusive end of the last memory region; 0 if there is no memory. */
export function memblock_end_of_DRAM(mb: Memblock): number {
  const last = mb.memory.regions[mb.memory.regions.length - 1];
  return last ? regionEnd(last) : 0;
}
