// memblock against the known answers of the real mm/memblock.c, and the laws it keeps under any sequence of calls.

import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  ENOMEM,
  INIT_MEMBLOCK_REGIONS,
  MEMBLOCK_HOTPLUG,
  MEMBLOCK_KHO_SCRATCH,
  MEMBLOCK_MIRROR,
  MEMBLOCK_NONE,
  MEMBLOCK_RSRV_KERN,
  MEMBLOCK_RSRV_NOINIT,
  NUMA_NO_NODE,
  ULONG_MAX,
} from '../../src/machine/constants.ts';
import * as mm from '../../src/machine/memblock.ts';

const PAGE_SIZE = 0x1000;
const MiB = 0x100000;
const MAX_PAGE_ORDER = 10;

type Step = (mb: mm.Memblock) => mm.MemblockChange;

const empty = mm.emptyMemblock({ max_numnodes: 16, page_size: PAGE_SIZE });
const resizable: mm.Memblock = { ...empty, can_resize: true };

function built(start: mm.Memblock, ...steps: Step[]): mm.Memblock {
  return steps.reduce((mb, step) => {
    const change = step(mb);
    expect(change.ret).toBe(0);
    return change.memblock;
  }, start);
}

const memory =
  (base: number, end: number, nid = 0): Step =>
  (mb) =>
    mm.memblock_add_node(mb, base, end - base, nid, 0);
const reserved =
  (base: number, end: number): Step =>
  (mb) =>
    mm.memblock_reserve(mb, base, end - base);
const scratch =
  (base: number, end: number): Step =>
  (mb) =>
    mm.memblock_mark_kho_scratch(mb, base, end - base);

/** Reserves `count` pages from `from` on, each followed by a free one, so that none merge. */
const reservedPages =
  (from: number, count: number): Step =>
  (mb) =>
    ({ memblock: built(mb, ...pagesFrom(from, count)), ret: 0, log: [] }) as const;

const pagesFrom = (from: number, count: number): Step[] =>
  Array.from({ length: count }, (_, i) => reserved(from + 2 * i * PAGE_SIZE, from + (2 * i + 1) * PAGE_SIZE));

const spans = (regions: readonly mm.Region[]) => regions.map((r) => [r.base, mm.regionEnd(r)]);
const emitted = (ranges: Iterable<mm.FreeRange>) => [...ranges].map((r) => [r.start, r.end]);

