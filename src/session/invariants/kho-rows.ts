// Invariants of what is handed over: preserved blocks, scratch, and the pages that a restore gives back.
import {
  isRef,
  type Machine,
  MIGRATETYPE_NAMES,
  NEVER_SET,
  PAGE_TYPE_NONE,
  PG_head,
  PG_reserved,
  row,
  runFind,
  runGet,
  runs,
} from '../../machine/index.ts';
import { type Access, frames, localsOf, type Program, type State } from '../../vm/index.ts';
import { hex } from '../format.ts';
import { writesMagic } from '../kho-memory.ts';
import { khoOrder, TYPE_BIT } from '../kho-page.ts';
import { type Block, blocksIn, type Facts, inForce, isOwned, noinitBytes, pageOf, pagesText } from './facts.ts';
import { difference, span } from './newly.ts';
import type { Invariant, Moment, Violation } from './types.ts';

const CMA = 4;
const list = (stages: string): readonly string[] => stages.split(' ');
const LATE = list('kho_memory_init memblock_free_all deferred page_alloc_init_late restore end');

/** The function of the statement that ran. */
const functionOf = ({ before, thread }: Moment): string => before.threads[thread]?.top?.fn ?? '';

const touched = (start: number, end: number, found: string): Violation => ({
  place: pagesText(start, end),
  expected: 'left alone until KHO restores it',
  found,
  at: start,
  end,
});

const khoPagesUntouched: Invariant = {
  name: 'kho-pages-untouched',
  text: 'From kho_memory_init to its restore nobody frees, initialises or marks a preserved page.',
  source: 'v7.3 kho_preserved_memory_reserve(), memmap_init_reserved_pages(), deferred_init_memmap_chunk()',
  writers: ['__init_single_page()', 'any field of a struct page but private'],
  stages: LATE,
  watches: ({ rw, struct, field }) => rw === 'w' && struct === 'page' && field !== 'private',
  breaks(moment, access) {
    const { start, end } = span(moment, access);
    for (const block of blocksIn(moment.facts, start, end)) {
      if (!isOwned(moment.before.machine, block)) continue;
      const what = access.field === '*' ? 'initialised again' : `a write of its ${access.field}`;
      const low = Math.max(start, block.start);
      return touched(low, Math.min(end, block.end), `${what} in ${functionOf(moment)}`);
    }
    return null;
  },
  *check({ machine }, facts) {
    for (const block of facts.preserved) {
      if (!isOwned(machine, block)) continue;
      for (const run of runs(machine.memmap, block.start, block.end)) {
        if (run.value === null || runGet(machine.inits, run.start) === 0) continue;
        const { _refcount, flags, page_type } = run.value;
        if (_refcount !== 1) yield touched(run.start, run.end, `_refcount ${_refcount}`);
        else if ((flags & PG_reserved) !== 0n) yield touched(run.start, run.end, 'PG_reserved');
        else if (page_type !== PAGE_TYPE_NONE) yield touched(run.start, run.end, `page_type ${hex(page_type)}`);
      }
    }
  },
};

/** The first pageblock of [first, last) that overlaps scratch, has a type, and another than CMA. */
function notCma(machine: Machine, facts: Facts, first: number, last: number): Violation | null {
  const size = 2 ** machine.config.pageblockOrder;
  for (const area of facts.scratch) {
    const start = Math.max(first, Math.floor(area.start / size));
    const end = Math.min(last, Math.ceil(area.end / size));
    const at = runFind(machine.pageblocks, start, end, (type) => type !== CMA && type !== NEVER_SET);
    if (at >= end) continue;
    const type = runGet(machine.pageblocks, at);
    return {
      place: `pageblock(${hex(at * size)})`,
      expected: 'MIGRATE_CMA, as it overlaps scratch',
      found: `MIGRATE_${MIGRATETYPE_NAMES[type] ?? type}`,
      at,
    };
  }
  return null;
}

/** Does the kernel type scratch in one place, after everybody else wrote MOVABLE? */
const releases = (program: Program): boolean => program.fns.kho_release_scratch !== undefined;

const scratchIsCma: Invariant = {
  name: 'scratch-is-cma',
  text: 'Of a pageblock that overlaps scratch the type is CMA from its first write on; with kho_release_scratch() from there on.',
  source: 'v7.3 kho_scratch_migratetype(), init_pageblock_migratetype()',
  writers: ['init_pageblock_migratetype()'],
  stages: list('memmap_init kho_memory_init memblock_free_all deferred page_alloc_init_late end'),
  watches: ({ rw, struct }) => rw === 'w' && struct === 'pageblock',
  breaks(moment, access) {
    const block = access.at as number;
    const found = notCma(moment.after.machine, moment.facts, block, block + 1);
    if (releases(moment.program) && runGet(moment.before.machine.pageblocks, block) !== CMA) return null;
    return found !== null && notCma(moment.before.machine, moment.facts, block, block + 1) === null ? found : null;
  },
  *check({ machine }, facts, stage, program) {
    if (stage === 'memmap_init' && releases(program)) return;
    const all = 2 ** machine.pageblocks.bits;
    for (let from = 0; from < all; ) {
      const found = notCma(machine, facts, from, all);
      if (found === null) return;
      yield found;
      from = found.at + 1;
    }
  },
};

