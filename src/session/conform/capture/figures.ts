// One phase of a boot as figures: from a capture's table, and from a simulated machine in the same shape. A figure is a path
// and a value; only figures of the same path are compared. Knows nothing of which may differ.
import {
  flagsNid,
  flagsZid,
  type Machine,
  MEMBLOCK_HOTPLUG,
  MEMBLOCK_KHO_SCRATCH,
  MEMBLOCK_NOMAP,
  MEMBLOCK_RSRV_HUGETLB,
  MEMBLOCK_RSRV_KERN,
  MEMBLOCK_RSRV_NOINIT,
  NEVER_SET,
  numa_valid_node,
  type Region,
  row,
  runFind,
  runGet,
  runs,
  ULONG_MAX,
  ZONE_NAMES,
  zoneAt,
} from '../../../machine/index.ts';
import { hex } from '../../format.ts';
import { type ClassRun, classCounts, classOf, classRuns } from './classes.ts';
import type { TruthPage, TruthPhase } from './truth.ts';

export type Figure = string | number | boolean | null;
/** Figures by path. */
export type Figures = Map<string, Figure>;

const FLAGS: readonly (readonly [string, number])[] = [
  ['HOTPLUG', MEMBLOCK_HOTPLUG],
  ['NOMAP', MEMBLOCK_NOMAP],
  ['RSRV_NOINIT', MEMBLOCK_RSRV_NOINIT],
  ['RSRV_KERN', MEMBLOCK_RSRV_KERN],
  ['KHO_SCRATCH', MEMBLOCK_KHO_SCRATCH],
  ['RSRV_HUGETLB', MEMBLOCK_RSRV_HUGETLB],
];

/** Letters of the captures' pageblock types, by number. */
const TYPES = ['UNMOV', 'MOV', 'RECL', 'HIGHA', 'CMA', 'ISOL'] as const;

const words = (base: number, end: number, nid: number | null, flags: readonly string[]): string =>
  `[${hex(base)}, ${hex(end)}) nid ${nid ?? '-'} ${[...flags].sort().join('|')}`.trimEnd();

function truthRegions(out: Figures, table: string, regions: NonNullable<TruthPhase['memblock']>['memory']): void {
  out.set(`memblock.${table}.cnt`, regions.length);
  regions.forEach((r, i) => {
    out.set(`memblock.${table}[${i}]`, words(r.base, r.end, r.nid, r.flags));
  });
}

const runText = (list: readonly ClassRun[]): string =>
  list.map(([a, b, letter]) => `${hex(a)}-${hex(b)}:${letter}`).join(' ');

/** Half-open ranges of pfns. */
export type Ranges = readonly (readonly [start: number, end: number])[];

/**
 * Pages of which classes can be told where the memmap holds garbage: those that are initialised in the simulation, but for
 * those that a free block which garbage announces swallows.
 */
export function knownPages(m: Machine, lists: readonly (readonly ClassRun[])[]): Ranges {
  const swallowed = lists.flat().flatMap(([start, end, letter]) => {
    const garbage = letter === 'B' ? runFind(m.inits, start, end, (count) => count === 0) : end;
    return garbage < end ? [[garbage, end] as const] : [];
  });
  const initialised: (readonly [number, number])[] = [];
  for (const run of runs(m.inits)) if (run.value > 0) initialised.push([run.start, run.end]);
  return swallowed.reduce<Ranges>(
    (left, [start, end]) =>
      left.flatMap(([a, b]) =>
        [[a, Math.min(b, start)] as const, [Math.max(a, end), b] as const].filter(([x, y]) => x < y),
      ),
    initialised,
  );
}

function clipped(list: readonly ClassRun[], known: Ranges): ClassRun[] {
  const out: ClassRun[] = [];
  for (const [start, end, letter] of list)
    for (const [a, b] of known) if (a < end && b > start) out.push([Math.max(a, start), Math.min(b, end), letter]);
  return out;
}

