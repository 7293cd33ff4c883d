// Invariants of the memory around struct pages: what zones count, memblock's arrays, where deferral begins, page 0.
import {
  isRef,
  type Machine,
  MEMBLOCK_RSRV_KERN,
  type MemblockType,
  names,
  type Page,
  PG_reserved,
  pagesPerSection,
  type Region,
  row,
  runGet,
  runs,
  ULONG_MAX,
  zoneAt,
} from '../../machine/index.ts';
import { type Access, frames, localsOf, type State } from '../../vm/index.ts';
import { hex } from '../format.ts';
import { writesMagic } from '../kho-memory.ts';
import { blocksIn, type Facts, inForce, isMemory, linksAt, mayBeRestored, zoneText } from './facts.ts';
import { difference } from './newly.ts';
import type { Invariant, Moment, Violation } from './types.ts';

const list = (stages: string): readonly string[] => stages.split(' ');
const figure = (machine: Machine, zone: number, name: string): number =>
  Number(row(machine.table, 'zone', zone)?.[name] ?? 0);
const zoneName = (at: number): string => zoneText(at >> 3, at & 7);

/** The pages that the statement accounts for: which they are, and how many; null when it does not say. */
function accounted({ before, thread, facts, program }: Moment): { pfn: number; pages: number | null } | null {
  const moved = before.threads[thread];
  if (!moved?.top) return null;
  const locals = localsOf(program, moved.top);
  const page = locals.get('page');
  if (!isRef(page) || page.struct !== 'page') return null;
  const pfn = page.at as number;
  const order = locals.get('order');
  if (typeof order === 'number') return { pfn, pages: 2 ** order };
  const restores = frames(moved).some(({ fn }) => fn === 'kho_restore_page');
  const block = restores ? blocksIn(facts, pfn, pfn + 1).find(({ start }) => start === pfn) : undefined;
  return { pfn, pages: block === undefined ? null : block.end - block.start };
}

/** The zone that spans the first of the pages that `zone` does not; null when it spans them all. */
function otherZone(machine: Machine, pfn: number, pages: number, zone: number): string | null {
  for (let at = pfn; at < pfn + pages; ) {
    const links = linksAt(machine, at);
    if (links === null) return null;
    if (zoneAt(links.nid, links.zid) !== zone) return zoneText(links.nid, links.zid);
    at = links.end;
  }
  return null;
}

function breaksManaged(moment: Moment, access: Access): Violation | null {
  const { before, after } = moment;
  const account = accounted(moment);
  if (account === null || before.boot !== after.boot || !isMemory(after.machine, account.pfn)) return null;
  const at = access.at as number;
  const added = figure(after.machine, at, 'managed_pages') - figure(before.machine, at, 'managed_pages');
  const place = `${zoneName(at)}.managed_pages`;
  const pages = account.pages ?? added;
  const what = `${pages} page${pages === 1 ? '' : 's'} from page(${hex(account.pfn)}) on`;
  const other = otherZone(after.machine, account.pfn, pages, at);
  if (other !== null) return { place, expected: `${what} counted in ${other}`, found: `${added} counted here`, at };
  return added === pages ? null : { place, expected: `${what} counted`, found: `${added} counted`, at };
}

/** Pages of [start, end) whose struct page passes a test and is initialised. */
function pagesWhere(machine: Machine, start: number, end: number, test: (page: Page) => boolean): number {
  let sum = 0;
  for (const run of runs(machine.memmap, start, end)) {
    if (run.value === null || !test(run.value)) continue;
    for (const known of runs(machine.inits, run.start, run.end)) if (known.value > 0) sum += known.end - known.start;
  }
  return sum;
}

interface Given {
  readonly least: number;
  /** where nothing is half done */
  readonly due: number;
  readonly most: number;
}

/**
 * How many pages of [start, end) the zone must count: those in the buddy and restored ones at least, at most all that are
 * neither reserved nor held by KHO. Where nothing is half done, it is the most, except for blocks of a kernel without a
 * magic, of which nobody can tell whether KHO still holds them.
 */
function givenPages(machine: Machine, facts: Facts, start: number, end: number): Given {
  const unreserved = (page: Page) => (page.flags & PG_reserved) === 0n;
  const free = (page: Page) => unreserved(page) && page._refcount === 0;
  let [least, most] = [free, unreserved].map((test) => pagesWhere(machine, start, end, test)) as [number, number];
  let [from, doubtful] = [start, 0];
  for (const block of blocksIn(facts, start, end)) {
    if (!inForce(machine, block)) continue;
    // blocks may lie in one another: each page is asked for once
    const [low, high] = [Math.max(from, block.start), Math.min(end, block.end)];
    if (low >= high) continue;
    from = high;
    if (!writesMagic(machine)) {
      doubtful += pagesWhere(machine, low, high, unreserved) - pagesWhere(machine, low, high, free);
      continue;
    }
    const given = mayBeRestored(machine, block) ? high - low : 0;
    least += given - pagesWhere(machine, low, high, free);
    most += given - pagesWhere(machine, low, high, unreserved);
  }
  return { least, due: most - doubtful, most };
}