/** Does the struct page at `pfn` head a block that KHO holds and that lies in scratch? */
function heldInScratch(machine: Machine, facts: Facts, pfn: number): Violation | null {
  const order = khoOrder(pageOf(machine, pfn));
  if (order === null) return null;
  const area = facts.scratch.find(({ start, end }) => pfn < end && start < pfn + 2 ** order);
  if (area === undefined) return null;
  return {
    place: pagesText(pfn, pfn + 2 ** order),
    expected: `preserved outside scratch ${hex(area.start)}..${hex(area.end)}`,
    found: `a preserved block of order ${order} in it`,
    at: pfn,
  };
}

const nothingPreservedInScratch: Invariant = {
  name: 'nothing-preserved-in-scratch',
  text: 'No preserved page lies in scratch, which the next kernel overwrites.',
  source: 'v7.3 kho_preserve_folio(), kho_preserved_memory_reserve()',
  writers: ['page.private'],
  stages: list('kho_memory_init memblock_free_all end'),
  watches: ({ rw, struct, field }) => rw === 'w' && struct === 'page' && field === 'private',
  breaks(moment, access) {
    const pfn = access.at as number;
    const found = heldInScratch(moment.after.machine, moment.facts, pfn);
    return found !== null && heldInScratch(moment.before.machine, moment.facts, pfn) === null ? found : null;
  },
  *check({ machine }, facts) {
    for (const area of facts.scratch)
      for (const run of runs(machine.memmap, area.start, area.end)) {
        const found = heldInScratch(machine, facts, run.start);
        if (found !== null) yield found;
      }
  },
};

const handedOver = (machine: Machine): boolean => row(machine.table, 'kho_in', 0)?.fdt === true;

/** What of a block nobody reserved with RSRV_NOINIT. */
function uncovered(machine: Machine, start: number, order: number): Violation | null {
  const size = 2 ** machine.config.pageShift;
  const end = start + 2 ** order;
  const bytes = noinitBytes(machine.memblock.reserved.regions, start * size, end * size);
  const whole = (end - start) * size;
  if (bytes === whole) return null;
  return {
    place: pagesText(start, end),
    expected: `reserved with RSRV_NOINIT, ${whole} bytes`,
    found: `${bytes} bytes of it`,
    at: start,
    end,
  };
}

/** Are there fewer bytes reserved with RSRV_NOINIT than before? */
function losesNoinit(before: Machine, after: Machine): boolean {
  const [old, young] = [before.memblock.reserved.regions, after.memblock.reserved.regions];
  const { start, was, now } = difference(old, young);
  const all = Number.POSITIVE_INFINITY;
  return noinitBytes(young.slice(start, now), 0, all) < noinitBytes(old.slice(start, was), 0, all);
}

function breaksCover(moment: Moment, access: Access): Violation | null {
  const { before, after, facts } = moment;
  if (access.struct === 'page') {
    const pfn = access.at as number;
    const order = khoOrder(pageOf(after.machine, pfn));
    return order === null || khoOrder(pageOf(before.machine, pfn)) !== null
      ? null
      : uncovered(after.machine, pfn, order);
  }
  if (before.boot !== after.boot || !losesNoinit(before.machine, after.machine)) return null;
  for (const { start, order } of facts.preserved) {
    const found = uncovered(after.machine, start, order);
    if (found !== null && uncovered(before.machine, start, order) === null) return found;
  }
  return null;
}

const noinitCoversPreserved: Invariant = {
  name: 'noinit-covers-preserved',
  text: 'What KHO holds is reserved with RSRV_NOINIT, all of it.',
  source: 'v7.3 kho_preserved_memory_reserve(), memblock_reserved_mark_noinit()',
  writers: ['page.private', 'memblock.reserved'],
  stages: LATE,
  watches: ({ rw, struct, at, field }) =>
    rw === 'w' && ((struct === 'page' && field === 'private') || (struct === 'memblock' && at === 'reserved')),
  breaks: breaksCover,
  *check({ machine }, facts) {
    if (!handedOver(machine)) return;
    for (const { start, order } of facts.preserved) {
      const found = uncovered(machine, start, order);
      if (found !== null) yield found;
    }
  },
};

/** Do the tails of a block that is no folio count nothing? So a kernel leaves them that knows blocks which were never split. */
const isContiguous = (machine: Machine, { start, order }: Block): boolean =>
  order > 0 && pageOf(machine, start + 1)?._refcount === 0;

/** The first page of a block whose _refcount is not what a restore leaves, among [start, end). */
function wrongCount(machine: Machine, block: Block, folio: boolean, start: number, end: number): Violation | null {
  for (const run of runs(machine.memmap, start, end)) {
    const tail = Math.max(run.start, block.start + 1);
    const at = folio && run.value?._refcount === 1 ? tail : run.start;
    const wanted = folio && at > block.start ? 0 : 1;
    if (at >= run.end || run.value === null || run.value._refcount === wanted) continue;
    const stop = folio && at === block.start ? at + 1 : run.end;
    const place = `${pagesText(at, stop)}._refcount`;
    const kind = folio
      ? wanted === 1
        ? 'the head of a folio'
        : 'a tail page of a folio'
      : 'a page restored by itself';
    return { place, expected: `${wanted}, as of ${kind}`, found: String(run.value._refcount), at, end: stop };
  }
  return null;
}