describe('known answers', () => {
  type Row = readonly [string, string, number | 'MAX', number];
  interface Tables {
    readonly memory: readonly Row[];
    readonly reserved: readonly Row[];
    readonly memory_total: string;
    readonly reserved_total: string;
  }
  interface Op {
    readonly op: string;
    readonly base?: string;
    readonly size?: string;
    readonly align?: string;
    readonly start?: string;
    readonly end?: string;
    readonly addr?: string;
    readonly limit?: string;
    readonly nid?: number;
    readonly flags?: number;
    readonly exact?: boolean;
    readonly on?: boolean;
    readonly ret?: string | number;
  }
  interface Vector extends Tables {
    readonly vid: string;
    readonly kind: string;
    readonly id: string;
    readonly ops: readonly Op[];
    readonly free_fwd?: readonly (readonly [string, string, number, number, number])[];
    readonly free_rev?: readonly (readonly [string, string, number])[];
    readonly free_fwd_scratch?: readonly (readonly [string, string])[];
    readonly free_all?: readonly (readonly [number, number])[];
    readonly init_deferred_page_calls?: number;
    readonly after_free_all?: Tables;
  }

  const file = new URL('../fixtures/vectors.json', import.meta.url);
  const { vectors } = JSON.parse(readFileSync(file, 'utf8')) as { readonly vectors: readonly Vector[] };
  const rows = vectors.filter((vector) => vector.kind === 'memblock');

  const hex = (value: number) => `0x${value.toString(16)}`;
  const address = (text = '0x0') => (BigInt(text) === 2n ** 64n - 1n ? ULONG_MAX : Number(text));
  const sum = (regions: readonly mm.Region[]) => hex(regions.reduce((bytes, r) => bytes + r.size, 0));

  const row = (r: mm.Region): Row => [hex(r.base), hex(r.size), r.nid === empty.max_numnodes ? 'MAX' : r.nid, r.flags];
  const tables = (mb: mm.Memblock): Tables => ({
    memory: mb.memory.regions.map(row),
    reserved: mb.reserved.regions.map(row),
    memory_total: hex(mb.memory.total_size),
    reserved_total: hex(mb.reserved.total_size),
  });

  const ranged: Record<string, (mb: mm.Memblock, base: number, size: number) => mm.MemblockChange> = {
    add: mm.memblock_add,
    remove: mm.memblock_remove,
    reserve: mm.memblock_reserve,
    reserve_kern: mm.memblock_reserve_kern,
    phys_free: mm.memblock_phys_free,
    mark_kho_scratch: mm.memblock_mark_kho_scratch,
    clear_kho_scratch: mm.memblock_clear_kho_scratch,
    mark_nomap: mm.memblock_mark_nomap,
    mark_hotplug: mm.memblock_mark_hotplug,
    reserved_mark_noinit: mm.memblock_reserved_mark_noinit,
  };

  function run(mb: mm.Memblock, op: Op): { readonly memblock: mm.Memblock; readonly ret?: number } {
    const [base, size, nid = NUMA_NO_NODE] = [address(op.base), address(op.size), op.nid];
    const simple = ranged[op.op];
    if (simple) return simple(mb, base, size);
    switch (op.op) {
      case 'add_node':
        return mm.memblock_add_node(mb, base, size, nid, op.flags ?? MEMBLOCK_NONE);
      case 'set_node':
        return mm.memblock_set_node(mb, base, size, 'memory', nid);
      case 'alloc_range_nid': {
        const { align, start, end, exact = false } = op;
        return mm.memblock_alloc_range_nid(mb, size, address(align), address(start), address(end), nid, exact);
      }
      case 'search_memory':
        return { memblock: mb, ret: mm.memblock_search(mb.memory, address(op.addr)) };
      case 'reserved_kern_size':
        return { memblock: mb, ret: mm.memblock_reserved_kern_size(mb, address(op.limit), nid) };
      case 'scratch_only':
        return { memblock: { ...mb, kho_scratch_only: op.on === true } };
      case 'set_bottom_up':
        return { memblock: { ...mb, bottom_up: op.on === true } };
      default:
        throw new Error(`vectors.json: no such memblock op: ${op.op}`);
    }
  }

  /** The memblock half of memblock_free_all(): hotplug flags, nids and pages of reserved regions, blocks to free. */
  function freeAll(start: mm.Memblock) {
    let mb = mm.memblock_clear_hotplug({ ...start, kho_scratch_only: false }, 0, ULONG_MAX).memblock;
    for (const region of mb.memory.regions) {
      mb = mm.memblock_set_node(mb, region.base, region.size, 'reserved', region.nid).memblock;
    }
    let pages = 0;
    for (const region of mb.reserved.regions) {
      if (region.flags & MEMBLOCK_RSRV_NOINIT) continue;
      pages += Math.ceil(mm.regionEnd(region) / PAGE_SIZE) - Math.floor(region.base / PAGE_SIZE);
    }
    const blocks: [number, number][] = [];
    for (const range of mm.freeRanges(mb, NUMA_NO_NODE, MEMBLOCK_NONE)) {
      const end = Math.floor(range.end / PAGE_SIZE);
      for (let pfn = Math.ceil(range.start / PAGE_SIZE), order = 0; pfn < end; pfn += 2 ** order) {
        order = MAX_PAGE_ORDER;
        while (pfn % 2 ** order !== 0 || pfn + 2 ** order > end) order--;
        blocks.push([pfn, order]);
      }
    }
    return { blocks, pages, tables: tables(mb) };
  }

  const at = (r: mm.FreeRange) => [hex(r.start), hex(r.end), r.nid];

  test('the fixture holds the rows K000 to K020', () => {
    expect(rows.map((vector) => vector.vid)).toEqual(
      Array.from({ length: 21 }, (_, i) => `K${String(i).padStart(3, '0')}`),
    );
  });

  test.each(rows.map((vector) => [vector.vid, vector.id, vector] as const))('%s %s', (_vid, _id, vector) => {
    let mb = empty;
    for (const op of vector.ops) {
      const result = run(mb, op);
      if (op.ret !== undefined) expect(result.ret).toBe(Number(op.ret));
      mb = result.memblock;
    }
    expect(vector).toMatchObject(tables(mb));
    expect([sum(mb.memory.regions), sum(mb.reserved.regions)]).toEqual([vector.memory_total, vector.reserved_total]);
    const forward = [...mm.freeRanges(mb, NUMA_NO_NODE, MEMBLOCK_NONE)];
    const backward = [...mm.freeRangesReverse(mb, NUMA_NO_NODE, MEMBLOCK_NONE)];
    const inScratch = [...mm.freeRanges(mb, NUMA_NO_NODE, MEMBLOCK_KHO_SCRATCH)];
    if (vector.free_fwd) expect(forward.map((r) => [...at(r), r.idx_a, r.idx_b])).toEqual(vector.free_fwd);
    if (vector.free_rev) expect(backward.map(at)).toEqual(vector.free_rev);
    if (vector.free_fwd_scratch) {
      expect(inScratch.map((r) => [hex(r.start), hex(r.end)])).toEqual(vector.free_fwd_scratch);
    }
    if (!vector.free_all) return;
    const freed = freeAll(mb);
    expect(freed.blocks).toEqual(vector.free_all);
    expect(freed.pages).toBe(vector.init_deferred_page_calls);
    expect(freed.tables).toEqual(vector.after_free_all);
  });
});

