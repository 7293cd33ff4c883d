// What invariants know of a machine beside its state: preserved blocks and scratch as pages, where memory lies, which zone
// spans a page. Knows no invariant.
import {
  flagsNid,
  flagsZid,
  type Machine,
  MEMBLOCK_RSRV_NOINIT,
  type Page,
  type Region,
  row,
  runGet,
  ZONE_NAMES,
  zoneAt,
} from '../../machine/index.ts';
import { hex } from '../format.ts';
import { keepsBitmaps, moreRoots, readPreserved, readTree, scratchAreas } from '../kho-memory.ts';
import { khoOrder } from '../kho-page.ts';

/** A block that was handed over, in pfns, half-open. */
export interface Block {
  readonly start: number;
  readonly end: number;
  readonly order: number;
}

/** What the handover says, as far as the kernel knows of it. */
export interface Facts {
  /** by address; blocks can lie within one another */
  readonly preserved: readonly Block[];
  /** none in a boot that nobody handed over to, or that refused it: there scratch gets its type late */
  readonly scratch: readonly { readonly start: number; readonly end: number }[];
  /** pages of the largest block */
  readonly largest: number;
}

/** The facts of a machine; found again only when another handover, tree or scratch array is there. */
export function factsReader(): (machine: Machine) => Facts {
  let known: { hardware: Machine['hardware']; root: number; count: number; facts: Facts } | null = null;
  return (machine) => {
    const { hardware, table } = machine;
    const root = Number(row(table, 'kho_radix_tree', 'kho_in')?.root ?? 0);
    const count = Number(row(table, 'var', 0)?.kho_scratch_cnt ?? 0);
    if (known?.hardware !== hardware || known.root !== root || known.count !== count)
      known = { hardware, root, count, facts: factsOf(machine, root) };
    return known.facts;
  };
}

/** What was handed over: as the scenario lists it, or as the kernel finds it. A list of bitmaps needs no finding. */
function handedBlocks(machine: Machine, root: number): Block[] {
  const { hardware, config } = machine;
  const size = 2 ** config.pageShift;
  const listed = hardware.handover?.preserved ?? [];
  if (root !== 0) {
    const trees = [root, ...moreRoots(machine)].map((at) => readTree(machine, at));
    return trees.flatMap(({ blocks }) => blocks.map(({ start, order }) => blockAt(start, order)));
  }
  if (listed.length === 0 && keepsBitmaps(machine))
    return readPreserved(machine, 'in').blocks.map(({ start, order }) => blockAt(start, order));
  return listed.map(({ start, order }) => blockAt(start / size, order));
}

function factsOf(machine: Machine, root: number): Facts {
  const { memmap, hardware } = machine;
  const preserved = handedBlocks(machine, root)
    .filter(({ end }) => end <= 2 ** memmap.bits)
    .sort((a, b) => a.start - b.start);
  const revived = row(machine.table, 'kho_in', 0)?.fdt === true;
  const scratch = hardware.handover === null || !revived ? [] : scratchPages(machine);
  return { preserved, scratch, largest: preserved.reduce((most, b) => Math.max(most, b.end - b.start), 0) };
}

const blockAt = (start: number, order: number): Block => ({ start, end: start + 2 ** order, order });

function scratchPages(machine: Machine): Facts['scratch'] {
  const size = 2 ** machine.config.pageShift;
  return scratchAreas(machine).map((area) => ({
    start: Math.floor(area.start / size),
    end: Math.ceil((area.start + area.size) / size),
  }));
}

