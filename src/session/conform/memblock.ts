// Rows on memblock: the calls on the machine's memblock, which is what the kernel's intrinsics call; memblock_free_all() by
// the kernel text.

import { type Kernel, variablesOf } from '../../kernel/index.ts';
import {
  apply,
  emptyMemblock,
  type Fields,
  type FreeRange,
  freeRanges,
  freeRangesReverse,
  type Machine,
  MEMBLOCK_KHO_SCRATCH,
  MEMBLOCK_NONE,
  type Memblock,
  makeMachine,
  memblock_add,
  memblock_add_node,
  memblock_alloc_range_nid,
  memblock_clear_kho_scratch,
  memblock_mark_hotplug,
  memblock_mark_kho_scratch,
  memblock_mark_nomap,
  memblock_phys_free,
  memblock_remove,
  memblock_reserve,
  memblock_reserve_kern,
  memblock_reserved_kern_size,
  memblock_reserved_mark_noinit,
  memblock_search,
  memblock_set_node,
  NUMA_NO_NODE,
  PHYS_ADDR_MAX,
  type Region,
  zoneAt,
} from '../../machine/index.ts';
import { bareHardware } from './bare.ts';
import { call } from './call.ts';
import type { Json } from './compare.ts';
import type { MemblockOp, RANGE_OPS, RowOf } from './schema.ts';

/** CONFIG_NODES_SHIFT=4 */
const MAX_NUMNODES = 16;
const PAGE = 4096;
/** Entries of the arrays that the rows were computed with. */
const ARRAY = 256;

/** What lies between the end of the address space here and the end of 64 bits. */
const ABOVE = 2n ** 64n - 1n - BigInt(PHYS_ADDR_MAX);
const HALF = 2n ** 63n;
/** Addresses and sizes above this are counted from the end of the address space: no memory is as large. */
const FROM_END = PHYS_ADDR_MAX / 2;

const hex = (value: number): string => `0x${(value > FROM_END ? BigInt(value) + ABOVE : BigInt(value)).toString(16)}`;
const nidOf = (nid: number | 'MAX'): number => (nid === 'MAX' ? MAX_NUMNODES : nid);
const address = (text: string): number => Number(BigInt(text) >= HALF ? BigInt(text) - ABOVE : BigInt(text));

type Done = { readonly memblock: Memblock; readonly ret: number };
type RangeOp = (typeof RANGE_OPS)[number];

const RANGE: Readonly<Record<RangeOp, (mb: Memblock, base: number, size: number) => Done>> = {
  add: memblock_add,
  remove: memblock_remove,
  reserve: memblock_reserve,
  reserve_kern: memblock_reserve_kern,
  phys_free: memblock_phys_free,
  mark_kho_scratch: memblock_mark_kho_scratch,
  clear_kho_scratch: memblock_clear_kho_scratch,
  mark_nomap: memblock_mark_nomap,
  mark_hotplug: memblock_mark_hotplug,
  reserved_mark_noinit: memblock_reserved_mark_noinit,
};

function perform(mb: Memblock, op: MemblockOp): Done {
  switch (op.op) {
    case 'add_node':
      return memblock_add_node(mb, address(op.base), address(op.size), nidOf(op.nid), op.flags);
    case 'set_node':
      return memblock_set_node(mb, address(op.base), address(op.size), 'memory', nidOf(op.nid));
    case 'alloc_range_nid': {
      const [size = 0, align = 0, start = 0, end = 0] = [op.size, op.align, op.start, op.end].map(address);
      return memblock_alloc_range_nid(mb, size, align, start, end, nidOf(op.nid), op.exact);
    }
    case 'search_memory':
      return { memblock: mb, ret: memblock_search(mb.memory, address(op.addr)) };
    case 'reserved_kern_size':
      return { memblock: mb, ret: memblock_reserved_kern_size(mb, address(op.limit), nidOf(op.nid)) };
    case 'scratch_only':
      return { memblock: { ...mb, kho_scratch_only: op.on }, ret: 0 };
    case 'set_bottom_up':
      return { memblock: { ...mb, bottom_up: op.on }, ret: 0 };
    default:
      return RANGE[op.op](mb, address(op.base), address(op.size));
  }
}