describe('growing an array', () => {
  //  0        1M                  2M                                16M
  //  |        |#.#.#.#.#.  ...  .#|                          |array|
  //           128 reserved pages, each followed by a free one
  const full = built(resizable, memory(0, 16 * MiB), reservedPages(MiB, INIT_MEMBLOCK_REGIONS));
  const next = MiB + 2 * INIT_MEMBLOCK_REGIONS * PAGE_SIZE;

  test('memblock_reserve: the 129th disjoint page doubles the array', () => {
    expect(full.reserved).toMatchObject({ max: 128, array: null });
    expect(full.reserved.regions).toHaveLength(128);
    const { memblock, ret, log } = mm.memblock_reserve(full, next, PAGE_SIZE);
    const array = { base: 16 * MiB - 0x2000, size: 0x2000 };
    expect(ret).toBe(0);
    expect(memblock.reserved).toMatchObject({ max: 256, array });
    expect(memblock.reserved.regions).toHaveLength(130);
    expect(memblock.reserved.regions.at(-1)).toEqual({ ...array, nid: NUMA_NO_NODE, flags: MEMBLOCK_RSRV_KERN });
    expect(log).toEqual([
      { kind: 'doubled', name: 'reserved', max: 256, start: array.base, end: array.base + 256 * 24 },
      {
        kind: 'reserve',
        ...array,
        nid: NUMA_NO_NODE,
        flags: MEMBLOCK_RSRV_KERN,
        by: 'memblock_double_array',
      },
    ]);
  });

  test('memblock_reserve: the second doubling frees the first array', () => {
    const twice = built(full, reservedPages(next, 256));
    const first = 16 * MiB - 0x2000;
    // 512 entries of 24 bytes fill exactly three pages
    expect(twice.reserved).toMatchObject({ max: 512, array: { base: first - 0x3000, size: 0x3000 } });
    expect(spans(twice.reserved.regions).slice(-2)).toEqual([
      [next + 510 * PAGE_SIZE, next + 511 * PAGE_SIZE],
      [first - 0x3000, first],
    ]);
  });

  test('memblock_reserve: the new array lies above the range being added', () => {
    //  1M    2M        8M                    16M
    //  |#.#.#|         |======= new =====|   |
    //                                     ^array: between the new range and the end
    const { memblock } = mm.memblock_reserve(full, 8 * MiB, 7 * MiB);
    expect(memblock.reserved.array).toEqual({ base: 16 * MiB - 0x2000, size: 0x2000 });
  });

  test('memblock_reserve: the new array lies below the range being added when there is no room above', () => {
    //  1M    2M        8M                    16M
    //  |#.#.#|   array^|======== new ========|
    const { memblock, ret } = mm.memblock_reserve(full, 8 * MiB, 8 * MiB);
    expect(ret).toBe(0);
    expect(memblock.reserved.array).toEqual({ base: 8 * MiB - 0x2000, size: 0x2000 });
    expect(spans(memblock.reserved.regions).slice(-2)).toEqual([
      [8 * MiB - 0x2000, 8 * MiB],
      [8 * MiB, 16 * MiB],
    ]);
  });

  test('memblock_reserve: -ENOMEM and no change when scratch-only memory has no room', () => {
    //  0     1M    2M        8M  9M          16M
    //  |     |#.#.#|         |SSS|           |      S: the only scratch, reserved in full
    const start = built(resizable, memory(0, 16 * MiB), scratch(8 * MiB, 9 * MiB), reserved(8 * MiB, 9 * MiB));
    const tight = { ...built(start, reservedPages(MiB, 127)), kho_scratch_only: true };
    const { memblock, ret, log } = mm.memblock_reserve(tight, 12 * MiB, PAGE_SIZE);
    expect(ret).toBe(-ENOMEM);
    expect(memblock).toBe(tight);
    expect(log).toEqual([{ kind: 'double-failed', name: 'reserved', from: 128, to: 256 }]);
    expect(mm.memblock_reserve(tight, 8 * MiB + PAGE_SIZE, PAGE_SIZE)).toMatchObject({ ret: 0, log: [] });
  });

  test('memblock_reserve: a full array before memblock_allow_resize() is a panic', () => {
    const fixed = { ...full, can_resize: false };
    const { memblock, ret, log } = mm.memblock_reserve(fixed, next, PAGE_SIZE);
    expect(memblock).toBe(fixed);
    expect(ret).toBe(-ENOMEM);
    expect(log).toEqual([{ kind: 'panic', text: 'memblock: cannot resize reserved array' }]);
  });

  test('memblock_reserved_mark_noinit: isolating asks for two spare entries before it looks', () => {
    const almost = built(resizable, memory(0, 16 * MiB), reservedPages(MiB, 127));
    const { memblock, log } = mm.memblock_reserved_mark_noinit(almost, 12 * MiB, PAGE_SIZE);
    expect(log.map((note) => note.kind)).toEqual(['doubled', 'reserve']);
    expect(memblock.reserved.regions).toHaveLength(128);
  });

  test('memblock_alloc_range_nid: 0 when the reservation finds no room for a larger array', () => {
    //  0     1M    2M        8M      9M          16M
    //  |     |#.#.#|         |SSSSSSf|           |      S: scratch and reserved, f: its one free page
    const start = built(
      resizable,
      memory(0, 16 * MiB),
      scratch(8 * MiB, 9 * MiB),
      reserved(8 * MiB, 9 * MiB - PAGE_SIZE),
    );
    const tight = { ...built(start, reservedPages(MiB, 127)), kho_scratch_only: true };
    const { memblock, ret, log } = mm.memblock_alloc_range_nid(tight, PAGE_SIZE, PAGE_SIZE, 0, 0, NUMA_NO_NODE, false);
    expect(ret).toBe(0);
    expect(memblock).toBe(tight);
    expect(log.map((note) => note.kind)).toEqual(['reserve', 'double-failed']);
  });

  test('memblock_mark_kho_scratch: doubling memory reserves its array, with nothing avoided', () => {
    //  0   1M  2M  3M  4M        252M 253M
    //  |mem|   |mem|   |mem| ... |mem|         127 regions: isolating wants 129 entries
    const holes = Array.from({ length: 127 }, (_, i) => memory(2 * i * MiB, (2 * i + 1) * MiB));
    const mb = built(resizable, ...holes);
    const { memblock, ret } = mm.memblock_mark_kho_scratch(mb, 252 * MiB, MiB);
    expect(ret).toBe(0);
    expect(memblock.memory).toMatchObject({ max: 256, array: { base: 253 * MiB - 0x2000, size: 0x2000 } });
    expect(spans(memblock.reserved.regions)).toEqual([[253 * MiB - 0x2000, 253 * MiB]]);
  });
});