/** Stretches of a zone that are memory of its node, as pfns. */
function* memoryOf(machine: Machine, zone: number): Generator<{ start: number; end: number }> {
  const size = 2 ** machine.config.pageShift;
  const low = figure(machine, zone, 'zone_start_pfn');
  const high = low + figure(machine, zone, 'spanned_pages');
  for (const region of machine.memblock.memory.regions) {
    if (region.nid !== zone >> 3) continue;
    const start = Math.max(low, Math.ceil(region.base / size));
    const end = Math.min(high, Math.floor((region.base + region.size) / size));
    if (start < end) yield { start, end };
  }
}

const PRESENT_AT = list('free_area_init memmap_init kho_memory_init');

/** First pfn that is left to the threads of the node that a zone is on. */
function firstDeferred(machine: Machine, zone: number): number {
  return Number(row(machine.table, 'pglist_data', zone >> 3)?.first_deferred_pfn ?? 0);
}

function* managed(state: State, facts: Facts, stage: string | null): Generator<Violation> {
  const { machine } = state;
  // a thread that died left something half done
  const settled = stage !== null && !state.halted && state.threads.every(({ death }) => death === null);
  for (const at of names(machine.table, 'zone').map(Number)) {
    const found = figure(machine, at, 'managed_pages');
    const wrong = (pages: number, what: string): Violation => ({
      place: `${zoneName(at)}.managed_pages`,
      expected: `${pages} pages ${what}`,
      found: String(found),
      at,
    });
    const present = figure(machine, at, 'present_pages');
    if (stage !== null && PRESENT_AT.includes(stage)) {
      if (found !== present) yield wrong(present, 'present');
      continue;
    }
    let [least, due, most] = [0, 0, 0];
    for (const { start, end } of memoryOf(machine, at)) {
      // what is initialised before its thread comes is free once that has been there
      const deferred = Math.min(Math.max(firstDeferred(machine, at), start), end);
      const early = givenPages(machine, facts, start, deferred);
      const late = givenPages(machine, facts, deferred, end);
      least += early.least + late.least;
      due += early.due + late.least;
      most += early.most + late.most;
    }
    if (found > most || found < (settled ? due : least)) yield wrong(due, 'freed or restored');
  }
}

const managedPagesAddUp: Invariant = {
  name: 'managed-pages-add-up',
  text: 'managed_pages of a zone is what is present until memblock_free_all, then what was freed or restored in it.',
  source: 'v7.3 __free_pages_core(), adjust_managed_page_count(), calculate_node_totalpages()',
  writers: ['zone.managed_pages'],
  stages: [...PRESENT_AT, ...list('memblock_free_all deferred page_alloc_init_late restore end')],
  watches: ({ rw, struct, field }) => rw === 'w' && struct === 'zone' && field === 'managed_pages',
  breaks: breaksManaged,
  check: managed,
};

/** The first two neighbours among [from, to) that are out of order, overlap, or should be one. */
function untidy(type: MemblockType, from = 0, to = type.regions.length): Violation | null {
  for (let i = Math.max(from, 0) + 1; i < Math.min(to, type.regions.length); i++) {
    const [low, high] = [type.regions[i - 1], type.regions[i]] as [Region, Region];
    const end = low.base + low.size;
    const alike = low.nid === high.nid && low.flags === high.flags;
    const found = end > high.base ? `one that ends at ${hex(end)} before it` : 'one like it that ends where it begins';
    if (end < high.base || (end === high.base && !alike)) continue;
    return {
      place: `memblock.${type.name}.regions[${i}] at ${hex(high.base)}`,
      expected: 'regions in order, apart, and merged where they are alike',
      found,
      at: i,
    };
  }
  return null;
}

