// Intrinsics on pageblocks, zones, free lists and pages that hold KHO tables.
import {
  findNextBit,
  flagsNid,
  flagsZid,
  listKey,
  type Machine,
  NEVER_SET,
  PAGE_TYPE_NONE,
  type PhysPage,
  readField,
  runFind,
  runGet,
  row as tableRow,
  type Value,
  withWord,
  ZERO_PAGE,
  ZONE_NAMES,
  zoneAt,
} from '../../machine/index.ts';
import type { Context, Intrinsics } from '../../vm/index.ts';
import { vmBugOnPage } from '../faults.ts';
import { checkedFlags } from './pages.ts';
import { pfnOf, physOf, reads, ref, row, stackOf, writes } from './row.ts';

const blockOf = (m: Machine, pfn: number) => Math.floor(pfn / 2 ** m.config.pageblockOrder);

/** With DEBUG_VM the pageblock accessors assert that the page's zone spans it, and so read the struct page. */
function assertSpanned(c: Context, page: Value): void {
  if (!c.machine.config.debugVm) return;
  const pfn = pfnOf(page);
  const flags = checkedFlags(c, page);
  const zone = ref('zone', zoneAt(flagsNid(c.machine.config, flags), flagsZid(c.machine.config, flags)));
  const start = readField(c.machine, zone, 'zone_start_pfn') as number;
  const spanned = readField(c.machine, zone, 'spanned_pages') as number;
  if (pfn < start || pfn >= start + spanned) throw vmBugOnPage(c.machine, pfn, '!zone_spans_pfn(page_zone(page), pfn)');
}

function initMigratetype(c: Context, page: Value, mt: number): void {
  assertSpanned(c, page);
  const disabled = tableRow(c.machine.table, 'var', 0)?.page_group_by_mobility_disabled === true;
  const block = blockOf(c.machine, pfnOf(page));
  writes(c, 'pageblock', block, 'migratetype');
  c.emit({ k: 'migratetype', start: block, end: block + 1, migratetype: disabled && mt < 3 ? 0 : mt });
}

function newZone(c: Context, nid: number, zid: number, start: number, spanned: number, present: number): void {
  writes(c, 'zone', zoneAt(nid, zid), '*');
  c.emit({
    k: 'new',
    struct: 'zone',
    at: zoneAt(nid, zid),
    fields: {
      name: ZONE_NAMES[zid] ?? '',
      idx: zid,
      node: nid,
      zone_start_pfn: spanned > 0 ? start : 0,
      spanned_pages: spanned,
      present_pages: present,
      managed_pages: present,
      cma_pages: 0,
      nr_free_pages: 0,
      nr_free_cma_pages: 0,
      contiguous: false,
      initialized: spanned > 0,
    },
  });
}

const pageblockRows: Intrinsics = {
  get_pfnblock_migratetype: row(
    'read',
    2,
    'get_pfnblock_migratetype(): the type of the pageblock, UNMOVABLE until it is written',
    (c, page: Value, pfn: number) => {
      assertSpanned(c, page);
      const block = blockOf(c.machine, pfn);
      reads(c, 'pageblock', block, 'migratetype');
      const mt = runGet(c.machine.pageblocks, block);
      return mt === NEVER_SET ? 0 : mt;
    },
  ),
  init_pageblock_migratetype: row(
    'effect',
    3,
    'init_pageblock_migratetype(); UNMOVABLE when mobility grouping is off',
    (c, page: Value, mt: number) => {
      initMigratetype(c, page, mt);
    },
  ),
};

const zoneOf = (zone: Value) => (zone as { at: number }).at;

const listRows: Intrinsics = {
  __add_to_free_list: row(
    'effect',
    5,
    '__add_to_free_list(): links a block at the tail or head',
    (c, page: Value, zone: Value, order: number, mt: number, tail: boolean) => {
      const pfn = pfnOf(page);
      writes(c, 'page', pfn, 'lru_next');
      c.emit({ k: 'list', pfn, zone: zoneOf(zone), order, migratetype: mt, tail });
    },
  ),
  __del_page_from_free_list: row(
    'effect',
    3,
    '__del_page_from_free_list(): unlinks a block, type none, private 0',
    (c, page: Value) => {
      const pfn = pfnOf(page);
      writes(c, 'page', pfn, 'lru_next');
      writes(c, 'page', pfn, 'page_type');
      writes(c, 'page', pfn, 'private');
      c.emit({ k: 'unlist', pfn });
      c.emit({ k: 'pages', start: pfn, end: pfn + 1, change: { page_type: PAGE_TYPE_NONE, private: 0n } });
    },
  ),
};

/** Who of the callers a scenario gives pages to, and which is the next; null when none. */
function placementOf(c: Context): { readonly role: string; readonly index: number; readonly phys: number } | null {
  const { placements } = c.machine.hardware;
  const roles = Object.keys(placements);
  const asks = (role: string, fn: string) => (role.endsWith('*') ? fn.startsWith(role.slice(0, -1)) : fn === role);
  const role = stackOf(c)
    .flatMap((fn) => roles.filter((name) => asks(name, fn)))
    .at(0);
  if (role === undefined) return null;
  const index = Number(tableRow(c.machine.table, 'placement', role)?.next ?? 0);
  const phys = placements[role]?.[index];
  return phys === undefined ? null : { role, index, phys };
}