describe('walking the free ranges', () => {
  //  0         16M        20M  24M     32M             64M
  //  | memory 0 | scratch 1 |##|  1    |    memory 2    |
  const mb = built(empty, memory(0, 64 * MiB), scratch(16 * MiB, 32 * MiB), reserved(20 * MiB, 24 * MiB));

  test('prevFreeRange: starts at the last region and gap, and steps down whichever starts last', () => {
    const steps = [...mm.freeRangesReverse(mb, NUMA_NO_NODE, MEMBLOCK_NONE)];
    expect(steps).toEqual([
      { start: 32 * MiB, end: 64 * MiB, nid: 0, idx_a: 1, idx_b: 1 },
      { start: 24 * MiB, end: 32 * MiB, nid: 0, idx_a: 1, idx_b: 0 },
      { start: 16 * MiB, end: 20 * MiB, nid: 0, idx_a: 0, idx_b: 0 },
      { start: 0, end: 16 * MiB, nid: 0, idx_a: -1, idx_b: 0 },
    ]);
  });

  test('nextFreeRange: a walk resumed from a stored cursor goes on where it was', () => {
    const second = mm.nextFreeRange(mb, { idx_a: 1, idx_b: 0 }, NUMA_NO_NODE, MEMBLOCK_NONE);
    expect(second).toEqual({ start: 16 * MiB, end: 20 * MiB, nid: 0, idx_a: 1, idx_b: 1 });
    expect(mm.nextFreeRange(mb, { idx_a: 3, idx_b: 1 }, NUMA_NO_NODE, MEMBLOCK_NONE)).toBeNull();
  });

  test('nextFreeRange: after the scratch range that ends with its region the index is that of the next region', () => {
    const ranges = [...mm.freeRanges(mb, NUMA_NO_NODE, MEMBLOCK_KHO_SCRATCH)];
    expect(ranges.map((r) => [r.start, r.idx_a])).toEqual([
      [16 * MiB, 1],
      [24 * MiB, 2],
    ]);
    expect(mm.memblock_search(mb.memory, 24 * MiB)).toBe(1);
  });

  test('nextFreeRange: touching reservations with other flags leave empty ranges between them', () => {
    //  0              32M   40M  42M     64M            256M
    //  |     free      |#####|NNNN|#######|     free     |
    const split = built(empty, memory(0, 256 * MiB), reserved(32 * MiB, 64 * MiB), (m) =>
      mm.memblock_reserved_mark_noinit(m, 40 * MiB, 2 * MiB),
    );
    const expected = [
      [0, 32 * MiB],
      [40 * MiB, 40 * MiB],
      [42 * MiB, 42 * MiB],
      [64 * MiB, 256 * MiB],
    ];
    expect(emitted(mm.freeRanges(split, NUMA_NO_NODE, MEMBLOCK_NONE))).toEqual(expected);
    expect(emitted(mm.freeRangesReverse(split, NUMA_NO_NODE, MEMBLOCK_NONE))).toEqual(expected.reverse());
  });

  test('nextFreeRange: only the asked node, never NOMAP memory', () => {
    //  0     16M    32M    48M
    //  | n0  | NOMAP |  n1  |
    const nodes = built(empty, memory(0, 32 * MiB), memory(32 * MiB, 48 * MiB, 1), (m) =>
      mm.memblock_mark_nomap(m, 16 * MiB, 16 * MiB),
    );
    expect(emitted(mm.freeRanges(nodes, 1, MEMBLOCK_NONE))).toEqual([[32 * MiB, 48 * MiB]]);
    expect(emitted(mm.freeRanges(nodes, 0, MEMBLOCK_NONE))).toEqual([[0, 16 * MiB]]);
    expect(emitted(mm.freeRangesReverse(nodes, NUMA_NO_NODE, MEMBLOCK_NONE))).toHaveLength(2);
  });

  test('nextFreeRange: no memory, no range', () => {
    expect(emitted(mm.freeRanges(empty, NUMA_NO_NODE, MEMBLOCK_NONE))).toEqual([]);
    expect(emitted(mm.freeRangesReverse(empty, NUMA_NO_NODE, MEMBLOCK_NONE))).toEqual([]);
  });
});

