// How the two region arrays of memblock change (mm/memblock.c, v7.2 and v7.3): adding a range, editing the regions inside
// one, and doubling an array that is full, which is itself an allocation and a reservation. Bytes, half-open ranges.
// Knows nothing of slab: not modelled are arrays doubled after slab is up, and accept_memory().

import { ENOMEM, MEMBLOCK_NONE, MEMBLOCK_RSRV_KERN, NUMA_NO_NODE } from './constants.ts';
import { memblock_find_in_range } from './memblock-ranges.ts';
import {
  insertParts,
  isolateRange,
  type Memblock,
  type MemblockType,
  memblock_cap_size,
  memblock_merge_regions,
  type Region,
  roundUp,
  type UncoveredPart,
  uncoveredParts,
} from './memblock-regions.ts';

/** Which array. */
export type TypeName = MemblockType['name'];

/**
 * What the kernel would warn of or print inside a change, in order. The line of the called function itself is not among
 * them; `reserve` and `phys_free` are calls that memblock makes of its own accord, `by` names the calling function.
 */
export type MemblockNote =
  | { readonly kind: 'warn'; readonly what: 'nid' | 'flags' }
  /** align was 0: dump_stack(), then 64. */
  | { readonly kind: 'dump_stack'; readonly what: 'align' }
  /** "Could not allocate %pap bytes of mirrored memory". */
  | { readonly kind: 'no-mirror'; readonly size: number }
  /** [start, end) is what the kernel prints, 24 bytes an entry; the reservation is rounded up to pages. */
  | {
      readonly kind: 'doubled';
      readonly name: TypeName;
      readonly max: number;
      readonly start: number;
      readonly end: number;
    }
  | { readonly kind: 'double-failed'; readonly name: TypeName; readonly from: number; readonly to: number }
  | { readonly kind: 'panic'; readonly text: string }
  | {
      readonly kind: 'reserve';
      readonly base: number;
      readonly size: number;
      readonly nid: number;
      readonly flags: number;
      readonly by: string;
    }
  | { readonly kind: 'phys_free'; readonly base: number; readonly size: number; readonly by: string };

/** A change: the memblock after it, and ret: 0, a negative errno, or for allocations an address (0 is failure). */
export interface MemblockChange {
  readonly memblock: Memblock;
  readonly ret: number;
  readonly log: readonly MemblockNote[];
}

/** sizeof(struct memblock_region) with CONFIG_NUMA: two addresses, flags, nid. */
const REGION_BYTES = 24;

/**
 * Adds the parts of [base, base + size) that no region of the array covers, with nid and flags, and merges; regions that
 * are there keep theirs, and a mismatch warns. Size 0 does nothing; -ENOMEM if the array is full and cannot grow.
 * mm/memblock.c, memblock_add_range().
 */
export function memblock_add_range(
  mb: Memblock,
  name: TypeName,
  base: number,
  size: number,
  nid: number,
  flags: number,
): MemblockChange {
  const capped = memblock_cap_size(base, size);
  if (capped <= 0) return done(mb);
  const type = mb[name];
  if (type.regions.length === 0) {
    const only = { ...type, regions: [{ base, size: capped, flags, nid }], total_size: capped };
    return done(withType(mb, only));
  }
  const log: MemblockNote[] = [];
  const uncovered = (regions: readonly Region[]): UncoveredPart[] => {
    const parts = uncoveredParts(regions, base, base + capped);
    log.push(...mismatches(regions, parts, nid, flags));
    return parts;
  };
  let now = mb;
  if (type.regions.length * 2 + 1 > type.max) {
    // The kernel walks once to count and once to insert, so its warnings come twice.
    const counted = uncovered(type.regions);
    if (counted.length === 0) return done(mb, 0, log);
    const room = makeRoom(mb, name, counted.length, base, capped);
    log.push(...room.log);
    now = room.memblock;
    if (room.ret !== 0) return done(now, room.ret, log);
  }
  const parts = uncovered(now[name].regions);
  if (parts.length === 0) return done(now, 0, log);
  const inserted = insertParts(now[name].regions, parts, nid, flags);
  const merged = memblock_merge_regions(inserted.regions, inserted.window);
  return done(withType(now, withRegions(now[name], merged)), 0, log);
}

function mismatches(
  regions: readonly Region[],
  parts: readonly UncoveredPart[],
  nid: number,
  flags: number,
): MemblockNote[] {
  const notes: MemblockNote[] = [];
  for (const part of parts) {
    const above = regions[part.index];
    if (!part.before_overlap || !above) continue;
    if (nid !== above.nid) notes.push({ kind: 'warn', what: 'nid' });
    if (flags !== MEMBLOCK_NONE && flags !== above.flags) notes.push({ kind: 'warn', what: 'flags' });
  }
  return notes;
}

/**
 * Splits the regions that cross an end of [base, base + size), replaces those inside by what edit makes of them, and
 * merges; -ENOMEM if the array is full and cannot grow. What remove, set_node and the mark functions have in common.
 */