function wrongPrivate(machine: Machine, block: Block): Violation | null {
  if (!writesMagic(machine)) return null;
  const word = pageOf(machine, block.start)?.private ?? 0n;
  if (word === 0n) return null;
  return {
    place: `${pagesText(block.start, block.start + 1)}.private`,
    expected: '0 once it is restored',
    found: `0x${word.toString(16)}`,
    at: block.start,
  };
}

/** The restore that is at work on the thread: the block, and whether its tails are to count nothing. */
function restoreOf({ before, after, thread, facts, program }: Moment): { block: Block; folio: boolean } | null {
  const moved = before.threads[thread];
  const frame = moved === undefined ? undefined : frames(moved).find(({ fn }) => fn === 'kho_restore_page');
  if (frame === undefined) return null;
  const locals = localsOf(program, frame);
  const pfn = Number(locals.get('phys') ?? -1) / 2 ** before.machine.config.pageShift;
  const block = blocksIn(facts, pfn, pfn + 1).find(({ start }) => start === pfn);
  if (block === undefined) return null;
  const info = locals.get('info');
  const typed = program.fns.kho_page_type !== undefined && typeof info === 'bigint' && (info & TYPE_BIT) === 0n;
  return { block, folio: locals.get('is_folio') === true || (typed && isContiguous(after.machine, block)) };
}

/** kho_restore_pages() gave a page: then nothing of what it was asked for is left to be restored. */
function leftBehind({ before, after, thread, facts, program }: Moment): Violation | null {
  const frame = before.threads[thread]?.top;
  if (!frame) return null;
  const locals = localsOf(program, frame);
  const start = Number(locals.get('phys') ?? 0) / 2 ** after.machine.config.pageShift;
  const end = start + Number(locals.get('nr_pages') ?? 0);
  const block = blocksIn(facts, start, end).find((one) => isOwned(after.machine, one));
  if (block === undefined) return null;
  return {
    place: pagesText(block.start, block.end),
    expected: `restored, as kho_restore_pages() of ${pagesText(start, end)} gave a page`,
    found: `private 0x${(pageOf(after.machine, block.start)?.private ?? 0n).toString(16)}, a preserved block`,
    at: block.start,
  };
}

function breaksRestore(moment: Moment): Violation | null {
  const { trace, after } = moment;
  if (trace.returned === 'kho_restore_pages') return atReturn(moment, leftBehind(moment));
  const restore = trace.returned === 'kho_restore_page' ? restoreOf(moment) : null;
  if (restore === null) return null;
  const { block, folio } = restore;
  const { machine } = after;
  return atReturn(moment, wrongPrivate(machine, block) ?? wrongCount(machine, block, folio, block.start, block.end));
}

const RESTORES: ReadonlySet<string> = new Set(['kho_restore_page', 'kho_restore_pages']);

const atReturn = ({ trace }: Moment, found: Violation | null): Violation | null =>
  found === null ? null : { ...found, op: Math.max(0, trace.micro - 1) };

const restoredPagesClean: Invariant = {
  name: 'restored-pages-clean',
  text: 'A restore that succeeds leaves private 0 on each head, and counts of 1, or of a folio or a block of type CONTIG 1 on the head and 0 on tails.',
  source: 'v7.3 kho_restore_page(), kho_restore_pages(), kho_init_folio(), kho_init_pages()',
  writers: ['set_page_count()', 'page.private', 'kho_restore_pages()'],
  stages: list('restore end'),
  watches: ({ rw, struct, field }) => rw === 'w' && struct === 'page' && field === '_refcount',
  breaks(moment, access) {
    const restore = restoreOf(moment);
    if (restore === null) return null;
    const { block, folio } = restore;
    const { start, end } = span(moment, access);
    return wrongCount(moment.after.machine, block, folio, Math.max(start, block.start), Math.min(end, block.end));
  },
  sees: ({ trace }) => trace.returned !== null && RESTORES.has(trace.returned) && isRef(trace.value),
  returns: breaksRestore,
  *check({ machine }: State, facts) {
    for (const block of facts.preserved) {
      const head = pageOf(machine, block.start);
      if (head === null || khoOrder(head) !== null || head._refcount !== 1 || !inForce(machine, block)) continue;
      const folio = (head.flags & PG_head) !== 0n || block.order === 0 || isContiguous(machine, block);
      const found = wrongPrivate(machine, block) ?? wrongCount(machine, block, folio, block.start, block.end);
      if (found !== null) yield found;
    }
  },
};

/** The rows of this file. */
export const khoRows: readonly Invariant[] = [
  khoPagesUntouched,
  scratchIsCma,
  nothingPreservedInScratch,
  noinitCoversPreserved,
  restoredPagesClean,
];