describe('changing regions', () => {
  //  0       16M      32M      64M
  //  |   0    |   0    |        |
  const mb = built(empty, memory(0, 32 * MiB));

  test('memblock_add_node: touching memory with other flags does not merge', () => {
    const added = mm.memblock_add_node(mb, 32 * MiB, 32 * MiB, 0, MEMBLOCK_HOTPLUG).memblock;
    expect(spans(added.memory.regions)).toEqual([
      [0, 32 * MiB],
      [32 * MiB, 64 * MiB],
    ]);
    const cleared = mm.memblock_clear_hotplug(added, 0, ULONG_MAX).memblock;
    expect(spans(cleared.memory.regions)).toEqual([[0, 64 * MiB]]);
  });

  test('memblock_add_node: memory already present keeps its node and flags, and a mismatch warns', () => {
    //  0     16M          32M     48M
    //  | new  |  node 0    | new   |
    const start = built(empty, memory(16 * MiB, 32 * MiB));
    const { memblock, ret, log } = mm.memblock_add_node(start, 0, 48 * MiB, 1, MEMBLOCK_HOTPLUG);
    expect(ret).toBe(0);
    expect(memblock.memory.regions.map((r) => [r.nid, r.flags])).toEqual([
      [1, MEMBLOCK_HOTPLUG],
      [0, MEMBLOCK_NONE],
      [1, MEMBLOCK_HOTPLUG],
    ]);
    expect(log).toEqual([
      { kind: 'warn', what: 'nid' },
      { kind: 'warn', what: 'flags' },
    ]);
  });

  test('memblock_remove: an array emptied and filled again', () => {
    const emptied = built(mb, (m) => mm.memblock_remove(m, 0, ULONG_MAX));
    expect(emptied.memory).toMatchObject({ regions: [], total_size: 0 });
    expect(mm.memblock_end_of_DRAM(emptied)).toBe(0);
    expect(mm.memblock_search(emptied.memory, 0)).toBe(-1);
    expect(spans(built(emptied, memory(MiB, 2 * MiB)).memory.regions)).toEqual([[MiB, 2 * MiB]]);
  });

  test('memblock_phys_free: takes the middle out of a reservation', () => {
    //  0     4M     8M    12M    16M
    //  |      |######|     |######|
    const freed = built(mb, reserved(4 * MiB, 16 * MiB), (m) => mm.memblock_phys_free(m, 8 * MiB, 4 * MiB));
    expect(spans(freed.reserved.regions)).toEqual([
      [4 * MiB, 8 * MiB],
      [12 * MiB, 16 * MiB],
    ]);
  });

  test('memblock_trim_memory: cuts to whole pages, drops what holds none, and keeps the count of bytes cut', () => {
    //  0x1000      0x9fc00   0xa0100  0xa0900   0x100800   0x200000
    //  |  cut at the end |    | dropped |       | cut at the start |
    const ragged = built(empty, memory(0x1000, 0x9fc00), memory(0xa0100, 0xa0900), memory(0x100800, 0x200000));
    const trimmed = built(ragged, (m) => mm.memblock_trim_memory(m, PAGE_SIZE));
    expect(spans(trimmed.memory.regions)).toEqual([
      [0x1000, 0x9f000],
      [0x101000, 0x200000],
    ]);
    expect(trimmed.memory.total_size).toBe(0x9fc00 - 0x1000 + 0x200000 - 0x100800);
    expect(mm.memblock_start_of_DRAM(trimmed)).toBe(0x1000);
    expect(mm.memblock_end_of_DRAM(trimmed)).toBe(0x200000);
  });

  test('memblock_is_kho_scratch_memory: inside, outside, and where there is no memory', () => {
    //  0      8M    16M      32M
    //  |      | SSSS |        |   no memory
    const marked = built(mb, scratch(8 * MiB, 16 * MiB));
    const is = (addr: number) => mm.memblock_is_kho_scratch_memory(marked, addr);
    expect([is(8 * MiB - 1), is(8 * MiB), is(16 * MiB - 1), is(16 * MiB), is(40 * MiB)]).toEqual([
      false,
      true,
      true,
      false,
      false,
    ]);
  });

  test('memblock_mark_kho_scratch: what changes nothing gives back the same object', () => {
    const marked = built(mb, scratch(8 * MiB, 16 * MiB), reserved(0, MiB));
    const same: Step[] = [
      scratch(9 * MiB, 10 * MiB),
      scratch(64 * MiB, 65 * MiB),
      memory(MiB, 20 * MiB),
      reserved(0, PAGE_SIZE),
      reserved(5 * MiB, 5 * MiB),
      (m) => mm.memblock_remove(m, 40 * MiB, MiB),
      (m) => mm.memblock_set_node(m, 0, 4 * MiB, 'memory', 0),
      (m) => mm.memblock_clear_hotplug(m, 0, ULONG_MAX),
      (m) => mm.memblock_trim_memory(m, PAGE_SIZE),
    ];
    for (const step of same) expect(step(marked).memblock).toBe(marked);
  });

  test('memblock_reserve: leaves the memory array the same object', () => {
    expect(built(mb, reserved(0, MiB)).memory).toBe(mb.memory);
  });
});