/** A region as rows write it: [base, size, nid, flags]. */
export function regionRow({ base, size, nid, flags }: Region, maxNumnodes: number): Json {
  return [hex(base), hex(size), nid === maxNumnodes ? 'MAX' : nid, flags];
}

function tables(mb: Memblock): Record<string, Json> {
  return {
    memory: mb.memory.regions.map((region) => regionRow(region, MAX_NUMNODES)),
    reserved: mb.reserved.regions.map((region) => regionRow(region, MAX_NUMNODES)),
    memory_total: hex(mb.memory.total_size),
    reserved_total: hex(mb.reserved.total_size),
  };
}

/** A machine on which memblock_free_all() finds every page deferred: it frees nothing, but says what it would. */
function idleMachine(kernel: Kernel, memblock: Memblock): Machine {
  let machine = apply(makeMachine(kernel.config, bareHardware(2 ** 27)), { k: 'memblock', memblock });
  const put = (struct: string, at: number, fields: Fields) => {
    machine = apply(machine, { k: 'new', struct, at, fields });
  };
  for (let nid = 0; nid < MAX_NUMNODES; nid++) put('pglist_data', nid, { first_deferred_pfn: 0 });
  for (let zid = 0; zid < kernel.config.maxNrZones; zid++) put('zone', zoneAt(0, zid), { managed_pages: 0 });
  put('var', 0, variablesOf(kernel.config));
  return machine;
}

/** What memblock_free_all() hands over, block by block, and how many reserved pages it visits. */
function freeAll(kernel: Kernel, memblock: Memblock): Record<string, Json> {
  const blocks: Json[] = [];
  let pages = 0;
  const { machine } = call(kernel.linked, idleMachine(kernel, memblock), 'memblock_free_all', [], (fn, parameters) => {
    const number = (name: string) => Number(parameters.get(name) ?? 0);
    if (fn === 'memblock_free_pages') blocks.push([number('pfn'), number('order')]);
    if (fn === 'memmap_init_reserved_range')
      pages += Math.ceil(number('end') / PAGE) - Math.floor(number('start') / PAGE);
  });
  return { free_all: blocks, init_deferred_page_calls: pages, after_free_all: tables(machine.memblock) };
}

const range = (r: FreeRange): Json[] => [hex(r.start), hex(r.end), r.nid === MAX_NUMNODES ? 'MAX' : r.nid];

/** The calls of a row, and the tables and walks after them. */
export function memblockRow(kernel: Kernel, row: RowOf<'memblock'>): Record<string, Json> {
  const empty = emptyMemblock({ max_numnodes: MAX_NUMNODES, page_size: PAGE });
  let mb: Memblock = {
    ...empty,
    memory: { ...empty.memory, max: ARRAY },
    reserved: { ...empty.reserved, max: ARRAY },
  };
  const ops = row.ops.map((op): Json => {
    const { memblock, ret } = perform(mb, op);
    mb = memblock;
    if (op.ret === undefined) return {};
    return { ret: typeof op.ret === 'string' ? hex(ret) : ret };
  });
  return {
    ops,
    ...tables(mb),
    free_fwd: [...freeRanges(mb, NUMA_NO_NODE, MEMBLOCK_NONE)].map((r) => [...(range(r) as Json[]), r.idx_a, r.idx_b]),
    free_rev: [...freeRangesReverse(mb, NUMA_NO_NODE, MEMBLOCK_NONE)].map(range),
    free_fwd_scratch: [...freeRanges(mb, NUMA_NO_NODE, MEMBLOCK_KHO_SCRATCH)].map((r) => range(r).slice(0, 2)),
    ...('free_all' in row || 'after_free_all' in row || 'init_deferred_page_calls' in row ? freeAll(kernel, mb) : {}),
  };
}
