// Invariants of struct pages: initialised once, not touched before, linked to the right zone. Cost goes with runs of equal
// pages, never with pages.
import { uninitialisedPage } from '../../debugger/index.ts';
import {
  type Machine,
  MEMBLOCK_RSRV_NOINIT,
  pagesPerSection,
  row,
  runFind,
  runGet,
  runs,
} from '../../machine/index.ts';
import type { Access } from '../../vm/index.ts';
import {
  isMemory,
  isReserved,
  linksAt,
  linksOf,
  pagesText,
  regionFrom,
  reservationsOn,
  zoneSpan,
  zoneText,
} from './facts.ts';
import { allInPages, type FindInPages, newlyInPages, newRegions, span } from './newly.ts';
import type { Invariant, Moment, Violation } from './types.ts';

const TWICE = 'initialised again';
const NEVER = 'initialised never';

const once = (start: number, end: number, found: string): Violation => ({
  place: pagesText(start, end),
  expected: 'initialised once',
  found,
  at: start,
  end,
});

/** May memmap_init_reserved_pages() initialise the page again? A reserved hole, or what two reservations share. */
function mayBeAgain(machine: Machine, pfn: number): boolean {
  const reservations = reservationsOn(machine, pfn);
  return reservations > 1 || (reservations > 0 && !isMemory(machine, pfn));
}

/** The first page of [start, end) that was initialised again and may not be. */
const initialisedAgain: FindInPages = (machine, start, end) => {
  for (let from = start; from < end; ) {
    const at = runFind(machine.inits, from, end, (count) => count > 1);
    if (at === end) return null;
    if (!mayBeAgain(machine, at))
      return once(
        at,
        runFind(machine.inits, at, end, (count) => count < 2),
        TWICE,
      );
    from = at + 1;
  }
  return null;
};

/** The first page of [start, end) that has a struct page which nobody has initialised. */
const uninitialised: FindInPages = (machine, start, end) => {
  const section = pagesPerSection(machine.config);
  for (let from = start; from < end; ) {
    const at = runFind(machine.inits, from, end, (count) => count === 0);
    if (at === end) return null;
    const stop = runFind(machine.inits, at, end, (count) => count > 0);
    const first = runFind(machine.sections, Math.floor(at / section), Math.ceil(stop / section), (n) => n === 1);
    const low = Math.max(at, first * section);
    if (low < stop && runGet(machine.memmap, low) !== null) {
      const high = runFind(machine.sections, first, Math.ceil(stop / section), (n) => n === 0) * section;
      return once(low, Math.min(stop, high), NEVER);
    }
    from = stop;
  }
  return null;
};

/** Has the boot said that nothing is deferred any more? */
const deferralIsOver = (machine: Machine): boolean => row(machine.table, 'var', 0)?.deferred_pages === false;

/** Pages that are reserved so that nobody initialises them, and that nobody has initialised. */
function leftOut({ before, after, facts }: Moment): Violation | null {
  if (before.machine.memblock === after.machine.memblock || before.boot !== after.boot) return null;
  const size = 2 ** after.machine.config.pageShift;
  for (const region of newRegions(before.machine.memblock.reserved.regions, after.machine.memblock.reserved.regions)) {
    if ((region.flags & MEMBLOCK_RSRV_NOINIT) === 0) continue;
    const end = Math.min(Math.ceil((region.base + region.size) / size), 2 ** after.machine.inits.bits);
    for (let from = Math.floor(region.base / size); from < end; ) {
      const found = uninitialised(after.machine, from, end, facts);
      if (found === null) break;
      if (!isReserved(before.machine, found.at, MEMBLOCK_RSRV_NOINIT))
        return { ...found, found: 'reserved with RSRV_NOINIT, and initialised never' };
      from = found.at + 1;
    }
  }
  return null;
}

function* leftOutNow(machine: Machine): Generator<Violation> {
  const size = 2 ** machine.config.pageShift;
  for (const region of machine.memblock.reserved.regions) {
    if ((region.flags & MEMBLOCK_RSRV_NOINIT) === 0) continue;
    const end = Math.min(Math.ceil((region.base + region.size) / size), 2 ** machine.inits.bits);
    const start = Math.floor(region.base / size);
    const at = runFind(machine.inits, start, end, (count) => count === 0);
    if (at < end && runGet(machine.memmap, at) !== null)
      yield once(
        at,
        runFind(machine.inits, at, end, (count) => count > 0),
        NEVER,
      );
  }
}