/** Index of the first item of an ascending list that passes a test which stays true, or the list's length. */
function firstWhere<T>(list: readonly T[], test: (item: T) => boolean): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (test(list[middle] as T)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The preserved blocks that share a page with [start, end). */
export function blocksIn({ preserved, largest }: Facts, start: number, end: number): Block[] {
  const out: Block[] = [];
  for (let i = firstWhere(preserved, (block) => block.start > start - largest); i < preserved.length; i++) {
    const block = preserved[i] as Block;
    if (block.start >= end) break;
    if (block.end > start) out.push(block);
  }
  return out;
}

/** The region of a sorted array that holds an address, or the first one after it; undefined past the last. */
export function regionFrom(regions: readonly Region[], phys: number): Region | undefined {
  return regions[firstWhere(regions, (region) => region.base + region.size > phys)];
}

const inside = (region: Region | undefined, phys: number): region is Region =>
  region !== undefined && region.base <= phys;

/** Is the page memory, by memblock? */
export function isMemory({ memblock, config }: Machine, pfn: number): boolean {
  const phys = pfn * 2 ** config.pageShift;
  return inside(regionFrom(memblock.memory.regions, phys), phys);
}

/** Is the page in a reserved region that has these flags? */
export function isReserved({ memblock, config }: Machine, pfn: number, flags = 0): boolean {
  const phys = pfn * 2 ** config.pageShift;
  const region = regionFrom(memblock.reserved.regions, phys);
  return inside(region, phys) && (region.flags & flags) === flags;
}

/** How many reserved regions have a part of the page: 0, 1, or 2 for more. Their borders need not be those of pages. */
export function reservationsOn({ memblock, config }: Machine, pfn: number): number {
  const { regions } = memblock.reserved;
  const size = 2 ** config.pageShift;
  const first = firstWhere(regions, (region) => region.base + region.size > pfn * size);
  const here = [regions[first], regions[first + 1]].filter((region) => region && region.base < (pfn + 1) * size);
  return here.length;
}

/** How much of [start, end), in bytes, lies in reserved regions with RSRV_NOINIT. */
export function noinitBytes(regions: readonly Region[], start: number, end: number): number {
  let sum = 0;
  for (let i = firstWhere(regions, (r) => r.base + r.size > start); i < regions.length; i++) {
    const region = regions[i] as Region;
    if (region.base >= end) break;
    if ((region.flags & MEMBLOCK_RSRV_NOINIT) === 0) continue;
    sum += Math.min(end, region.base + region.size) - Math.max(start, region.base);
  }
  return sum;
}

/** Contents of a struct page; null outside the machine and where nothing backs it. */
export function pageOf(machine: Machine, pfn: number): Page | null {
  return pfn >= 0 && pfn < 2 ** machine.memmap.bits ? runGet(machine.memmap, pfn) : null;
}

/** Is the block reserved for KHO, whatever its struct pages say? */
export function inForce(machine: Machine, block: Block): boolean {
  return isReserved(machine, block.start, MEMBLOCK_RSRV_NOINIT);
}

/** Is the block preserved and not yet restored? What an earlier kernel left in a struct page does not count. */
export function isOwned(machine: Machine, block: Block): boolean {
  if (khoOrder(pageOf(machine, block.start)) !== block.order) return false;
  return runGet(machine.inits, block.start) > 0 || inForce(machine, block);
}

/** May the block have been restored? Not while nobody has initialised its first struct page, or given it a count. */
export function mayBeRestored(machine: Machine, block: Block): boolean {
  if (isOwned(machine, block)) return false;
  return runGet(machine.inits, block.start) > 0 || pageOf(machine, block.start)?._refcount === 1;
}

/** Node and zone that a struct page must name, and up to where pages must name the same. */
export interface Links {
  readonly nid: number;
  readonly zid: number;
  readonly end: number;
}

/** The pfns that a zone spans; null when it is empty or none. */
export function zoneSpan(machine: Machine, nid: number, zid: number): { start: number; end: number } | null {
  const fields = row(machine.table, 'zone', zoneAt(nid, zid));
  const spanned = Number(fields?.spanned_pages ?? 0);
  if (spanned === 0) return null;
  const start = Number(fields?.zone_start_pfn);
  return { start, end: start + spanned };
}

function zoneOnNode(machine: Machine, nid: number, pfn: number): Links | null {
  for (let zid = 0; zid < machine.config.maxNrZones; zid++) {
    const span = zoneSpan(machine, nid, zid);
    if (span !== null && pfn >= span.start && pfn < span.end) return { nid, zid, end: span.end };
  }
  return null;
}

/**
 * Memory names the zone of its node that spans it. A hole is initialised to name what the memory after it names, or past the last memory what
 * that names: mm/mm_init.c, memmap_init(), v7.3. Null before there are zones.
 */
export function linksAt(machine: Machine, pfn: number): Links | null {
  const size = 2 ** machine.config.pageShift;
  const { regions } = machine.memblock.memory;
  const region = regionFrom(regions, pfn * size);
  if (region === undefined) {
    const last = regions.at(-1);
    if (last === undefined) return null;
    const links = zoneOnNode(machine, last.nid, Math.floor((last.base + last.size) / size) - 1);
    return links === null ? null : { ...links, end: Number.POSITIVE_INFINITY };
  }
  const start = Math.ceil(region.base / size);
  if (pfn < start) {
    const links = zoneOnNode(machine, region.nid, start);
    return links === null ? null : { ...links, end: start };
  }
  const links = zoneOnNode(machine, region.nid, pfn);
  const end = Math.max(pfn + 1, Math.floor((region.base + region.size) / size));
  return links === null ? null : { ...links, end: Math.min(links.end, end) };
}

/** Node and zone number that a flags word names. */
export const linksOf = ({ config }: Machine, flags: bigint): { nid: number; zid: number } => ({
  nid: flagsNid(config, flags),
  zid: flagsZid(config, flags),
});

/** `zone(0, DMA32)` */
export const zoneText = (nid: number, zid: number): string => `zone(${nid}, ${ZONE_NAMES[zid] ?? zid})`;

/** `page(0x18000)`, `pages 0x18000..0x18200` */
export const pagesText = (start: number, end: number): string =>
  end - start > 1 ? `pages ${hex(start)}..${hex(end)}` : `page(${hex(start)})`;
