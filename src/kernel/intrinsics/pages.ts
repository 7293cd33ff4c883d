// Intrinsics on struct pages: accessors the kernel inlines, and range operations that do one thing to consecutive pages.
// With CONFIG_DEBUG_VM_PGFLAGS reading node, zone or a flag of a poisoned page is a VM_BUG_ON_PAGE, as in the kernel.
import {
  type Config,
  flagsNid,
  flagsZid,
  isPoisoned,
  PAGE_FLAGS_CHECK_AT_FREE,
  PAGE_TYPE_BUDDY,
  PAGE_TYPE_NONE,
  type Page,
  PG_ALL,
  PG_head,
  PG_reserved,
  pageAddress,
  pageAt,
  runFind,
  runGet,
  SELF,
  type Value,
} from '../../machine/index.ts';
import type { Context, Intrinsics } from '../../vm/index.ts';
import { vmBugOnPage } from '../faults.ts';
import { zoneRef } from './pure.ts';
import { pfnOf, reads, ref, row, writes } from './row.ts';

/** The page's contents, its read recorded. */
function read(c: Context, page: Value, field: string): Page {
  const pfn = pfnOf(page);
  reads(c, 'page', pfn, field);
  return pageAt(c.machine, pfn, field);
}

/** The flags word after PF_POISONED_CHECK(). */
export function checkedFlags(c: Context, page: Value): bigint {
  const contents = read(c, page, 'flags');
  if (c.machine.config.debugVmPgflags && isPoisoned(contents)) {
    throw vmBugOnPage(c.machine, pfnOf(page), 'PagePoisoned(page)');
  }
  return contents.flags;
}

/** Is the pfn in a section that is present? Early sections are valid as a whole. */
export function pfnValid(c: Context, pfn: number): boolean {
  const section = Math.floor(pfn / 2 ** (c.machine.config.sectionSizeBits - c.machine.config.pageShift));
  return pfn >= 0 && section < 2 ** c.machine.sections.bits && runGet(c.machine.sections, section) === 1;
}

/** Why a page that is freed looks wrong, as page_bad_reason() and bad_page() name it; null when it does not. */
function badReason(page: Page, tailPrivate: boolean): string | null {
  let reason: string | null = null;
  if (page.page_type !== PAGE_TYPE_NONE) reason = 'nonzero mapcount';
  if (page.mapping !== 0n) reason = 'non-NULL mapping';
  if (page._refcount !== 0) reason = 'nonzero _refcount';
  if ((page.flags & PAGE_FLAGS_CHECK_AT_FREE) !== 0n) reason = 'PAGE_FLAGS_CHECK_AT_FREE flag(s) set';
  if (page.memcg_data !== 0n) reason = 'page still charged to cgroup';
  if (reason === null && tailPrivate && page.private !== 0n) reason = 'nonzero private';
  return reason;
}

const isBuddy = (page: Page) => page.page_type >>> 24 === 0xf0;
const isTail = (page: Page) => page.lru_next !== SELF && (page.lru_next & 1n) === 1n;

/** pfn of the head of the folio that a page belongs to: compound_info with bit 0 cleared. */
function headPfn(page: Page, pfn: number): number {
  return isTail(page) ? Number((page.lru_next - 1n - pageAddress(0)) / 64n) : pfn;
}

const order = (c: Context, page: Value): number => {
  const contents = read(c, page, 'flags');
  if ((contents.flags & PG_head) === 0n) return 0;
  return Number(BigInt.asUintN(8, read(c, ref('page', pfnOf(page) + 1), 'flags').flags));
};

