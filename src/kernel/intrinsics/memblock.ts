// Intrinsics on memblock: the region arrays of the machine layer behind the kernel's names. A change is one access to the
// array it changes; what the kernel would say about it (doubling, panics) is printed here.
import {
  KernelFault,
  MEMBLOCK_ALLOC_ACCESSIBLE,
  MEMBLOCK_ALLOC_NOLEAKTRACE,
  MEMBLOCK_NONE,
  MEMBLOCK_RSRV_KERN,
  type Memblock,
  type MemblockChange,
  type MemblockNote,
  memblock_add,
  memblock_alloc_range_nid,
  memblock_clear_hotplug,
  memblock_clear_kho_scratch,
  memblock_end_of_DRAM,
  memblock_is_kho_scratch_memory,
  memblock_mark_kho_scratch,
  memblock_phys_free,
  memblock_reserve,
  memblock_reserve_kern,
  memblock_reserved_kern_size,
  memblock_reserved_mark_noinit,
  memblock_search,
  memblock_set_node,
  memblock_start_of_DRAM,
  memblock_trim_memory,
  NUMA_NO_NODE,
  nextFreeRange,
  readField,
  type Value,
} from '../../machine/index.ts';
import type { Context, Intrinsic, Intrinsics } from '../../vm/index.ts';
import { warnLines } from '../faults.ts';
import { logAdd, logAlloc, logDoubled, logPhysAlloc, logPhysFree, logReserve } from '../memblock-log.ts';
import { printf } from '../printf.ts';
import { reads, row, stackOf, writes } from './row.ts';

function say(c: Context, note: MemblockNote): undefined {
  const print = (format: string, ...args: Value[]): undefined => {
    c.emit({ k: 'print', text: printf(format, args) });
  };
  switch (note.kind) {
    case 'panic':
      throw new KernelFault('panic', note.text, note.text);
    case 'doubled':
      logDoubled(c, note.name, note.max, note.start, note.end);
      return;
    case 'reserve':
      logReserve(c, note.base, note.size, note.nid, note.flags, note.by);
      return;
    case 'phys_free':
      logPhysFree(c, note.base, note.size, note.by);
      return;
    case 'double-failed':
      return print('memblock: Failed to double %s array from %ld to %ld entries !', note.name, note.from, note.to);
    case 'warn':
      c.notes?.push({
        kind: 'WARN',
        text: `memblock_add_range: ${note.what} of an overlapped region differs`,
        pfn: null,
      });
      for (const line of warnLines(c.machine, c.thread, c.state.threads[c.thread]?.name ?? '', 'mm/memblock.ts', [
        'memblock_add_range',
        ...stackOf(c),
      ])) {
        c.emit({ k: 'print', text: line });
      }
      return;
    default:
      return;
  }
}

/** Commits a change: one access to the array, what it says printed. Returns what the call returns. */
export function commit(c: Context, array: 'memory' | 'reserved', change: MemblockChange): number {
  writes(c, 'memblock', array, 'regions');
  for (const note of change.log) say(c, note);
  c.emit({ k: 'memblock', memblock: change.memblock });
  return change.ret;
}

type Change = (mb: Memblock, base: number, size: number) => MemblockChange;

type Log = (c: Context, base: number, size: number) => void;

/** A call that changes one array; `log` prints what memblock=debug says of it first. Marks say nothing. */
const change = (array: 'memory' | 'reserved', help: string, make: Change, log?: Log): Intrinsic =>
  row('effect', 2, help, (c, base: number, size: number) => {
    log?.(c, base, size);
    return commit(c, array, make(c.machine.memblock, base, size));
  });

const set = (c: Context, fields: Partial<Memblock>, field: string) => {
  writes(c, 'memblock', 'global', field);
  c.emit({ k: 'memblock', memblock: { ...c.machine.memblock, ...fields } });
};

/** The lowest node there is. */
const firstOnlineNode = (c: Context): number => Math.min(...c.machine.hardware.nodes.map((node) => node.node));

function nidOf(c: Context, pfn: number): number {
  const { memory } = c.machine.memblock;
  const i = memblock_search(memory, pfn * 2 ** c.machine.config.pageShift);
  return i < 0 ? -1 : (memory.regions[i]?.nid ?? -1);
}

function nextRange(c: Context, it: Value, nid: number, flags: number): boolean {
  const target = it as { struct: string; at: string };
  const field = (name: string) => readField(c.machine, target, name) as number;
  reads(c, 'memblock', 'memory', 'regions');
  reads(c, 'memblock', 'reserved', 'regions');
  const range = nextFreeRange(c.machine.memblock, { idx_a: field('idx_a'), idx_b: field('idx_b') }, nid, flags);
  if (range === null) return false;
  writes(c, target.struct, target.at, '*');
  for (const name of ['idx_a', 'idx_b', 'start', 'end', 'nid'] as const) {
    c.emit({ k: 'store', ref: target, field: name, value: range[name] });
  }
  return true;
}

/** The upper limit that an allocation asks for; MEMBLOCK_ALLOC_ACCESSIBLE stands for what is mapped. */
export function limitOf(c: Context, max: number): number {
  const mb = c.machine.memblock;
  if (max !== MEMBLOCK_ALLOC_ACCESSIBLE && max !== MEMBLOCK_ALLOC_NOLEAKTRACE) return max;
  return Math.min(mb.current_limit, memblock_end_of_DRAM(mb)) || MEMBLOCK_ALLOC_ACCESSIBLE;
}

function alloc(
  c: Context,
  size: number,
  align: number,
  from: number,
  max: number,
  nid: number,
  exact: boolean,
): number {
  const mb = c.machine.memblock;
  return commit(c, 'reserved', memblock_alloc_range_nid(mb, size, align, from, limitOf(c, max), nid, exact));
}