export function changeWindow(
  mb: Memblock,
  name: TypeName,
  base: number,
  size: number,
  edit: (window: readonly Region[]) => readonly Region[],
): MemblockChange {
  const capped = memblock_cap_size(base, size);
  if (capped <= 0) return done(mb);
  const room = makeRoom(mb, name, 2, base, capped);
  if (room.ret !== 0) return room;
  const type = room.memblock[name];
  const { regions, window } = isolateRange(type.regions, base, base + capped);
  const edited = edit(regions.slice(window.start, window.end));
  const replaced = [...regions.slice(0, window.start), ...edited, ...regions.slice(window.end)];
  const merged = memblock_merge_regions(replaced, { start: window.start, end: window.start + edited.length });
  return done(withType(room.memblock, withRegions(type, merged)), 0, room.log);
}

/** Doubles an array until it holds `extra` regions more than now; [base, base + size) is the range being worked on. */
function makeRoom(mb: Memblock, name: TypeName, extra: number, base: number, size: number): MemblockChange {
  const log: MemblockNote[] = [];
  let now = mb;
  while (now[name].regions.length + extra > now[name].max) {
    const doubled = memblock_double_array(now, name, base, size);
    log.push(...doubled.log);
    now = doubled.memblock;
    if (doubled.ret !== 0) return done(now, doubled.ret, log);
  }
  return done(now, 0, log);
}

/**
 * Moves an array to one of twice the size, which is itself reserved; the new reserved array is looked for above the
 * range being added, then below it. mm/memblock.c, memblock_double_array(), before slab is up.
 */
function memblock_double_array(mb: Memblock, name: TypeName, new_base: number, new_size: number): MemblockChange {
  const type = mb[name];
  const max = type.max * 2;
  if (!mb.can_resize) {
    return done(mb, -ENOMEM, [{ kind: 'panic', text: `memblock: cannot resize ${name} array` }]);
  }
  const bytes = roundUp(max * REGION_BYTES, mb.page_size);
  const avoided = name === 'reserved' ? { start: new_base, end: new_base + new_size } : { start: 0, end: 0 };
  let found = memblock_find_in_range(mb, avoided.end, mb.current_limit, bytes, mb.page_size);
  if (found === 0 && avoided.end > avoided.start) {
    const below = Math.min(avoided.start, mb.current_limit);
    found = memblock_find_in_range(mb, 0, below, bytes, mb.page_size);
  }
  if (found === 0) {
    return done(mb, -ENOMEM, [{ kind: 'double-failed', name, from: type.max, to: max }]);
  }
  const log: MemblockNote[] = [{ kind: 'doubled', name, max, start: found, end: found + max * REGION_BYTES }];
  let now = withType(mb, { ...type, max, array: { base: found, size: bytes } });
  if (type.array) {
    const freed = changeWindow(now, 'reserved', type.array.base, type.array.size, () => []);
    log.push({ kind: 'phys_free', ...type.array, by: 'memblock_free' }, ...freed.log);
    now = freed.memblock;
  }
  const reserved = reserveFor('memblock_double_array', now, found, bytes, NUMA_NO_NODE);
  log.push(...reserved.log);
  if (reserved.ret !== 0) log.push({ kind: 'panic', text: 'kernel BUG at mm/memblock.c: memblock_double_array' });
  return done(reserved.memblock, reserved.ret, log);
}

/** Reserves RSRV_KERN on behalf of another memblock function, and notes it. */
export function reserveFor(by: string, mb: Memblock, base: number, size: number, nid: number): MemblockChange {
  const flags = MEMBLOCK_RSRV_KERN;
  const reserved = memblock_add_range(mb, 'reserved', base, size, nid, flags);
  return { ...reserved, log: [{ kind: 'reserve', base, size, nid, flags, by }, ...reserved.log] };
}

/** A change that ended, by default with 0 and nothing said. */
export const done = (memblock: Memblock, ret = 0, log: readonly MemblockNote[] = []): MemblockChange => ({
  memblock,
  ret,
  log,
});

/** The memblock with one array replaced. */
export const withType = (mb: Memblock, type: MemblockType): Memblock =>
  type === mb[type.name] ? mb : { ...mb, [type.name]: type };

/** The array with other regions and its byte count brought along; the same object if they are equal. */
export function withRegions(type: MemblockType, regions: readonly Region[]): MemblockType {
  const old = type.regions;
  if (old.length === regions.length && regions.every((region, i) => sameRegion(region, old[i]))) return type;
  return { ...type, regions, total_size: type.total_size + bytesIn(regions) - bytesIn(old) };
}

const bytesIn = (regions: readonly Region[]): number => regions.reduce((sum, region) => sum + region.size, 0);

const sameRegion = (a: Region, b: Region | undefined): boolean =>
  b !== undefined && a.base === b.base && a.size === b.size && a.flags === b.flags && a.nid === b.nid;