const accessors: Intrinsics = {
  pfn_valid: row('read', 1, 'pfn_valid(): the section exists; no struct page is read', (c, pfn: number) =>
    pfnValid(c, pfn),
  ),
  pfn_to_online_page: row('read', 1, 'pfn_to_online_page(): section flags only', (c, pfn: number) =>
    pfnValid(c, pfn) ? ref('page', pfn) : null,
  ),
  page_to_nid: row('read', 1, 'page_to_nid(): the node field of flags', (c, page: Value) =>
    flagsNid(c.machine.config, checkedFlags(c, page)),
  ),
  pfn_to_nid: row('read', 1, 'pfn_to_nid(): page_to_nid(pfn_to_page(pfn))', (c, pfn: number) =>
    flagsNid(c.machine.config, checkedFlags(c, ref('page', pfn))),
  ),
  page_zone: row('read', 1, 'page_zone(): node and zone fields of flags, as a zone', (c, page: Value) => {
    const flags = checkedFlags(c, page);
    return zoneRef(flagsNid(c.machine.config, flags), flagsZid(c.machine.config, flags));
  }),
  page_zone_id: row('read', 1, 'page_zone_id(): node and zone fields of flags; no poison check', (c, page: Value) => {
    const { flags } = read(c, page, 'flags');
    return flagsNid(c.machine.config, flags) * 8 + flagsZid(c.machine.config, flags);
  }),
  page_count: row('read', 1, 'page_count()', (c, page: Value) => read(c, page, '_refcount')._refcount),
  page_folio: row('read', 1, 'page_folio(): by compound_info', (c, page: Value) =>
    ref('page', headPfn(read(c, page, 'compound_info'), pfnOf(page))),
  ),
  PageBuddy: row('read', 1, 'PageBuddy(): page_type', (c, page: Value) => isBuddy(read(c, page, 'page_type'))),
  buddy_order: row('read', 1, 'buddy_order(): private', (c, page: Value) => Number(read(c, page, 'private').private)),
  PageReserved: row('read', 1, 'PageReserved()', (c, page: Value) => (checkedFlags(c, page) & PG_reserved) !== 0n),
  PageHead: row('read', 1, 'PageHead()', (c, page: Value) => (checkedFlags(c, page) & PG_head) !== 0n),
  PageTail: row('read', 1, 'PageTail(): compound_info', (c, page: Value) => isTail(read(c, page, 'compound_info'))),
  page_has_type: row(
    'read',
    1,
    'page_has_type(): buddy, table, slab, …',
    (c, page: Value) => read(c, page, 'page_type').page_type >>> 24 !== 0xff,
  ),
  PagePoisoned: row('read', 1, 'PagePoisoned(): flags all ones', (c, page: Value) =>
    isPoisoned(read(c, page, 'flags')),
  ),
  folio_order: row('read', 1, 'folio_order(): kept in the first tail page', (c, page: Value) => order(c, page)),
  page_expected_state: row(
    'read',
    1,
    'page_expected_state() of a page that is freed',
    (c, page: Value) => badReason(read(c, page, 'flags'), false) === null,
  ),
  page_bad_reason: row(
    'read',
    1,
    'page_bad_reason(), of a tail also its private',
    (c, page: Value) => badReason(read(c, page, 'flags'), true) ?? '',
  ),
};

const writers: Intrinsics = {
  set_buddy_order: row('effect', 2, 'set_buddy_order(): private and page_type', (c, page: Value, n: number) => {
    const pfn = pfnOf(page);
    writes(c, 'page', pfn, 'private');
    writes(c, 'page', pfn, 'page_type');
    c.emit({ k: 'pages', start: pfn, end: pfn + 1, change: { private: BigInt(n), page_type: PAGE_TYPE_BUDDY } });
  }),
  put_page_testzero: row(
    'effect',
    1,
    'put_page_testzero(): one reference less in one access; was it the last?',
    (c, page: Value) => {
      const pfn = pfnOf(page);
      const count = read(c, page, '_refcount')._refcount - 1;
      if (c.machine.config.debugVm && count === -1) throw vmBugOnPage(c.machine, pfn, 'page_ref_count(page) == 0');
      writes(c, 'page', pfn, '_refcount');
      c.emit({ k: 'pages', start: pfn, end: pfn + 1, change: { _refcount: count } });
      return count === 0;
    },
  ),
  clear_compound_order: row(
    'effect',
    1,
    'clears PAGE_FLAGS_SECOND of the first tail page, where the order is kept',
    (c, page: Value) => {
      const tail = pfnOf(page) + 1;
      writes(c, 'page', tail, 'flags');
      c.emit({ k: 'page-flags', start: tail, end: tail + 1, clear: 0xffn, set: 0n });
    },
  ),
  prep_compound_head: row(
    'effect',
    2,
    'prep_compound_head(): order and counts, in the first tail page',
    (c, page: Value, n: number) => {
      const tail = pfnOf(page) + 1;
      writes(c, 'page', tail, 'flags');
      c.emit({ k: 'page-flags', start: tail, end: tail + 1, clear: 0xffn, set: BigInt(n) });
    },
  ),
};

