// What memblock=debug prints (memblock_dbg() in mm/memblock.c, v7.3): a line for each call, before what it does, with the
// function that called. Offsets in functions are not known here. Knows nothing of what the calls do to the arrays.
import { type Machine, NUMA_NO_NODE, row as tableRow, type Value } from '../machine/index.ts';
import type { Context } from '../vm/index.ts';
import { traced } from './faults.ts';
import { stackOf } from './intrinsics/row.ts';
import { printf } from './printf.ts';

/** Has parse_early_param() met memblock=debug? What comes before it is never printed. */
export const memblockDebug = (m: Machine): boolean => tableRow(m.table, 'var', 0)?.memblock_debug === true;

/** The function that called, as the kernel would print its return address: what the compiler folds away is its caller. */
const callerOf = (c: Context): string => traced(stackOf(c))[0] ?? '';

function say(c: Context, format: string, ...args: Value[]): void {
  if (memblockDebug(c.machine)) c.emit({ k: 'print', text: printf(format, args) });
}

const last = (base: number, size: number): number => base + size - 1;

/** memblock_add() */
export const logAdd = (c: Context, base: number, size: number, by = callerOf(c)): void =>
  say(c, 'memblock_add: [%pa-%pa] %s', base, last(base, size), by);

/** memblock_phys_free() */
export const logPhysFree = (c: Context, base: number, size: number, by = callerOf(c)): void =>
  say(c, 'memblock_phys_free: [%pa-%pa] %s', base, last(base, size), by);

/** __memblock_reserve(), by whatever name it was called or by an allocation. */
export const logReserve = (
  c: Context,
  base: number,
  size: number,
  nid: number,
  flags: number,
  by = callerOf(c),
): void => say(c, '__memblock_reserve: [%pa-%pa] nid=%d flags=%x %s', base, last(base, size), nid, flags, by);

/** Where an allocation may lie: what was asked for, 0 and 1 as ends are MEMBLOCK_ALLOC_ACCESSIBLE and _NOLEAKTRACE. */
export interface AllocBounds {
  readonly nid?: number;
  readonly from?: number;
  readonly max_addr?: number;
}

/** memblock_alloc(), memblock_alloc_try_nid() and its kin, by the name that the kernel prints. */
export const logAlloc = (
  c: Context,
  size: number,
  align: number,
  { nid = NUMA_NO_NODE, from = 0, max_addr = 0 }: AllocBounds = {},
  name = 'memblock_alloc_try_nid',
  by = callerOf(c),
): void =>
  say(c, `${name}: %llu bytes align=0x%llx nid=%d from=%pa max_addr=%pa %s`, size, align, nid, from, max_addr, by);

/** memblock_phys_alloc_range() */
export const logPhysAlloc = (
  c: Context,
  size: number,
  align: number,
  { from = 0, max_addr = 0 }: AllocBounds = {},
  by = callerOf(c),
): void =>
  say(
    c,
    'memblock_phys_alloc_range: %llu bytes align=0x%llx from=%pa max_addr=%pa %s',
    size,
    align,
    from,
    max_addr,
    by,
  );

/** A reserved array that grew. */
export const logDoubled = (c: Context, name: string, max: number, start: number, end: number): void =>
  say(c, 'memblock: %s is doubled to %ld at [%pa-%pa]', name, max, start, end - 1);
