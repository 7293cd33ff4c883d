// The machine at one stage, as the report gives it. Reads the state only; what happened on the way it is told.
import {
  type Fields,
  isPoisoned,
  type Machine,
  MEMBLOCK_DRIVER_MANAGED,
  MEMBLOCK_HOTPLUG,
  MEMBLOCK_KHO_SCRATCH,
  MEMBLOCK_MIRROR,
  MEMBLOCK_NOMAP,
  MEMBLOCK_RSRV_HUGETLB,
  MEMBLOCK_RSRV_KERN,
  MEMBLOCK_RSRV_NOINIT,
  MIGRATETYPE_NAMES,
  NEVER_SET,
  names,
  numa_valid_node,
  PG_reserved,
  pagesPerSection,
  type Region,
  type RunMap,
  row,
  runs,
  ULONG_MAX,
  ZONE_NAMES,
} from '../../machine/index.ts';
import { hex } from '../format.ts';
import type { ReachedStage } from './recorder.ts';
import type { PageblockRun, ReportRegion, ReportStage, ReportZone } from './types.ts';

/** memblock's flags by name, in the order in which they are listed. */
export const REGION_FLAGS: readonly (readonly [string, number])[] = [
  ['HOTPLUG', MEMBLOCK_HOTPLUG],
  ['MIRROR', MEMBLOCK_MIRROR],
  ['NOMAP', MEMBLOCK_NOMAP],
  ['DRIVER_MANAGED', MEMBLOCK_DRIVER_MANAGED],
  ['RSRV_NOINIT', MEMBLOCK_RSRV_NOINIT],
  ['RSRV_KERN', MEMBLOCK_RSRV_KERN],
  ['KHO_SCRATCH', MEMBLOCK_KHO_SCRATCH],
  ['RSRV_HUGETLB', MEMBLOCK_RSRV_HUGETLB],
];

function regionOf(machine: Machine, region: Region): ReportRegion {
  return {
    base: hex(region.base),
    size: hex(region.size),
    nid: numa_valid_node(machine.memblock, region.nid) ? region.nid : null,
    flags: REGION_FLAGS.filter(([, bit]) => (region.flags & bit) !== 0).map(([name]) => name),
  };
}

/** Pages of a map whose value passes a test. O(changes). */
function pagesWhere<V>(map: RunMap<V>, test: (value: V) => boolean): number {
  let pages = 0;
  for (const run of runs(map)) if (test(run.value)) pages += run.end - run.start;
  return pages;
}

/** Migratetypes of all pageblocks up to the end of the last section that is present; see PageblockRun. */
export function pageblockRuns(machine: Machine): PageblockRun[] {
  const blocks = pagesPerSection(machine.config) / 2 ** machine.config.pageblockOrder;
  const out: [number, number, number][] = [];
  const add = (first: number, end: number, mt: number) => {
    const last = out.at(-1);
    if (last?.[2] === mt) last[1] = end;
    else out.push([first, end, mt]);
  };
  for (const section of runs(machine.sections)) {
    const [first, end] = [section.start * blocks, section.end * blocks];
    if (section.value !== 1) add(first, end, -1);
    else
      for (const run of runs(machine.pageblocks, first, end))
        add(run.start, run.end, run.value === NEVER_SET ? -2 : run.value);
  }
  if (out.at(-1)?.[2] === -1) out.pop();
  return out;
}

function pageblockCounts(machine: Machine): Record<string, number> {
  const out: Record<string, number> = { MOVABLE: 0, CMA: 0, UNMOVABLE: 0, never: 0 };
  for (const [first, end, mt] of pageblockRuns(machine)) {
    if (mt === -1) continue;
    const name = mt === -2 ? 'never' : (MIGRATETYPE_NAMES[mt] ?? String(mt));
    out[name] = (out[name] ?? 0) + end - first;
  }
  return out;
}

/** Numbers of free blocks by zone reference number, migratetype name and order. */
function freeLists(machine: Machine): Map<number, Record<string, number[]>> {
  const out = new Map<number, Record<string, number[]>>();
  for (const [key, list] of Object.entries(machine.buddy.lists)) {
    const [zone = 0, order = 0, mt = 0] = key.split('/').map(Number);
    // lists of a CPU are no lists of the zone
    if (mt >= MIGRATETYPE_NAMES.length) continue;
    const types = out.get(zone) ?? {};
    const name = MIGRATETYPE_NAMES[mt] ?? String(mt);
    const orders = types[name] ?? new Array<number>(machine.config.maxPageOrder + 1).fill(0);
    orders[order] = list.count;
    types[name] = orders;
    out.set(zone, types);
  }
  return out;
}

const figure = (fields: Fields, name: string): number => Number(fields[name] ?? 0);

function zoneOf(at: number, fields: Fields, free: Record<string, number[]>): ReportZone {
  return {
    node: at >> 3,
    zone: ZONE_NAMES[at & 7] ?? String(at & 7),
    start_pfn: figure(fields, 'zone_start_pfn'),
    spanned: figure(fields, 'spanned_pages'),
    present: figure(fields, 'present_pages'),
    managed: figure(fields, 'managed_pages'),
    cma_pages: figure(fields, 'cma_pages'),
    contiguous: fields.contiguous === true,
    free,
  };
}

/** Zones with pages, and any other that something was counted or freed into. */
function zonesOf(machine: Machine): ReportZone[] {
  const free = freeLists(machine);
  const numbers = names(machine.table, 'zone').map(Number);
  const out: ReportZone[] = [];
  for (const at of numbers.sort((a, b) => a - b)) {
    const fields = row(machine.table, 'zone', at) ?? {};
    const used = figure(fields, 'present_pages') > 0 || figure(fields, 'managed_pages') !== 0 || free.has(at);
    if (used) out.push(zoneOf(at, fields, free.get(at) ?? {}));
  }
  return out;
}

/** Numbers of the nodes that have a descriptor, ascending. */
export function nodeNumbers(machine: Machine): number[] {
  const numbers = names(machine.table, 'pglist_data').map(Number);
  return numbers.sort((a, b) => a - b);
}

function nodesOf(machine: Machine): ReportStage['nodes'] {
  return nodeNumbers(machine).map((node) => {
    const first = Number(row(machine.table, 'pglist_data', node)?.first_deferred_pfn ?? 0);
    return { node, first_deferred_pfn: first === ULONG_MAX ? null : first };
  });
}

/** The figures of a stage. */
export function stageOf(reached: ReachedStage): ReportStage {
  const { machine } = reached.state;
  return {
    name: reached.name,
    at: `#${reached.at}`,
    totalram_pages: Number(row(machine.table, 'var', 0)?.totalram_pages ?? 0),
    nodes: nodesOf(machine),
    zones: zonesOf(machine),
    pages: {
      initialised: pagesWhere(machine.inits, (n) => n > 0),
      initialised_more_than_once: pagesWhere(machine.inits, (n) => n > 1),
      reserved: pagesWhere(machine.memmap, (p) => p !== null && !isPoisoned(p) && (p.flags & PG_reserved) !== 0n),
      freed: reached.freed,
    },
    pageblocks: pageblockCounts(machine),
    memblock: {
      memory: machine.memblock.memory.regions.map((region) => regionOf(machine, region)),
      reserved: machine.memblock.reserved.regions.map((region) => regionOf(machine, region)),
    },
  };
}