/** The rows on memblock. */
export const memblockRows: Intrinsics = {
  memblock_add: change('memory', 'memblock_add(): nid not known yet', memblock_add, (c, base, size) =>
    logAdd(c, base, size),
  ),
  memblock_reserve: change('reserved', 'memblock_reserve()', memblock_reserve, (c, base, size) =>
    logReserve(c, base, size, NUMA_NO_NODE, MEMBLOCK_NONE),
  ),
  memblock_reserve_kern: change(
    'reserved',
    'memblock_reserve_kern(): RSRV_KERN',
    memblock_reserve_kern,
    (c, base, size) => logReserve(c, base, size, NUMA_NO_NODE, MEMBLOCK_RSRV_KERN),
  ),
  memblock_phys_free: change('reserved', 'memblock_phys_free()', memblock_phys_free, (c, base, size) =>
    logPhysFree(c, base, size),
  ),
  memblock_mark_kho_scratch: change(
    'memory',
    'memblock_mark_kho_scratch(): marks memory that exists',
    memblock_mark_kho_scratch,
  ),
  memblock_clear_kho_scratch: change('memory', 'memblock_clear_kho_scratch()', memblock_clear_kho_scratch),
  memblock_clear_hotplug: change('memory', 'memblock_clear_hotplug()', memblock_clear_hotplug),
  memblock_reserved_mark_noinit: change('reserved', 'memblock_reserved_mark_noinit()', memblock_reserved_mark_noinit),
  memblock_set_node: row(
    'effect',
    4,
    'memblock_set_node()',
    (c, base: number, size: number, type: Value, nid: number) => {
      const name = (type as { at: string }).at as 'memory' | 'reserved';
      return commit(c, name, memblock_set_node(c.machine.memblock, base, size, name, nid));
    },
  ),
  memblock_trim_memory: row('effect', 1, 'memblock_trim_memory()', (c, align: number) => {
    commit(c, 'memory', memblock_trim_memory(c.machine.memblock, align));
  }),
  memblock_allow_resize: row(
    'effect',
    0,
    'memblock_allow_resize()',
    (c) => set(c, { can_resize: true }, 'can_resize') as undefined,
  ),
  memblock_set_current_limit: row(
    'effect',
    1,
    'memblock_set_current_limit()',
    (c, limit: number) => set(c, { current_limit: limit }, 'current_limit') as undefined,
  ),
  memblock_set_kho_scratch_only: row(
    'effect',
    0,
    'memblock_set_kho_scratch_only()',
    (c) => set(c, { kho_scratch_only: true }, 'kho_scratch_only') as undefined,
  ),
  memblock_clear_kho_scratch_only: row(
    'effect',
    0,
    'memblock_clear_kho_scratch_only()',
    (c) => set(c, { kho_scratch_only: false }, 'kho_scratch_only') as undefined,
  ),
  memblock_alloc: row(
    'effect',
    2,
    'memblock_alloc(): physical address, 0 when there is none; the memory is not zeroed here',
    (c, size: number, align: number) => {
      logAlloc(c, size, align);
      return alloc(c, size, align, 0, MEMBLOCK_ALLOC_ACCESSIBLE, NUMA_NO_NODE, false);
    },
  ),
  memblock_phys_alloc_range: row(
    'effect',
    4,
    'memblock_phys_alloc_range(): anywhere in [start, end)',
    (c, size: number, align: number, start: number, end: number) => {
      logPhysAlloc(c, size, align, { from: start, max_addr: end });
      return alloc(c, size, align, start, end, NUMA_NO_NODE, false);
    },
  ),
  memblock_alloc_range_nid: row(
    'effect',
    6,
    'memblock_alloc_range_nid(): on a node, unless `exact` else anywhere',
    (c, size: number, align: number, start: number, end: number, nid: number, exact: boolean) =>
      alloc(c, size, align, start, end, nid, exact),
  ),
  memblock_reserved_kern_size: row(
    'read',
    2,
    'memblock_reserved_kern_size(): bytes that the kernel has reserved below a limit, of a node or (-1) of all',
    (c, limit: number, nid: number) => {
      reads(c, 'memblock', 'reserved', 'regions');
      return memblock_reserved_kern_size(c.machine.memblock, limit, nid);
    },
  ),
  __next_mem_range: row(
    'effect',
    3,
    '__next_mem_range() over memory minus reserved; false at the end',
    (c, it: Value, nid: number, flags: number) => nextRange(c, it, nid, flags),
  ),
  early_pfn_to_nid: row(
    'read',
    1,
    'early_pfn_to_nid(): by memblock.memory; an unknown pfn is the first node',
    (c, pfn: number) => {
      reads(c, 'memblock', 'memory', 'regions');
      const nid = nidOf(c, pfn);
      return nid < 0 || nid >= c.machine.memblock.max_numnodes ? firstOnlineNode(c) : nid;
    },
  ),
  memblock_is_kho_scratch_memory: row(
    'read',
    1,
    'memblock_is_kho_scratch_memory(): the flag of the memory region',
    (c, addr: number) => {
      reads(c, 'memblock', 'memory', 'regions');
      return memblock_is_kho_scratch_memory(c.machine.memblock, addr);
    },
  ),
  memblock_start_of_DRAM: row('read', 0, 'memblock_start_of_DRAM()', (c) => memblock_start_of_DRAM(c.machine.memblock)),
  memblock_end_of_DRAM: row('read', 0, 'memblock_end_of_DRAM()', (c) => memblock_end_of_DRAM(c.machine.memblock)),
};
