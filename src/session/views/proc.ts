// /proc/buddyinfo, /proc/pagetypeinfo and /proc/zoneinfo of the simulated machine, in the kernel's columns (mm/vmstat.c, v7.3).
// A line of zoneinfo that has no counter in the model is left out. Knows nothing of panes.
import {
  flagsNid,
  flagsZid,
  freeCount,
  type Machine,
  names,
  type Page,
  row,
  runFind,
  runs,
  type Value,
  ZONE_NAMES,
} from '../../machine/index.ts';
import type { LinesView, ProcName } from '../view.ts';
import { squeezed } from './squeeze.ts';

interface Zone {
  readonly at: number;
  readonly nid: number;
  readonly zid: number;
  readonly fields: Readonly<Record<string, Value>>;
}

const TYPES = ['Unmovable', 'Movable', 'Reclaimable', 'HighAtomic', 'CMA', 'Isolate'];
const ISOLATE = 5;
/** pagetypeinfo stops counting a list here, and says so with a `>`. */
const MOST_COUNTED = 100000;
/** What all three show as long as free_area_init() has made no zone. */
const NO_ZONES = ['no zones before free_area_init'];

function allZones(m: Machine): Zone[] {
  return names(m.table, 'zone')
    .map(Number)
    .filter((at) => (at & 7) < m.config.maxNrZones)
    .sort((a, b) => a - b)
    .map((at) => ({ at, nid: at >> 3, zid: at & 7, fields: row(m.table, 'zone', at) ?? {} }));
}

const field = (zone: Zone, name: string) => Number(zone.fields[name] ?? 0);
const populated = (zone: Zone) => field(zone, 'present_pages') > 0;

/** Zones that have memory, by node and zone; the kernel calls them populated. */
export const populatedZones = (m: Machine): Zone[] => allZones(m).filter(populated);

const orders = (m: Machine) => Array.from({ length: m.config.maxPageOrder + 1 }, (_, order) => order);

/** `Node 0, zone    DMA32`: how all three begin a zone. */
export const zoneHead = (nid: number, zid: number) => `Node ${nid}, zone ${(ZONE_NAMES[zid] ?? '').padStart(8)}`;

function freeOf(m: Machine, zone: Zone, order: number): number {
  return TYPES.reduce((sum, _title, mt) => sum + freeCount(m.buddy, zone.at, order, mt), 0);
}

/** /proc/buddyinfo: free blocks of each order. */
export function buddyinfo(m: Machine): string[] {
  const zones = populatedZones(m);
  if (zones.length === 0) return NO_ZONES;
  return zones.map((zone) => {
    const counts = orders(m).map((order) => `${String(freeOf(m, zone, order)).padStart(6)} `);
    return `${zoneHead(zone.nid, zone.zid)} ${counts.join('')}`;
  });
}

function typeCounts(m: Machine, zone: Zone): string[] {
  return TYPES.map((title, mt) => {
    const counts = orders(m).map((order) => {
      const n = freeCount(m.buddy, zone.at, order, mt);
      return `${n >= MOST_COUNTED ? '>' : ''}${String(Math.min(n, MOST_COUNTED)).padStart(6)} `;
    });
    const head = `Node ${String(zone.nid).padStart(4)}, zone ${(ZONE_NAMES[zone.zid] ?? '').padStart(8)}`;
    return `${head}, type ${title.padStart(12)} ${counts.join('')}`;
  });
}

/** The stretches of a zone's span whose struct pages say that they belong to it; page_zone() decides in the kernel, too. */
function ownStretches(m: Machine, zone: Zone, start: number, end: number): { start: number; end: number }[] {
  const own = (page: Page | null) =>
    page !== null && flagsNid(m.config, page.flags) === zone.nid && flagsZid(m.config, page.flags) === zone.zid;
  const out: { start: number; end: number }[] = [];
  for (let at = start; at < end; ) {
    const first = runFind(m.memmap, at, end, own);
    if (first === end) break;
    at = runFind(m.memmap, first, end, (page) => !own(page));
    out.push({ start: first, end: at });
  }
  return out;
}

