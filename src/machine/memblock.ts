// The functions of memblock that change it (mm/memblock.c, v7.2 and v7.3): each takes a Memblock and gives the next one,
// with the return value and what the kernel would say on the way. An unchanged memblock comes back as the same object.
// Bytes, half-open ranges. Knows nothing of pages or of slab: what these functions do after slab is up is not modelled.

import {
  MEMBLOCK_HOTPLUG,
  MEMBLOCK_KHO_SCRATCH,
  MEMBLOCK_MIRROR,
  MEMBLOCK_NOMAP,
  MEMBLOCK_NONE,
  MEMBLOCK_RSRV_KERN,
  MEMBLOCK_RSRV_NOINIT,
  NUMA_NO_NODE,
} from './constants.ts';
import {
  changeWindow,
  done,
  type MemblockChange,
  type MemblockNote,
  memblock_add_range,
  reserveFor,
  type TypeName,
  withRegions,
  withType,
} from './memblock-arrays.ts';
import { choose_memblock_flags, memblock_find_in_range_node } from './memblock-ranges.ts';
import { type Memblock, numa_valid_node, type Region, regionEnd, roundDown, roundUp } from './memblock-regions.ts';

export type { MemblockChange, MemblockNote } from './memblock-arrays.ts';
export * from './memblock-ranges.ts';
export {
  emptyMemblock,
  type Memblock,
  type MemblockType,
  memblock_end_of_DRAM,
  memblock_is_kho_scratch_memory,
  memblock_reserved_kern_size,
  memblock_search,
  memblock_start_of_DRAM,
  numa_valid_node,
  type Region,
  regionEnd,
} from './memblock-regions.ts';

const SMP_CACHE_BYTES = 64;

/** Adds memory of no node yet (nid `max_numnodes`). */
export const memblock_add = (mb: Memblock, base: number, size: number): MemblockChange =>
  memblock_add_range(mb, 'memory', base, size, mb.max_numnodes, MEMBLOCK_NONE);

/** Adds memory of a node, with flags. */
export const memblock_add_node = (
  mb: Memblock,
  base: number,
  size: number,
  nid: number,
  flags: number,
): MemblockChange => memblock_add_range(mb, 'memory', base, size, nid, flags);

/** Reserves a range, with node and flags; it need not be memory. */
export const __memblock_reserve = (
  mb: Memblock,
  base: number,
  size: number,
  nid: number,
  flags: number,
): MemblockChange => memblock_add_range(mb, 'reserved', base, size, nid, flags);

/** Reserves a range for no node and without flags. */
export const memblock_reserve = (mb: Memblock, base: number, size: number): MemblockChange =>
  __memblock_reserve(mb, base, size, NUMA_NO_NODE, MEMBLOCK_NONE);

/** Reserves a range the kernel itself uses (RSRV_KERN), for no node. */
export const memblock_reserve_kern = (mb: Memblock, base: number, size: number): MemblockChange =>
  __memblock_reserve(mb, base, size, NUMA_NO_NODE, MEMBLOCK_RSRV_KERN);

/** Takes a range out of memory; -ENOMEM if a split needs a larger array and there is no room for it. */
export const memblock_remove = (mb: Memblock, base: number, size: number): MemblockChange =>
  changeWindow(mb, 'memory', base, size, () => []);

/** Takes a range out of reserved; -ENOMEM as memblock_remove(). */
export const memblock_phys_free = (mb: Memblock, base: number, size: number): MemblockChange =>
  changeWindow(mb, 'reserved', base, size, () => []);

/** Sets the node of the present parts of a range of one array, splitting and merging as needed. */
export const memblock_set_node = (
  mb: Memblock,
  base: number,
  size: number,
  name: TypeName,
  nid: number,
): MemblockChange => changeWindow(mb, name, base, size, (window) => window.map((region) => ({ ...region, nid })));