const allocationRows: Intrinsics = {
  get_page_from_free_area: row(
    'read',
    3,
    'get_page_from_free_area(): the head of a list, NULL when it is empty',
    (c, zone: Value, order: number, mt: number) => {
      reads(c, 'free_area', `${zoneOf(zone)}/${order}`, 'free_list');
      const list = c.machine.buddy.lists[listKey(zoneOf(zone), order, mt)];
      return list === undefined || list.count === 0 ? null : ref('page', list.first);
    },
  ),
  next_placement: row(
    'effect',
    0,
    "pfn of the page that a scenario's `placements` give the caller, -1 when none is left",
    (c) => {
      const placement = placementOf(c);
      if (placement === null) return -1;
      c.emit({ k: 'new', struct: 'placement', at: placement.role, fields: { next: placement.index + 1 } });
      return Math.floor(placement.phys / 2 ** c.machine.config.pageShift);
    },
  ),
};

const nodeRows: Intrinsics = {
  alloc_node_data: row(
    'effect',
    1,
    'alloc_node_data(): a zeroed node descriptor; its memory is not taken from memblock',
    (c, nid: number) => {
      writes(c, 'pglist_data', nid, '*');
      c.emit({
        k: 'new',
        struct: 'pglist_data',
        at: nid,
        fields: {
          node_id: nid,
          node_start_pfn: 0,
          node_spanned_pages: 0,
          node_present_pages: 0,
          first_deferred_pfn: 0,
          nr_zones: 0,
        },
      });
      // numbers that the zone field can hold but no zone has read as empty zones
      for (let zid = 0; zid < 2 ** c.machine.config.zonesWidth; zid++) newZone(c, nid, zid, 0, 0, 0);
    },
  ),
  init_node_zone: row(
    'effect',
    5,
    'zone_init_internals() and init_currently_empty_zone()',
    (c, nid: number, zid: number, start: number, spanned: number, present: number) => {
      newZone(c, nid, zid, start, spanned, present);
    },
  ),
  memory_present: row('effect', 1, 'memory_present(): a section exists', (c, section: number) => {
    c.emit({ k: 'section', section });
  }),
  next_present_section_nr: row('read', 1, 'next_present_section_nr(); -1 at the end', (c, nr: number) => {
    const end = 2 ** c.machine.sections.bits;
    const next = runFind(c.machine.sections, nr + 1, end, (present) => present === 1);
    return next === end ? -1 : next;
  }),
};

const wordsAt = (c: Context, phys: number) =>
  runGet(c.machine.phys, Math.floor(phys / 2 ** c.machine.config.pageShift)) ?? ZERO_PAGE;

/** Struct and field of a bitmap, as accesses name them. */
function bitsOf(map: Value): { readonly struct: string; readonly field: string } {
  const { struct } = map as { struct: string };
  return { struct, field: struct === 'kho_mem_phys_bits' ? 'preserve' : 'bitmap' };
}

/** The page of a bitmap, which may begin inside it: at bit `first`. */
function bitmapAt(c: Context, map: Value): { readonly pfn: number; readonly page: PhysPage; readonly first: number } {
  const size = 2 ** c.machine.config.pageShift;
  return { pfn: Math.floor(physOf(map) / size), page: wordsAt(c, physOf(map)), first: (physOf(map) % size) * 8 };
}

function changeBit(c: Context, map: Value, bit: number, change: (word: bigint, mask: bigint) => bigint): void {
  writes(c, bitsOf(map).struct, physOf(map), bitsOf(map).field);
  const { pfn, page, first } = bitmapAt(c, map);
  const index = Math.floor((first + bit) / 64);
  const word = change(page.words[index] ?? 0n, 1n << BigInt((first + bit) % 64));
  c.emit({ k: 'phys', pfn, page: withWord(page, index, word) });
}

const contentRows: Intrinsics = {
  kho_radix_next_slot: row(
    'read',
    2,
    'first slot of a table from `from` on that is not empty, or 512 (the kernel tests them one by one)',
    (c, node: Value, from: number) => {
      reads(c, 'kho_radix_node', physOf(node), 'table');
      const slots = Object.keys(wordsAt(c, physOf(node)).words).map(Number);
      return slots.reduce((best, slot) => (slot >= from && slot < best ? slot : best), 512);
    },
  ),
  find_next_bit: row(
    'read',
    3,
    'find_next_bit() in a leaf or a bitmap',
    (c, map: Value, size: number, from: number) => {
      reads(c, bitsOf(map).struct, physOf(map), bitsOf(map).field);
      const { page, first } = bitmapAt(c, map);
      return findNextBit(page, first + size, first + from) - first;
    },
  ),
  __set_bit: row('effect', 2, '__set_bit() in a leaf or a bitmap', (c, map: Value, bit: number) => {
    changeBit(c, map, bit, (word, mask) => word | mask);
  }),
  __clear_bit: row('effect', 2, '__clear_bit() in a leaf or a bitmap', (c, map: Value, bit: number) => {
    changeBit(c, map, bit, (word, mask) => word & ~mask);
  }),
  clear_page: row('effect', 1, 'a page of zeroes at a physical address', (c, phys: number) => {
    c.emit({ k: 'phys', pfn: phys / 2 ** c.machine.config.pageShift, page: ZERO_PAGE });
  }),
};

/** The rows of this file. */
export const allocatorRows: Intrinsics = {
  ...pageblockRows,
  ...listRows,
  ...allocationRows,
  ...nodeRows,
  ...contentRows,
};