const ranges: Intrinsics = {
  vmemmap_populate: row(
    'range',
    2,
    'memory for struct pages, holding what it held: the fill (__populate_section_memmap(), page_init_poison())',
    (c, from: number, to: number) => {
      c.emit({ k: 'back', start: from, end: to });
    },
  ),
  __init_single_page: row(
    'range',
    4,
    '__init_single_page() on each',
    (c, from: number, to: number, zid: number, nid: number) => {
      writes(c, 'page', from, '*', to);
      c.emit({ k: 'init', start: from, end: to, nid, zid });
    },
  ),
  __SetPageReserved: row('range', 2, '__SetPageReserved() on each', (c, from: number, to: number) => {
    writes(c, 'page', from, 'flags', to);
    c.emit({ k: 'page-flags', start: from, end: to, clear: 0n, set: PG_reserved });
  }),
  __ClearPageReserved: row('range', 2, '__ClearPageReserved() on each', (c, from: number, to: number) => {
    writes(c, 'page', from, 'flags', to);
    c.emit({ k: 'page-flags', start: from, end: to, clear: PG_reserved, set: 0n });
  }),
  set_page_count: row('range', 3, 'set_page_count() on each', (c, from: number, to: number, count: number) => {
    writes(c, 'page', from, '_refcount', to);
    c.emit({ k: 'pages', start: from, end: to, change: { _refcount: count } });
  }),
  prep_compound_tail: row(
    'range',
    3,
    'prep_compound_tail() on each: compound_info and mapping',
    (c, from: number, to: number, head: Value) => {
      writes(c, 'page', from, 'compound_info', to);
      writes(c, 'page', from, 'mapping', to);
      c.emit({
        k: 'pages',
        start: from,
        end: to,
        change: { lru_next: pageAddress(pfnOf(head)) + 1n, mapping: TAIL_MAPPING },
      });
    },
  ),
  clear_compound_tail: row(
    'range',
    2,
    'free_tail_page_prepare() on each: no longer a tail',
    (c, from: number, to: number) => {
      writes(c, 'page', from, 'compound_info', to);
      writes(c, 'page', from, 'mapping', to);
      c.emit({ k: 'pages', start: from, end: to, change: { lru_next: SELF, mapping: 0n } });
    },
  ),
  clear_page_private: row('range', 2, 'set_page_private(page, 0) on each', (c, from: number, to: number) => {
    writes(c, 'page', from, 'private', to);
    c.emit({ k: 'pages', start: from, end: to, change: { private: 0n } });
  }),
  clear_page_flags_at_prep: row('range', 2, 'clears all PG_* flags of each', (c, from: number, to: number) => {
    writes(c, 'page', from, 'flags', to);
    c.emit({ k: 'page-flags', start: from, end: to, clear: PG_ALL, set: 0n });
  }),
  find_bad_tail: row(
    'range',
    3,
    'the state checks of free_tail_page_prepare(), of private if asked: first page that fails',
    (c, from: number, to: number, tailPrivate: boolean) => {
      const bad = (page: Page | null) => page !== null && badReason(page, tailPrivate) !== null;
      const found = runFind(c.machine.memmap, from, to, bad);
      reads(c, 'page', from, 'flags', Math.min(to, found + 1));
      return found;
    },
  ),
};

const TAIL_MAPPING = 0xdead_0000_0000_0400n;

/** The rows on struct pages. */
export const pageRows: Intrinsics = { ...accessors, ...writers, ...ranges };

/** True when the configuration asks for the checks of DEBUG_VM. */
export const debugVm = (config: Config): boolean => config.debugVm;
