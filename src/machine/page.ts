// struct page: its 64 bytes as fields, what stands in them before and after __init_single_page(), and the layout of
// page->flags. Knows nothing of where pages are kept.
import type { Config } from './config.ts';
import { type Hash, hashBigint, mix } from './hash.ts';
import type { ValueKind } from './run-map.ts';

/** A list head that points to itself, whatever the page's address is. */
export const SELF = -1n;

/** Contents of one struct page (x86-64, CONFIG_MEMCG=y). Words are unsigned 64-bit, `page_type` 32-bit, `_refcount` signed. */
export interface Page {
  readonly flags: bigint;
  /** word 1: lru.next, or for a tail page compound_info (address of the head, bit 0 set); SELF = self-linked */
  readonly lru_next: bigint;
  /** word 2 */
  readonly lru_prev: bigint;
  readonly mapping: bigint;
  readonly index: bigint;
  readonly private: bigint;
  /** shares its word with _mapcount: all ones = no type */
  readonly page_type: number;
  readonly _refcount: number;
  readonly memcg_data: bigint;
  /** hash of the fields above */
  readonly hash: Hash;
}

export type PageFields = Omit<Page, 'hash'>;

const hashFields = (p: PageFields): Hash => {
  let h = mix(hashBigint(p.flags), p._refcount);
  h = mix(h + hashBigint(p.private) / 2, p.page_type);
  h = mix(h + hashBigint(p.lru_next) / 4 + hashBigint(p.lru_prev) / 8, 1);
  return mix(h / 2 + hashBigint(p.mapping) / 8 + hashBigint(p.index) / 16 + hashBigint(p.memcg_data) / 32, 2);
};

/** A page of the given fields. */
export function makePage(fields: PageFields): Page {
  const h = Math.floor(hashFields(fields));
  return { ...fields, hash: h };
}

/** The page with some fields changed; the same object when nothing changes. */
export function withFields(page: Page, change: Partial<PageFields>): Page {
  const next = { ...page, ...change };
  return samePage(page, next) ? page : makePage(next);
}

/** Field by field equality. */
export function samePage(a: Page, b: Page): boolean {
  return (
    a.flags === b.flags &&
    a._refcount === b._refcount &&
    a.private === b.private &&
    a.page_type === b.page_type &&
    a.lru_next === b.lru_next &&
    a.lru_prev === b.lru_prev &&
    a.mapping === b.mapping &&
    a.index === b.index &&
    a.memcg_data === b.memcg_data
  );
}

/** Pages in a RunMap; null is a page that has no struct page behind it. */
export const pageKind: ValueKind<Page | null> = {
  same: (a, b) => a === b || (a !== null && b !== null && samePage(a, b)),
  hash: (page) => (page === null ? 3 : page.hash),
};

const ONES = 0xffff_ffff_ffff_ffffn;

/** PAGE_POISON_PATTERN: what page_init_poison() leaves, every byte 0xff. */
export const POISON = makePage({
  flags: ONES,
  lru_next: ONES,
  lru_prev: ONES,
  mapping: ONES,
  index: ONES,
  private: ONES,
  page_type: 0xffff_ffff,
  _refcount: -1,
  memcg_data: ONES,
});

/** 64 zero bytes. */
export const ZERO = makePage({
  flags: 0n,
  lru_next: 0n,
  lru_prev: 0n,
  mapping: 0n,
  index: 0n,
  private: 0n,
  page_type: 0,
  _refcount: 0,
  memcg_data: 0n,
});

/** True when the flags word is all ones: PagePoisoned(). */
export function isPoisoned(page: Page): boolean {
  return page.flags === ONES;
}

/** Bit position of the node field in page->flags. */
export function nodeShift(config: Config): bigint {
  return BigInt(64 - config.nodesShift);
}

/** Bit position of the zone field in page->flags. */
export function zoneShift(config: Config): bigint {
  return BigInt(64 - config.nodesShift - config.zonesWidth);
}

/** page->flags of a freshly initialised page; both numbers are cut to their fields, as set_page_links() does. */
export function pageLinks(config: Config, nid: number, zid: number): bigint {
  const node = BigInt.asUintN(config.nodesShift, BigInt(nid));
  const zone = BigInt.asUintN(config.zonesWidth, BigInt(zid));
  return (node << nodeShift(config)) | (zone << zoneShift(config));
}

/** page_to_nid() of a flags word. */
export function flagsNid(config: Config, flags: bigint): number {
  return Number(flags >> nodeShift(config));
}

/** page_zonenum() of a flags word. */
export function flagsZid(config: Config, flags: bigint): number {
  return Number(BigInt.asUintN(config.zonesWidth, flags >> zoneShift(config)));
}

/** What __init_single_page() leaves (mm/mm_init.c, v7.3): zeroed, linked to node and zone, count 1, no mapcount, self-linked lru. */
export function initialisedPage(config: Config, nid: number, zid: number): Page {
  return makePage({
    ...ZERO,
    flags: pageLinks(config, nid, zid),
    lru_next: SELF,
    lru_prev: SELF,
    page_type: 0xffff_ffff,
    _refcount: 1,
  });
}

/** Page flag bits (include/linux/page-flags.h, v7.3), by name as %pGp prints them. */
export const PAGE_FLAGS: readonly (readonly [string, bigint])[] = [
  'locked',
  'writeback',
  'referenced',
  'uptodate',
  'dirty',
  'lru',
  'head',
  'waiters',
  'active',
  'workingset',
  'owner_priv_1',
  'owner_2',
  'arch_1',
  'reserved',
  'private',
  'private_2',
  'reclaim',
  'swapbacked',
  'unevictable',
  'dropbehind',
  'mlocked',
  'hwpoison',
].map((name, bit) => [name, 1n << BigInt(bit)] as const);

export const PG_head = 1n << 6n;
export const PG_reserved = 1n << 13n;
/** PAGEFLAGS_MASK: every PG_* bit, none of the node and zone fields. */
export const PG_ALL = (1n << 22n) - 1n;
/** Flags that must not be set on a page that is freed (facts of include/linux/page-flags.h, PAGE_FLAGS_CHECK_AT_FREE). */
export const PAGE_FLAGS_CHECK_AT_FREE =
  (1n << 5n) |
  (1n << 0n) |
  (1n << 14n) |
  (1n << 15n) |
  (1n << 1n) |
  PG_reserved |
  (1n << 8n) |
  (1n << 18n) |
  (1n << 20n);

export const PGTY_buddy = 0xf0;
/** page_type of a free block's head. */
export const PAGE_TYPE_BUDDY = 0xf000_0000;
export const PAGE_TYPE_NONE = 0xffff_ffff;

/** Address of the struct page of `pfn` (4-level paging, KASLR off). */
export function pageAddress(pfn: number): bigint {
  return 0xffff_ea00_0000_0000n + 64n * BigInt(pfn);
}