describe('allocating', () => {
  //  0          32M          64M
  //  |  node 0   |  node 1    |
  const mb = built(empty, memory(0, 32 * MiB), memory(32 * MiB, 64 * MiB, 1));

  const alloc = (m: mm.Memblock, size: number, nid: number, exact = false, start = 0, end = 0) =>
    mm.memblock_alloc_range_nid(m, size, PAGE_SIZE, start, end, nid, exact);

  test('memblock_alloc_range_nid: falls back to any node, and the reservation then belongs to none', () => {
    const { memblock, ret, log } = alloc(built(mb, reserved(0, 32 * MiB)), MiB, 0);
    expect(ret).toBe(63 * MiB);
    expect(memblock.reserved.regions.at(-1)).toMatchObject({ base: ret, nid: NUMA_NO_NODE });
    expect(log).toEqual([
      {
        kind: 'reserve',
        base: ret,
        size: MiB,
        nid: NUMA_NO_NODE,
        flags: MEMBLOCK_RSRV_KERN,
        by: 'memblock_alloc_range_nid',
      },
    ]);
  });

  test('memblock_alloc_range_nid: exact does not fall back, and a failure changes nothing', () => {
    const full = built(mb, reserved(0, 32 * MiB));
    expect(alloc(full, MiB, 0, true)).toEqual({ memblock: full, ret: 0, log: [] });
  });

  test('memblock_alloc_range_nid: an end of 0 is current_limit, a named end is not limited by it', () => {
    const limited = { ...mb, current_limit: 8 * MiB };
    expect(alloc(limited, MiB, NUMA_NO_NODE).ret).toBe(7 * MiB);
    expect(alloc(limited, MiB, NUMA_NO_NODE, false, 0, 16 * MiB).ret).toBe(15 * MiB);
  });

  test('memblock_alloc_range_nid: mirrored memory first, then any, with a note', () => {
    //  0          32M      48M  49M
    //  |  plain    |        |MMMM|
    const mirrored = built(empty, memory(0, 32 * MiB), (m) =>
      mm.memblock_add_node(m, 48 * MiB, MiB, 0, MEMBLOCK_MIRROR),
    );
    expect(alloc(mirrored, MiB, NUMA_NO_NODE).ret).toBe(48 * MiB);
    const { ret, log } = alloc(mirrored, 2 * MiB, NUMA_NO_NODE);
    expect(ret).toBe(30 * MiB);
    expect(log[0]).toEqual({ kind: 'no-mirror', size: 2 * MiB });
    expect(mm.memblock_find_in_range(mirrored, 0, 0, 2 * MiB, PAGE_SIZE)).toBe(30 * MiB);
  });

  test('memblock_alloc_range_nid: align 0 is 64 with a stack dump', () => {
    const { ret, log } = mm.memblock_alloc_range_nid(mb, 100, 0, 0, 0, NUMA_NO_NODE, false);
    expect(ret).toBe(64 * MiB - 128);
    expect(log[0]).toEqual({ kind: 'dump_stack', what: 'align' });
  });

  test('memblock_alloc_range_nid: size 0 finds an empty range and reserves nothing', () => {
    const { memblock, ret } = alloc(built(mb, reserved(32 * MiB, 64 * MiB)), 0, NUMA_NO_NODE);
    expect(ret).toBe(32 * MiB);
    expect(memblock.reserved.regions).toHaveLength(1);
  });

  test('memblock_find_in_range: reserves nothing, and never finds page 0', () => {
    const low = built(empty, memory(0, 2 * PAGE_SIZE));
    expect(mm.memblock_find_in_range(low, 0, 0, PAGE_SIZE, PAGE_SIZE)).toBe(PAGE_SIZE);
    expect(mm.memblock_find_in_range(low, 0, 0, 2 * PAGE_SIZE, PAGE_SIZE)).toBe(0);
    expect(mm.memblock_find_in_range({ ...low, bottom_up: true }, 0, 0, PAGE_SIZE, PAGE_SIZE)).toBe(PAGE_SIZE);
  });
});