const regionsSorted: Invariant = {
  name: 'regions-sorted',
  text: 'The regions of memblock are sorted, do not overlap, and are merged where they meet and are alike.',
  source: 'v7.3 memblock_add_range(), memblock_merge_regions()',
  writers: ['memblock.memory', 'memblock.reserved'],
  stages: list('e820__memblock_setup initmem_init kho_memory_init memblock_free_all end'),
  watches: ({ rw, struct, at }) => rw === 'w' && struct === 'memblock' && (at === 'memory' || at === 'reserved'),
  breaks({ before, after }, access) {
    const type = access.at as 'memory' | 'reserved';
    const [was, now] = [before.machine.memblock[type], after.machine.memblock[type]];
    const differ = difference(was.regions, now.regions);
    // what stands apart from the edit is as tidy as it was
    const found = untidy(now, differ.start - 1, differ.now + 1);
    return found !== null && untidy(was) === null ? untidy(now) : null;
  },
  *check({ machine }) {
    for (const type of [machine.memblock.memory, machine.memblock.reserved]) {
      const found = untidy(type);
      if (found !== null) yield found;
    }
  },
};

/** Why first_deferred_pfn of a node is no value it may have; null when it is one. */
function wrongDeferral(machine: Machine, nid: number): Violation | null {
  const fields = row(machine.table, 'pglist_data', nid);
  const first = Number(fields?.first_deferred_pfn ?? 0);
  if (first === ULONG_MAX || (first === 0 && Number(fields?.node_spanned_pages ?? 0) === 0)) return null;
  const last = nid * 8 + Number(fields?.nr_zones ?? 0) - 1;
  const start = figure(machine, last, 'zone_start_pfn');
  const end = start + figure(machine, last, 'spanned_pages');
  if (first % pagesPerSection(machine.config) === 0 && first >= start && first < end) return null;
  return {
    place: `node(${nid}).first_deferred_pfn`,
    expected: `ULONG_MAX, or the first page of a section in ${zoneName(last)}, ${hex(start)}..${hex(end)}`,
    found: hex(first),
    at: nid,
  };
}

const firstDeferredSane: Invariant = {
  name: 'first-deferred-sane',
  text: 'first_deferred_pfn is the first page of a section in the last zone of its node, or ULONG_MAX.',
  source: 'v7.3 defer_init(), deferred_grow_zone(), deferred_init_memmap()',
  writers: ['pgdat->first_deferred_pfn'],
  stages: list('free_area_init memmap_init kho_memory_init memblock_free_all deferred'),
  watches: ({ rw, struct, field }) => rw === 'w' && struct === 'pglist_data' && field === 'first_deferred_pfn',
  breaks({ before, after }, access) {
    const nid = access.at as number;
    const found = wrongDeferral(after.machine, nid);
    const same = Number(row(before.machine.table, 'pglist_data', nid)?.first_deferred_pfn ?? 0);
    return found === null || hex(same) === found.found ? null : found;
  },
  *check({ machine }) {
    for (const nid of names(machine.table, 'pglist_data').map(Number)) {
      const found = wrongDeferral(machine, nid);
      if (found !== null) yield found;
    }
  },
};

/** Is page 0 in use: allocated, or with a table of the kernel in it? */
function pageZeroUsed(machine: Machine): Violation | null {
  const [first] = machine.memblock.reserved.regions;
  const kept = runGet(machine.phys, 0);
  const allocated = first?.base === 0 && (first.flags & MEMBLOCK_RSRV_KERN) !== 0;
  if (!allocated && kept === null) return null;
  const found = allocated ? 'reserved with RSRV_KERN' : 'written as a page that was allocated';
  return {
    place: 'page(0x0)',
    expected: 'never allocated: 0 is how memblock_alloc() says that it failed',
    found,
    at: 0,
  };
}

const pageZeroNeverAllocated: Invariant = {
  name: 'page-zero-never-allocated',
  text: 'Nobody allocates page 0 from memblock, nor uses it as what memblock_alloc() gave.',
  source: 'v7.3 memblock_find_in_range_node(), memblock_alloc_range_nid()',
  writers: ['memblock_alloc()', 'clear_page()'],
  stages: list('kho_memory_init_early memblock_free_all end'),
  watches: ({ rw, struct, at }) => rw === 'w' && ((struct === 'memblock' && at === 'reserved') || struct === 'u64[]'),
  breaks: usesPageZero,
  sees: ({ before, after }) => before.machine.phys !== after.machine.phys,
  returns: usesPageZero,
  *check({ machine }) {
    const found = pageZeroUsed(machine);
    if (found !== null) yield found;
  },
};

function usesPageZero({ before, after }: Moment): Violation | null {
  if (before.boot !== after.boot || pageZeroUsed(before.machine) !== null) return null;
  return pageZeroUsed(after.machine);
}

/** The rows of this file. */
export const memoryRows: readonly Invariant[] = [
  managedPagesAddUp,
  regionsSorted,
  firstDeferredSane,
  pageZeroNeverAllocated,
];