/** Counts and runs of classes; `known`: of the pages that can be told, where not all can. */
function classFigures(out: Figures, list: readonly ClassRun[], known: Ranges | null): void {
  const clear = known === null ? list : clipped(list, known);
  for (const [letter, count] of Object.entries(classCounts(clear))) out.set(`pages.${letter}`, count);
  out.set('pages.runs', runText(clear));
}

/**
 * What a capture says of a phase. `early`: before other processors allocate, so that every page can be told. `known`: the
 * pages that can be told where the kernel does not poison its memmap; the others hold what the RAM held.
 */
export function truthFigures(phase: TruthPhase, early: boolean, known: Ranges | null): Figures {
  const out: Figures = new Map();
  if (phase.memblock) {
    truthRegions(out, 'memory', phase.memblock.memory);
    truthRegions(out, 'reserved', phase.memblock.reserved);
  }
  for (const [nid, node] of Object.entries(phase.nodes))
    for (const [field, value] of Object.entries(node)) out.set(`node(${nid}).${field}`, value);
  for (const { nid, name, ...fields } of phase.zones)
    for (const [field, value] of Object.entries(fields)) out.set(`zone(${nid}, ${name}).${field}`, value);
  if (phase.totalram_pages !== undefined) out.set('totalram_pages', phase.totalram_pages);
  const counts = phase.page_class_counts;
  if ((early || known !== null) && counts?.truncated === 0) {
    classFigures(out, phase.page_class_runs ?? [], known);
    if (!early) out.delete('pages.runs');
  } else if (known === null)
    for (const [letter, count] of Object.entries(counts ?? {}))
      if (letter !== 'truncated') out.set(`pages.${letter}`, count);
  // blocks nobody has written a type of are counted by what their first page says
  for (const { nid, zone, ...blocks } of phase.pageblock_counts ?? [])
    for (const [type, count] of Object.entries(blocks))
      if (known === null || (type !== 'UNMOV' && type !== 'poisoned'))
        out.set(`pageblocks(${nid}, ${zone}).${type}`, count);
  const tells = (pfn: number) => known === null || known.some(([a, b]) => a <= pfn && pfn < b);
  if (early) for (const page of phase.pages) if (tells(page.pfn)) pageFigures(out, page);
  return out;
}

function pageFigures(out: Figures, page: TruthPage): void {
  const at = `page(${hex(page.pfn)})`;
  out.set(`${at}.class`, page.class);
  if (page.mt !== undefined) out.set(`${at}.migratetype`, page.mt);
  for (const field of ['ref', 'mapcount_raw', 'private', 'zone', 'nid'] as const) {
    const value = page[field];
    if (value !== undefined) out.set(`${at}.${field}`, value);
  }
}

const flagNames = (r: Region): string[] => FLAGS.filter(([, bit]) => (r.flags & bit) !== 0).map(([name]) => name);

function regions(out: Figures, m: Machine, table: 'memory' | 'reserved'): void {
  const list = m.memblock[table].regions.filter((r) => r.size > 0);
  out.set(`memblock.${table}.cnt`, list.length);
  list.forEach((r, i) => {
    const nid = numa_valid_node(m.memblock, r.nid) ? r.nid : null;
    out.set(`memblock.${table}[${i}]`, words(r.base, r.base + r.size, nid, flagNames(r)));
  });
}

const limit = (value: unknown): Figure => (value === ULONG_MAX ? null : Number(value ?? 0));

function nodes(out: Figures, m: Machine): void {
  for (const { node } of m.hardware.nodes) {
    const fields = row(m.table, 'pglist_data', node);
    if (fields === undefined) continue;
    out.set(`node(${node}).start_pfn`, Number(fields.node_start_pfn ?? 0));
    out.set(`node(${node}).spanned_pages`, Number(fields.node_spanned_pages ?? 0));
    out.set(`node(${node}).present_pages`, Number(fields.node_present_pages ?? 0));
    out.set(`node(${node}).first_deferred_pfn`, limit(fields.first_deferred_pfn));
  }
}

