// Calls into memblock that the parts of a kernel make which are not simulated, replayed from the scenario's list. Where an
// allocation lands is memblock's choice; a row that frees part of one finds it by its number.
import {
  type EarlyCall,
  MEMBLOCK_NONE,
  MEMBLOCK_RSRV_KERN,
  type MemblockChange,
  memblock_alloc_range_nid,
  memblock_phys_free,
  memblock_reserve,
  memblock_reserve_kern,
  NUMA_NO_NODE,
  row as tableRow,
  trap,
} from '../../machine/index.ts';
import type { Context, Intrinsics } from '../../vm/index.ts';
import { logAlloc, logPhysAlloc, logPhysFree, logReserve } from '../memblock-log.ts';
import { commit, limitOf } from './memblock.ts';
import { row } from './row.ts';

const callAt = (c: Context, i: number): EarlyCall => {
  const call = c.machine.hardware.early[i];
  if (call === undefined) throw trap(`there is no early call ${i}`);
  return call;
};

/** What memblock_alloc_internal() makes of its calls: it retries them without the lower limit; the two others do not. */
const retries = (call: string): boolean => /^memblock_alloc_(?:try|exact)_nid/.test(call);

/** One allocation. */
function allocate(c: Context, call: EarlyCall): MemblockChange {
  const mb = c.machine.memblock;
  const { size, align, node } = call;
  const end = limitOf(c, call.max);
  const exact = call.call === 'memblock_alloc_exact_nid_raw';
  const nid = call.call === 'memblock_phys_alloc_range' ? NUMA_NO_NODE : node;
  const first = memblock_alloc_range_nid(mb, size, align, call.from, end, nid, exact);
  if (first.ret !== 0 || call.from === 0 || !retries(call.call)) return first;
  return memblock_alloc_range_nid(mb, size, align, 0, end, nid, exact);
}

function freed(c: Context, call: EarlyCall): MemblockChange {
  const mb = c.machine.memblock;
  if (call.of === null) {
    logPhysFree(c, call.base ?? 0, call.size, call.by);
    return memblock_phys_free(mb, call.base ?? 0, call.size);
  }
  const at = tableRow(c.machine.table, 'early_call', call.of)?.addr;
  if (typeof at !== 'number' || at === 0) throw trap(`early call ${call.of}, of which a part is freed, got no memory`);
  logPhysFree(c, at + call.offset, call.size, call.by);
  return memblock_phys_free(mb, at + call.offset, call.size);
}

/** What memblock=debug prints of an allocation before it is made; memblock_alloc_range_nid() itself prints nothing. */
function logCall(c: Context, { call, size, align, node: nid, from, max: max_addr, by }: EarlyCall): void {
  if (call === 'memblock_phys_alloc_range') logPhysAlloc(c, size, align, { from, max_addr }, by);
  else if (call !== 'memblock_alloc_range_nid') logAlloc(c, size, align, { nid, from, max_addr }, call, by);
}

function run(c: Context, i: number): void {
  const call = callAt(c, i);
  const mb = c.machine.memblock;
  switch (call.call) {
    case 'memblock_reserve':
      logReserve(c, call.base ?? 0, call.size, NUMA_NO_NODE, MEMBLOCK_NONE, call.by);
      commit(c, 'reserved', memblock_reserve(mb, call.base ?? 0, call.size));
      return;
    case 'memblock_reserve_kern':
      logReserve(c, call.base ?? 0, call.size, NUMA_NO_NODE, MEMBLOCK_RSRV_KERN, call.by);
      commit(c, 'reserved', memblock_reserve_kern(mb, call.base ?? 0, call.size));
      return;
    case 'memblock_phys_free':
      commit(c, 'reserved', freed(c, call));
      return;
    default: {
      logCall(c, call);
      const addr = commit(c, 'reserved', allocate(c, call));
      c.emit({ k: 'new', struct: 'early_call', at: i, fields: { addr } });
    }
  }
}

/** The rows of this file. */
export const earlyRows: Intrinsics = {
  next_early_call: row(
    'read',
    2,
    'number of the next early call of the scenario during a function, after the i-th; -1 at the end',
    (c, point: string, i: number) => c.machine.hardware.early.findIndex((call, k) => k > i && call.in === point),
  ),
  early_call: row('effect', 1, 'the i-th early call of the scenario', (c, i: number) => {
    run(c, i);
  }),
};