/** Pageblocks of a zone by type. The kernel looks at one pfn a block, from the zone's first pfn on. */
function blockCounts(m: Machine, zone: Zone): number[] {
  const size = 2 ** m.config.pageblockOrder;
  const counts = TYPES.map(() => 0);
  const start = field(zone, 'zone_start_pfn');
  const first = Math.floor(start / size);
  for (const part of ownStretches(m, zone, start, start + field(zone, 'spanned_pages'))) {
    const from = first + Math.ceil((part.start - start) / size);
    const to = first + Math.ceil((part.end - start) / size);
    for (const run of from < to ? runs(m.pageblocks, from, to) : []) {
      const type = Math.max(0, run.value);
      counts[type] = (counts[type] ?? 0) + run.end - run.start;
    }
  }
  return counts;
}

function pagetypeinfoOf(m: Machine, zones: readonly Zone[]): string[] {
  const title = 'Free pages count per migrate type at order'.padEnd(43);
  return [
    `Page block order: ${m.config.pageblockOrder}`,
    `Pages per block:  ${2 ** m.config.pageblockOrder}`,
    '',
    `${title} ${orders(m)
      .map((order) => `${String(order).padStart(6)} `)
      .join('')}`,
    ...zones.flatMap((zone) => typeCounts(m, zone)),
    '',
    `${'Number of blocks type'.padEnd(23)}${TYPES.map((type) => `${type.padStart(12)} `).join('')}`,
    ...zones.map((zone) => {
      const counts = blockCounts(m, zone).map((n) => `${String(n).padStart(12)} `);
      return `${zoneHead(zone.nid, zone.zid)} ${counts.join('')}`;
    }),
  ];
}

/** /proc/pagetypeinfo: free blocks and pageblocks by migratetype, one part for each node. */
export function pagetypeinfo(m: Machine): string[] {
  const zones = populatedZones(m);
  const nodes = [...new Set(zones.map((zone) => zone.nid))];
  if (nodes.length === 0) return NO_ZONES;
  return nodes.flatMap((nid) =>
    pagetypeinfoOf(
      m,
      zones.filter((zone) => zone.nid === nid),
    ),
  );
}

/** NR_FREE_PAGES_BLOCKS: free pages in blocks of a pageblock or more, isolated ones not counted. */
function freeInBlocks(m: Machine, zone: Zone): number {
  let pages = 0;
  for (let order = m.config.pageblockOrder; order <= m.config.maxPageOrder; order++)
    for (let mt = 0; mt < ISOLATE; mt++) pages += freeCount(m.buddy, zone.at, order, mt) * 2 ** order;
  return pages;
}

const stat = (name: string, value: number) => `      ${name.padEnd(12)} ${value}`;

function zoneinfoOf(m: Machine, zone: Zone): string[] {
  const lines = [
    zoneHead(zone.nid, zone.zid),
    `  pages free     ${field(zone, 'nr_free_pages')}`,
    `        spanned  ${field(zone, 'spanned_pages')}`,
    `        present  ${field(zone, 'present_pages')}`,
    `        managed  ${field(zone, 'managed_pages')}`,
    `        cma      ${field(zone, 'cma_pages')}`,
  ];
  if (!populated(zone)) return lines;
  return [
    ...lines,
    stat('nr_free_pages', field(zone, 'nr_free_pages')),
    stat('nr_free_pages_blocks', freeInBlocks(m, zone)),
    stat('nr_free_cma', field(zone, 'nr_free_cma_pages')),
    `  start_pfn:           ${field(zone, 'zone_start_pfn')}`,
  ];
}

/** /proc/zoneinfo, the lines that the model has counters for; empty zones are printed, too. */
export function zoneinfo(m: Machine): string[] {
  const zones = allZones(m);
  return zones.length === 0 ? NO_ZONES : zones.flatMap((zone) => zoneinfoOf(m, zone));
}

const FILES: Readonly<Record<ProcName, (m: Machine) => string[]>> = { buddyinfo, pagetypeinfo, zoneinfo };

/** One of the three with a form for narrow panes beside it, line for line. */
export function procView(m: Machine, name: ProcName): LinesView {
  const lines = FILES[name](m);
  return { lines, narrow: name === 'zoneinfo' ? lines : squeezed(lines) };
}
