// Intrinsics that only compute: conversions, alignment, addresses. They depend on the boot's configuration, not on memory.
import { type Config, trap, type Value, ZONE_NAMES, zoneAt } from '../../machine/index.ts';
import type { Intrinsics } from '../../vm/index.ts';
import { pfnOf, physOf, ref, row } from './row.ts';

const up = (x: number, a: number) => Math.ceil(x / a) * a;
const down = (x: number, a: number) => Math.floor(x / a) * a;

/** Addresses above 2^53 are numbers too as long as their low bits are zero; nothing can be added to them. */
function toNumber(x: bigint): number {
  const n = Number(x);
  if (BigInt(n) !== x) throw trap(`num(0x${x.toString(16)}) has more than 53 bits`);
  return n;
}

function toU64(x: number): bigint {
  if (!Number.isInteger(x)) throw trap(`u64(${x}) is not a whole number`);
  return BigInt.asUintN(64, BigInt(x));
}

const integer = (x: number | bigint): bigint => (typeof x === 'bigint' ? x : BigInt(x));

/** Number of trailing zero bits; undefined for 0 in the kernel, a trap here. */
function firstBit(x: number): number {
  if (x === 0) throw trap('__ffs(0) is undefined');
  let n = 0;
  for (let rest = x; rest % 2 === 0; rest /= 2) n++;
  return n;
}

const arithmeticRows: Intrinsics = {
  u64: row('pure', 1, 'number to 64-bit value', (_c, x: number) => toU64(x)),
  num: row('pure', 1, '64-bit value to number; traps where a number has too few bits for it', (_c, x: bigint) =>
    toNumber(x),
  ),
  u32: row('pure', 1, 'low 32 bits, unsigned', (_c, x: number | bigint) => Number(BigInt.asUintN(32, integer(x)))),
  s32: row('pure', 1, 'low 32 bits, signed', (_c, x: number | bigint) => Number(BigInt.asIntN(32, integer(x)))),
  div: row('pure', 2, 'division of whole numbers, rounded towards zero', (_c, a: number, b: number) => {
    if (b === 0) throw trap(`div(${a}, 0): divide error`);
    return Math.trunc(a / b);
  }),
  min: row('pure', 2, 'min()', (_c, a: number, b: number) => Math.min(a, b)),
  max: row('pure', 2, 'max()', (_c, a: number, b: number) => Math.max(a, b)),
  clamp: row('pure', 3, 'clamp()', (_c, x: number, low: number, high: number) => Math.min(Math.max(x, low), high)),
  ALIGN: row('pure', 2, 'ALIGN(), any alignment', (_c, x: number, a: number) => up(x, a)),
  ALIGN_DOWN: row('pure', 2, 'ALIGN_DOWN(), any alignment', (_c, x: number, a: number) => down(x, a)),
  IS_ALIGNED: row('pure', 2, 'IS_ALIGNED()', (_c, x: number, a: number) => x % a === 0),
  __ffs: row('pure', 1, 'index of the lowest set bit', (_c, x: number) => firstBit(x)),
  fls64: row('pure', 1, 'index of the highest set bit, plus one; 0 for 0', (_c, x: bigint) =>
    x === 0n ? 0 : x.toString(2).length,
  ),
  ilog2: row('pure', 1, 'floor of the binary logarithm', (_c, x: number) => {
    if (x < 1) throw trap(`ilog2(${x}) is undefined`);
    return BigInt(x).toString(2).length - 1;
  }),
  pages_of_order: row('pure', 1, '1UL << order', (_c, order: number) => {
    if (order < 0 || order > 52) throw trap(`1UL << ${order} does not fit`);
    return 2 ** order;
  }),
  buddy_pfn_of: row('pure', 2, 'pfn ^ (1 << order): __find_buddy_pfn()', (_c, pfn: number, order: number) => {
    const block = 2 ** order;
    return Math.floor(pfn / block) % 2 === 0 ? pfn + block : pfn - block;
  }),
};