/** Pages that are left when nothing is deferred any more, but for those that were left out already. */
function leftOver({ after: { machine }, facts }: Moment): Violation | null {
  if (!deferralIsOver(machine)) return null;
  const size = 2 ** machine.config.pageShift;
  for (const found of allInPages(uninitialised, machine, facts)) {
    const end = found.end ?? found.at + 1;
    for (let at = found.at; at < end; ) {
      if (!isReserved(machine, at, MEMBLOCK_RSRV_NOINIT)) return once(at, end, NEVER);
      const region = regionFrom(machine.memblock.reserved.regions, at * size);
      at = region === undefined ? end : Math.max(at + 1, Math.ceil((region.base + region.size) / size));
    }
  }
  return null;
}

function breaksInitialisedOnce(moment: Moment, access: Access): Violation | null {
  if (access.struct === 'memblock') return leftOut(moment);
  if (access.struct === 'var') {
    return deferralIsOver(moment.before.machine) ? null : leftOver(moment);
  }
  const { start, end } = span(moment, access);
  return newlyInPages(initialisedAgain, moment, start, end);
}

const initialisedOnce: Invariant = {
  name: 'initialised-once',
  text: 'Every struct page of a present section is initialised once; reserved holes, and pages that two reservations share, may be again.',
  source: 'v7.3 memmap_init(), init_deferred_page(), deferred_init_memmap_chunk()',
  writers: ['__init_single_page()', 'memblock_reserved_mark_noinit()', 'deferred_pages'],
  stages: ['kho_memory_init', 'memblock_free_all', 'page_alloc_init_late'],
  watches: ({ rw, struct, at, field }) =>
    rw === 'w' &&
    ((struct === 'page' && field === '*') ||
      (struct === 'memblock' && at === 'reserved') ||
      (struct === 'var' && field === 'deferred_pages')),
  breaks: breaksInitialisedOnce,
  *check({ machine }, facts, stage) {
    yield* leftOutNow(machine);
    yield* allInPages(initialisedAgain, machine, facts);
    if (stage === 'page_alloc_init_late') yield* allInPages(uninitialised, machine, facts);
  },
};

const noUninitAccess: Invariant = {
  name: 'no-uninit-access',
  text: 'Nothing reads or writes a struct page before it is initialised.',
  source: 'v7.3 __free_one_page(), set_zone_contiguous(), kho_preserved_memory_reserve(), kho_restore_page()',
  writers: ['whatever touches a struct page'],
  stages: [],
  watches: ({ struct, field }) => struct === 'page' && field !== '*',
  breaks(moment, access) {
    const pfn = uninitialisedPage(moment.before, access);
    if (pfn < 0) return null;
    const verb = access.rw === 'r' ? 'read' : 'write';
    return {
      place: pagesText(pfn, pfn + 1),
      expected: 'initialised before it is touched',
      found: `a ${verb} of its ${access.field}`,
      at: pfn,
    };
  },
  check: () => [],
};

/** The first page of [start, end) that is initialised and names another node or zone than it must. */
const wrongLinks: FindInPages = (machine, start, end) => {
  for (const known of runs(machine.inits, start, end)) {
    if (known.value === 0) continue;
    for (const run of runs(machine.memmap, known.start, known.end)) {
      if (run.value === null) continue;
      const found = linksOf(machine, run.value.flags);
      for (let at = run.start; at < run.end; ) {
        const links = linksAt(machine, at);
        if (links === null) break;
        const within = isMemory(machine, at) ? null : zoneSpan(machine, found.nid, found.zid);
        const spanned = within !== null && at >= within.start && at < within.end;
        const stop = Math.min(run.end, links.end, spanned ? within.end : links.end);
        if (!spanned && (links.nid !== found.nid || links.zid !== found.zid))
          return {
            place: pagesText(at, stop),
            expected: `linked to ${zoneText(links.nid, links.zid)}`,
            found: zoneText(found.nid, found.zid),
            at,
            end: stop,
          };
        at = stop;
      }
    }
  }
  return null;
};

const pageLinksRight: Invariant = {
  name: 'page-links-right',
  text: 'Each initialised struct page names the zone of its node that spans it; in a hole it may name what the memory after it does.',
  source: 'v7.3 set_page_links(), memmap_init(), __init_deferred_page()',
  writers: ['__init_single_page()', 'page.flags'],
  stages: ['memmap_init', 'kho_memory_init', 'memblock_free_all', 'page_alloc_init_late', 'end'],
  watches: ({ rw, struct, field }) => rw === 'w' && struct === 'page' && (field === '*' || field === 'flags'),
  breaks(moment, access) {
    const { start, end } = span(moment, access);
    return newlyInPages(wrongLinks, moment, start, end);
  },
  check: ({ machine }, facts) => allInPages(wrongLinks, machine, facts),
};

/** The rows of this file. */
export const pageRows: readonly Invariant[] = [initialisedOnce, noUninitAccess, pageLinksRight];