/** Marks the memory in a range as KHO scratch; what is not memory stays absent. */
export const memblock_mark_kho_scratch = setsFlag('memory', MEMBLOCK_KHO_SCRATCH);
/** Takes the KHO scratch mark off the memory in a range. */
export const memblock_clear_kho_scratch = clearsFlag('memory', MEMBLOCK_KHO_SCRATCH);
/** Marks the memory in a range as not mapped. */
export const memblock_mark_nomap = setsFlag('memory', MEMBLOCK_NOMAP);
/** Takes the NOMAP mark off the memory in a range. */
export const memblock_clear_nomap = clearsFlag('memory', MEMBLOCK_NOMAP);
/** Marks the memory in a range as hotpluggable. */
export const memblock_mark_hotplug = setsFlag('memory', MEMBLOCK_HOTPLUG);
/** Takes the HOTPLUG mark off a range; memblock_free_all() does it with base 0 and size ULONG_MAX. */
export const memblock_clear_hotplug = clearsFlag('memory', MEMBLOCK_HOTPLUG);
/** Marks the reservations in a range so that memblock leaves their struct pages uninitialised. */
export const memblock_reserved_mark_noinit = setsFlag('reserved', MEMBLOCK_RSRV_NOINIT);
/** Marks the reservations in a range as the kernel's. */
export const memblock_reserved_mark_kern = setsFlag('reserved', MEMBLOCK_RSRV_KERN);

/**
 * Cuts every memory region down to whole multiples of align, dropping those that hold none. It merges nothing, and like
 * the kernel leaves `total_size` as it was for regions it only cuts. mm/memblock.c, memblock_trim_memory().
 */
export function memblock_trim_memory(mb: Memblock, align: number): MemblockChange {
  const trimmed: Region[] = [];
  let total_size = mb.memory.total_size;
  for (const region of mb.memory.regions) {
    const base = roundUp(region.base, align);
    const end = roundDown(regionEnd(region), align);
    if (base === region.base && end === regionEnd(region)) trimmed.push(region);
    else if (base < end) trimmed.push({ ...region, base, size: end - base });
    else total_size -= region.size;
  }
  const memory = withRegions(mb.memory, trimmed);
  return done(withType(mb, memory === mb.memory ? memory : { ...memory, total_size }));
}

/**
 * Allocates size bytes inside [start, end) and reserves them RSRV_KERN: on nid first, then, unless exact, on any node
 * with the reservation's nid -1; mirrored memory first. ret is the address, 0 if there was no room or no room in the
 * array. nid -1 takes any node, align 0 means 64. mm/memblock.c, memblock_alloc_range_nid(), before slab is up.
 */
export function memblock_alloc_range_nid(
  mb: Memblock,
  size: number,
  align: number,
  start: number,
  end: number,
  nid: number,
  exact: boolean,
): MemblockChange {
  const log: MemblockNote[] = align === 0 ? [{ kind: 'dump_stack', what: 'align' }] : [];
  const preferred = choose_memblock_flags(mb);
  const flags_tried = (preferred & MEMBLOCK_MIRROR) !== 0 ? [preferred, preferred & ~MEMBLOCK_MIRROR] : [preferred];
  const nodes_tried = numa_valid_node(mb, nid) && !exact ? [nid, NUMA_NO_NODE] : [nid];
  let now = mb;
  for (const flags of flags_tried) {
    if (flags !== preferred) log.push({ kind: 'no-mirror', size });
    for (const node of nodes_tried) {
      const found = memblock_find_in_range_node(now, size, align || SMP_CACHE_BYTES, start, end, node, flags);
      if (found === 0) continue;
      const reserved = reserveFor('memblock_alloc_range_nid', now, found, size, node);
      log.push(...reserved.log);
      now = reserved.memblock;
      if (reserved.ret === 0) return done(now, found, log);
    }
  }
  return done(now, 0, log);
}

function setsFlag(name: TypeName, flag: number) {
  return (mb: Memblock, base: number, size: number): MemblockChange =>
    changeWindow(mb, name, base, size, (window) => window.map((region) => ({ ...region, flags: region.flags | flag })));
}

function clearsFlag(name: TypeName, flag: number) {
  return (mb: Memblock, base: number, size: number): MemblockChange =>
    changeWindow(mb, name, base, size, (window) =>
      window.map((region) => ({ ...region, flags: region.flags & ~flag })),
    );
}