/** Pageblocks of a zone, by their first struct page in it: by type, or still poison. */
function blockFigures(out: Figures, m: Machine, nid: number, zid: number, start: number, end: number): void {
  const size = 2 ** m.config.pageblockOrder;
  const counts: Record<string, number> = { UNMOV: 0, MOV: 0, RECL: 0, HIGHA: 0, CMA: 0, poisoned: 0 };
  for (let pfn = Math.floor(start / size) * size; pfn < end; pfn += size) {
    // the first page of the block that is the zone's
    const first = runGet(m.memmap, Math.max(pfn, start));
    if (first === null) continue;
    const ours = flagsNid(m.config, first.flags) === nid && flagsZid(m.config, first.flags) === zid;
    const type = classOf(first) === 'U' ? 'poisoned' : ours ? (TYPES[typeNumber(m, pfn)] ?? '') : '';
    counts[type] = (counts[type] ?? 0) + 1;
  }
  for (const [type, count] of Object.entries(counts))
    if (type !== '') out.set(`pageblocks(${nid}, ${ZONE_NAMES[zid]}).${type}`, count);
}

function typeNumber(m: Machine, pfn: number): number {
  const type = runGet(m.pageblocks, Math.floor(pfn / 2 ** m.config.pageblockOrder));
  return type === NEVER_SET ? 0 : type;
}

function zones(out: Figures, m: Machine): void {
  for (const { node } of m.hardware.nodes) {
    ZONE_NAMES.forEach((zone, zid) => {
      const fields = row(m.table, 'zone', zoneAt(node, zid));
      const spanned = Number(fields?.spanned_pages ?? 0);
      if (fields === undefined || spanned === 0) return;
      const name = `${node}, ${zone}`;
      const start = Number(fields.zone_start_pfn);
      const set = (field: string, value: Figure) => out.set(`zone(${name}).${field}`, value);
      set('start_pfn', start);
      set('end_pfn', start + spanned);
      set('spanned', spanned);
      set('present', Number(fields.present_pages));
      set('managed', Number(fields.managed_pages));
      set('free', Number(fields.nr_free_pages));
      set('free_cma', Number(fields.nr_free_cma_pages));
      set('cma_pages', Number(fields.cma_pages));
      set('contiguous', fields.contiguous === true ? 1 : 0);
      blockFigures(out, m, node, zid, start, start + spanned);
    });
  }
}

/** One struct page as the captures print it. */
export function machinePage(out: Figures, m: Machine, pfn: number): void {
  const page = pfn < 2 ** m.memmap.bits ? runGet(m.memmap, pfn) : null;
  if (page === null) return;
  const at = `page(${hex(pfn)})`;
  out.set(`${at}.class`, classOf(page));
  out.set(`${at}.migratetype`, TYPES[typeNumber(m, pfn)] ?? '');
  out.set(`${at}.ref`, page._refcount);
  out.set(`${at}.mapcount_raw`, page.page_type);
  out.set(`${at}.private`, Number(page.private));
  out.set(`${at}.zone`, flagsZid(m.config, page.flags));
  out.set(`${at}.nid`, flagsNid(m.config, page.flags));
}

/** What a simulated machine says of the same; `pages`: the struct pages that the capture shows. */
export function machineFigures(m: Machine, pages: readonly number[], known: Ranges | null): Figures {
  const out: Figures = new Map();
  regions(out, m, 'memory');
  regions(out, m, 'reserved');
  nodes(out, m);
  zones(out, m);
  out.set('totalram_pages', Number(row(m.table, 'var', 0)?.totalram_pages ?? 0));
  classFigures(out, classRuns(m), known);
  for (const pfn of pages) machinePage(out, m, pfn);
  return out;
}