describe('laws', () => {
  const PAGES = 48;
  const SEED = 20260101;

  interface Call {
    readonly name: string;
    readonly page: number;
    readonly pages: number;
    readonly nid: number;
  }
  type Page = { readonly nid: number; readonly flags: number } | null;
  interface Model {
    readonly memory: readonly Page[];
    readonly reserved: readonly Page[];
  }

  interface Rule {
    readonly call: (mb: mm.Memblock, base: number, size: number, nid: number) => mm.MemblockChange;
    readonly array: keyof Model;
    readonly page: (old: Page, nid: number) => Page;
  }
  const keep = (make: (nid: number) => Page) => (old: Page, nid: number) => old ?? make(nid);
  const flag = (bit: number, on: boolean) => (old: Page) =>
    old && { ...old, flags: on ? old.flags | bit : old.flags & ~bit };

  /** Every call, and what it does to one page of the array it works on. */
  const rules: Record<string, Rule> = {
    memblock_add: { call: mm.memblock_add, array: 'memory', page: keep(() => ({ nid: 16, flags: 0 })) },
    memblock_add_node: {
      call: (mb, base, size, nid) => mm.memblock_add_node(mb, base, size, nid, 0),
      array: 'memory',
      page: keep((nid) => ({ nid, flags: 0 })),
    },
    memblock_remove: { call: mm.memblock_remove, array: 'memory', page: () => null },
    memblock_reserve: { call: mm.memblock_reserve, array: 'reserved', page: keep(() => ({ nid: -1, flags: 0 })) },
    memblock_reserve_kern: {
      call: mm.memblock_reserve_kern,
      array: 'reserved',
      page: keep(() => ({ nid: -1, flags: MEMBLOCK_RSRV_KERN })),
    },
    memblock_phys_free: { call: mm.memblock_phys_free, array: 'reserved', page: () => null },
    memblock_set_node: {
      call: (mb, base, size, nid) => mm.memblock_set_node(mb, base, size, 'reserved', nid),
      array: 'reserved',
      page: (old, nid) => old && { ...old, nid },
    },
    memblock_mark_kho_scratch: {
      call: mm.memblock_mark_kho_scratch,
      array: 'memory',
      page: flag(MEMBLOCK_KHO_SCRATCH, true),
    },
    memblock_clear_kho_scratch: {
      call: mm.memblock_clear_kho_scratch,
      array: 'memory',
      page: flag(MEMBLOCK_KHO_SCRATCH, false),
    },
    memblock_mark_hotplug: { call: mm.memblock_mark_hotplug, array: 'memory', page: flag(MEMBLOCK_HOTPLUG, true) },
    memblock_clear_hotplug: { call: mm.memblock_clear_hotplug, array: 'memory', page: flag(MEMBLOCK_HOTPLUG, false) },
    memblock_reserved_mark_noinit: {
      call: mm.memblock_reserved_mark_noinit,
      array: 'reserved',
      page: flag(MEMBLOCK_RSRV_NOINIT, true),
    },
    memblock_reserved_mark_kern: {
      call: mm.memblock_reserved_mark_kern,
      array: 'reserved',
      page: flag(MEMBLOCK_RSRV_KERN, true),
    },
  };

  const call = fc.record({
    name: fc.constantFrom(...Object.keys(rules)),
    page: fc.nat(PAGES - 1),
    pages: fc.nat(12),
    nid: fc.nat(2),
  });

  const apply = (mb: mm.Memblock, c: Call) =>
    (rules[c.name] as Rule).call(mb, c.page * PAGE_SIZE, c.pages * PAGE_SIZE, c.nid);

  function applyToModel(model: Model, c: Call): Model {
    const rule = rules[c.name] as Rule;
    const touched = (at: number) => at >= c.page && at < c.page + c.pages;
    const pages = model[rule.array].map((page, at) => (touched(at) ? rule.page(page, c.nid) : page));
    return { ...model, [rule.array]: pages };
  }

  function expectWellFormed(type: mm.MemblockType) {
    type.regions.forEach((region, i) => {
      expect(region.size).toBeGreaterThan(0);
      const next = type.regions[i + 1];
      if (!next) return;
      expect(mm.regionEnd(region)).toBeLessThanOrEqual(next.base);
      const touching = mm.regionEnd(region) === next.base;
      expect(touching && region.nid === next.nid && region.flags === next.flags).toBe(false);
    });
    expect(type.regions.length).toBeLessThanOrEqual(type.max);
    expect(type.total_size).toBe(type.regions.reduce((bytes, region) => bytes + region.size, 0));
  }

  const pagesOf = (type: mm.MemblockType): Page[] =>
    Array.from({ length: PAGES + 12 }, (_, at) => {
      const region = type.regions[mm.memblock_search(type, at * PAGE_SIZE)];
      return region ? { nid: region.nid, flags: region.flags } : null;
    });

  test('any calls leave the regions sorted, disjoint and minimal, and every page as the calls say', () => {
    const blank = Array.from({ length: PAGES + 12 }, () => null);
    fc.assert(
      fc.property(fc.array(call, { maxLength: 60 }), (calls) => {
        let mb = empty;
        let model: Model = { memory: blank, reserved: blank };
        for (const c of calls) {
          const { memblock, ret } = apply(mb, c);
          expect(ret).toBe(0);
          if (memblock !== mb) expect(memblock).not.toEqual(mb);
          mb = memblock;
          model = applyToModel(model, c);
          expectWellFormed(mb.memory);
          expectWellFormed(mb.reserved);
        }
        expect({ memory: pagesOf(mb.memory), reserved: pagesOf(mb.reserved) }).toEqual(model);
      }),
      { seed: SEED, numRuns: 300 },
    );
  });

  test('with arrays that start tiny and double, the same holds, and a failed call changes no region', () => {
    const tiny = {
      ...resizable,
      memory: { ...empty.memory, max: 3 },
      reserved: { ...empty.reserved, max: 3 },
    };
    fc.assert(
      fc.property(fc.array(call, { maxLength: 40 }), fc.boolean(), (calls, kho_scratch_only) => {
        let mb: mm.Memblock = { ...tiny, kho_scratch_only };
        for (const c of calls) {
          const { memblock, ret, log } = apply(mb, c);
          const array = (rules[c.name] as Rule).array;
          if (ret !== 0) expect(log.some((note) => note.kind === 'double-failed')).toBe(true);
          if (ret !== 0 && !log.some((note) => note.kind === 'doubled')) {
            expect(memblock[array].regions).toBe(mb[array].regions);
          }
          mb = memblock;
          expectWellFormed(mb.memory);
          expectWellFormed(mb.reserved);
        }
      }),
      { seed: SEED, numRuns: 300 },
    );
  });

  test('the free ranges backwards are those forwards, and cover what is memory and not reserved', () => {
    fc.assert(
      fc.property(fc.array(call, { maxLength: 40 }), (calls) => {
        const mb = calls.reduce((now, c) => apply(now, c).memblock, empty);
        const forward = emitted(mm.freeRanges(mb, NUMA_NO_NODE, MEMBLOCK_NONE));
        expect(emitted(mm.freeRangesReverse(mb, NUMA_NO_NODE, MEMBLOCK_NONE))).toEqual([...forward].reverse());
        for (let at = 0; at < PAGES + 12; at++) {
          const addr = at * PAGE_SIZE;
          const free = mm.memblock_search(mb.memory, addr) >= 0 && mm.memblock_search(mb.reserved, addr) < 0;
          expect(forward.some(([start = 0, end = 0]) => start <= addr && addr < end)).toBe(free);
        }
      }),
      { seed: SEED, numRuns: 300 },
    );
  });
});