/** The pure rows for one configuration. */
export function pureRows(config: Config): Intrinsics {
  const page = 2 ** config.pageShift;
  const block = 2 ** config.pageblockOrder;
  return {
    ...arithmeticRows,
    PFN_UP: row('pure', 1, 'PFN_UP()', (_c, phys: number) => Math.ceil(phys / page)),
    PFN_DOWN: row('pure', 1, 'PFN_DOWN()', (_c, phys: number) => Math.floor(phys / page)),
    PFN_PHYS: row('pure', 1, 'PFN_PHYS()', (_c, pfn: number) => pfn * page),
    pageblock_start_pfn: row('pure', 1, 'pageblock_start_pfn()', (_c, pfn: number) => down(pfn, block)),
    pageblock_end_pfn: row('pure', 1, 'pageblock_end_pfn()', (_c, pfn: number) => up(pfn + 1, block)),
    pageblock_align: row('pure', 1, 'pageblock_align()', (_c, pfn: number) => up(pfn, block)),
    pageblock_aligned: row('pure', 1, 'pageblock_aligned()', (_c, pfn: number) => pfn % block === 0),
    pfn_to_page: row('pure', 1, 'pfn_to_page(): the address of a struct page', (_c, pfn: number) => ref('page', pfn)),
    page_to_pfn: row('pure', 1, 'page_to_pfn()', (_c, p: Value) => pfnOf(p)),
    page_to_phys: row('pure', 1, 'page_to_phys()', (_c, p: Value) => pfnOf(p) * page),
    NODE_DATA: row('pure', 1, 'NODE_DATA(): the address of a node descriptor', (_c, nid: number) =>
      ref('pglist_data', nid),
    ),
    zone_to_nid: row('pure', 1, 'zone_to_nid()', (_c, zone: Value) => zoneNumber(zone) >> 3),
    zone_idx: row('pure', 1, 'zone_idx()', (_c, zone: Value) => zoneNumber(zone) & 7),
    zone_name: row('pure', 1, 'name of a zone number', (_c, zid: number) => ZONE_NAMES[zid] ?? `zone ${zid}`),
    phys_to_radix_node: row('pure', 1, 'a table of the KHO radix tree by physical address', (_c, phys: number) =>
      ref('kho_radix_node', phys),
    ),
    phys_to_radix_leaf: row('pure', 1, 'a leaf of the KHO radix tree by physical address', (_c, phys: number) =>
      ref('kho_radix_leaf', phys),
    ),
    phys_to_kho_mem_phys_bits: row('pure', 1, 'a bitmap of preserved blocks by physical address', (_c, phys: number) =>
      ref('kho_mem_phys_bits', phys),
    ),
    phys_to_khoser_mem_chunk: row('pure', 1, 'a chunk of the list of bitmaps by physical address', (_c, phys: number) =>
      ref('khoser_mem_chunk', phys),
    ),
    virt_to_phys: row('pure', 1, 'physical address of a bitmap or a chunk', (_c, p: Value) => physOf(p)),
    phys_to_luo_ser: row('pure', 1, 'struct luo_ser by physical address', (_c, phys: number) => ref('luo_ser', phys)),
    phys_to_vmalloc_chunk: row('pure', 1, 'a page of 64-bit words by physical address', (_c, phys: number) =>
      ref('kho_vmalloc_chunk', phys),
    ),
    phys_to_kho_vmalloc: row('pure', 1, 'a struct kho_vmalloc by physical address', (_c, phys: number) =>
      ref('kho_vmalloc', phys),
    ),
    get_order: row('pure', 1, 'get_order(): of the smallest block that holds so many bytes', (_c, size: number) =>
      Math.ceil(Math.log2(Math.max(1, Math.ceil(size / page)))),
    ),
    numa_valid_node: row('pure', 1, 'numa_valid_node()', (_c, nid: number) => nid >= 0 && nid < 2 ** config.nodesShift),
    migratetype_is_mergeable: row(
      'pure',
      1,
      'migratetype_is_mergeable(): UNMOVABLE, MOVABLE, RECLAIMABLE',
      (_c, mt: number) => mt < 3,
    ),
    is_migrate_cma: row('pure', 1, 'is_migrate_cma()', (_c, mt: number) => mt === 4),
    is_migrate_isolate: row('pure', 1, 'is_migrate_isolate()', (_c, mt: number) => mt === 5),
  };
}

function zoneNumber(zone: Value): number {
  if (typeof zone === 'object' && zone !== null && zone.struct === 'zone') return zone.at as number;
  throw trap('a struct zone is expected');
}

/** The reference of a zone. */
export const zoneRef = (nid: number, zid: number) => ref('zone', zoneAt(nid, zid));
