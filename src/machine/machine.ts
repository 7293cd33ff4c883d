// The simulated machine of one boot: memory, struct pages, allocator, console. Plain immutable data; effects.ts holds the
// only writer. Knows nothing of code or threads.
import { type Buddy, blockKind } from './buddy.ts';
import type { Config } from './config.ts';
import { type Hash, hashNumber, mix, plus } from './hash.ts';
import { emptyMemblock, type Memblock, type MemblockType } from './memblock.ts';
import { initialisedPage, type Page, POISON, pageKind, ZERO } from './page.ts';
import { type PhysPage, physKind } from './phys.ts';
import { type Run, type RunMap, runHash, runMap, runs, type ValueKind } from './run-map.ts';
import { EMPTY_TABLE, row, type Table } from './table.ts';
import type { TextList } from './text-list.ts';

/** One range of the firmware's memory map; bytes, half-open with `start + size`. */
export interface FirmwareRange {
  readonly start: number;
  readonly size: number;
  readonly node: number;
  readonly type: 'ram' | 'reserved' | 'soft-reserved';
}

/**
 * What the previous kernel hands over; addresses in bytes, null = none. `scratch` holds the areas where no array of them lies
 * in memory, and `radixRoot` the root where no FDT does.
 */
export interface Handover {
  readonly scratch: readonly { readonly start: number; readonly size: number }[];
  readonly preserved: readonly { readonly start: number; readonly order: number }[];
  readonly radixRoot: number;
  readonly scratchArray: number | null;
  readonly nrScratch: number;
  readonly fdt: number | null;
}

/** What the loader has put into memory before the kernel runs; `kern`: a kernel allocation (RSRV_KERN). */
export interface LoaderRange {
  readonly start: number;
  readonly size: number;
  readonly kern: boolean;
}

/** One call into memblock by parts of the kernel that are not simulated, in the order in which they make them. */
export interface EarlyCall {
  /** the function during which it happens */
  readonly in: string;
  /** the memblock function that is called */
  readonly call: string;
  readonly size: number;
  readonly align: number;
  readonly node: number;
  readonly from: number;
  readonly max: number;
  /** start of what is reserved or freed; null: of an allocation, or given by `of` */
  readonly base: number | null;
  /** number of the allocation of which a part is freed, from `offset` on */
  readonly of: number | null;
  readonly offset: number;
  /** symbol of the caller */
  readonly by: string;
}

/** What is there before the kernel runs, and never changes: firmware map, processors, handover, what the loader reserved. */
export interface Hardware {
  readonly memory: readonly FirmwareRange[];
  readonly nodes: readonly { readonly node: number; readonly cpus: number }[];
  readonly handover: Handover | null;
  readonly reserved: readonly LoaderRange[];
  readonly early: readonly EarlyCall[];
  /** by function that asks: the pages (physical addresses) that the buddy gave it, in order */
  readonly placements: Readonly<Record<string, readonly number[]>>;
  /** false: nobody allocates from the buddy, and the kernel prepares no handover of its own */
  readonly outgoing: boolean;
  /** bits of a bitmap of preserved pages; absent in a kernel that keeps them in a radix tree */
  readonly bitmapBits?: number;
  /** the struct pages that the previous kernel left in RAM, and where; null when no kernel was simulated before */
  readonly left: LeftBehind | null;
}

/** Struct pages of a previous kernel; `at`: by section, where in RAM they lie. */
export interface LeftBehind {
  readonly memmap: RunMap<Page | null>;
  readonly at: ReadonlyMap<number, number>;
}

/** All state of the simulated machine. Maps by pfn or pageblock number; see the modules for their values. */
export interface Machine {
  readonly config: Config;
  readonly hardware: Hardware;
  readonly memblock: Memblock;
  /** 1 for each sparsemem section that is present, by section number */
  readonly sections: RunMap<number>;
  /** struct pages by pfn; null = no memory backs the struct page */
  readonly memmap: RunMap<Page | null>;
  /** how often __init_single_page() ran on the page in this boot: 0, 1, or 2 for more than once */
  readonly inits: RunMap<number>;
  /** migratetype by pageblock number; NEVER_SET until first written (reads as MIGRATE_UNMOVABLE) */
  readonly pageblocks: RunMap<number>;
  readonly buddy: Buddy;
  /** contents of pages by pfn, where the kernel keeps something in them */
  readonly phys: RunMap<PhysPage | null>;
  /** node and zone descriptors, kernel variables, structs on stacks and heap */
  readonly table: Table;
  readonly console: TextList;
  /** serial number of the last struct on the heap */
  readonly serial: number;
}

/** Value of `pageblocks` for a pageblock whose type was never written. */
export const NEVER_SET = -1;

const count: ValueKind<number> = { same: (a, b) => a === b, hash: (n) => hashNumber(n) };

/** One past the last pfn of the firmware's map, and at least one section. */
export function endPfn(hardware: Hardware, config: Config): number {
  let end = 2 ** (config.sectionSizeBits - config.pageShift);
  for (const range of hardware.memory) {
    end = Math.max(end, Math.ceil((range.start + range.size) / 2 ** config.pageShift));
  }
  return end;
}

/** Pages of one sparsemem section. */
export function pagesPerSection(config: Config): number {
  return 2 ** (config.sectionSizeBits - config.pageShift);
}

/** The machine as the boot loader leaves it. `phys`: physical contents that survived kexec. */
export function makeMachine(config: Config, hardware: Hardware, phys: RunMap<PhysPage | null> | null = null): Machine {
  const section = pagesPerSection(config);
  const pages = Math.ceil(endPfn(hardware, config) / section) * section;
  return {
    config,
    hardware,
    memblock: emptyMemblock({ max_numnodes: 2 ** config.nodesShift, page_size: 2 ** config.pageShift }),
    sections: runMap(pages / section, 0, count),
    memmap: runMap<Page | null>(pages, null, pageKind),
    inits: runMap(pages, 0, count),
    pageblocks: runMap(pages / 2 ** config.pageblockOrder, NEVER_SET, count),
    buddy: { blocks: runMap(pages, null, blockKind), lists: {} },
    phys: phys ?? runMap<PhysPage | null>(pages, null, physKind),
    table: EMPTY_TABLE,
    console: null,
    serial: 0,
  };
}

/** Node of a pfn by the firmware's map, 0 where there is none. */
export function firmwareNode(hardware: Hardware, config: Config, pfn: number): number {
  const phys = pfn * 2 ** config.pageShift;
  return hardware.memory.find((r) => phys >= r.start && phys < r.start + r.size)?.node ?? 0;
}

/** Bytes of a struct page. */
const STRUCT_PAGE = 64;

/** Where the struct pages of each present section lie, as far as the scenario's early calls say so. */
export function vmemmapOf(m: Machine): Map<number, number> {
  const size = pagesPerSection(m.config) * STRUCT_PAGE;
  const blocks = m.hardware.early.flatMap((call, i) =>
    call.by.startsWith('memmap_alloc') && call.size === size ? [Number(row(m.table, 'early_call', i)?.addr ?? 0)] : [],
  );
  const sections: number[] = [];
  for (const run of runs(m.sections)) if (run.value === 1) for (let s = run.start; s < run.end; s++) sections.push(s);
  return new Map(sections.flatMap((section, i) => (blocks[i] ? [[section, blocks[i]] as const] : [])));
}

/** The pfn whose struct page the previous kernel had where this kernel has that of `pfn`; null: none. */
export function leftPfn(m: Machine, left: LeftBehind, pfn: number): number | null {
  const size = pagesPerSection(m.config);
  const at = vmemmapOf(m).get(Math.floor(pfn / size));
  const old = at === undefined ? undefined : [...left.at].find(([, phys]) => phys === at)?.[0];
  return old === undefined ? null : old * size + (pfn % size);
}

/** Struct pages of a section as the previous kernel left them there; zeroes where it had none. */
export function leftPages(m: Machine, left: LeftBehind, start: number, end: number): readonly Run<Page | null>[] {
  const size = pagesPerSection(m.config);
  const section = Math.floor(start / size);
  const at = vmemmapOf(m).get(section);
  const old = [...left.at].find(([, phys]) => phys === at)?.[0];
  if (at === undefined || old === undefined) return [{ start, end, value: ZERO }];
  const shift = (old - section) * size;
  return [...runs(left.memmap, start + shift, end + shift)].map((run) => ({
    start: run.start - shift,
    end: run.end - shift,
    value: run.value ?? ZERO,
  }));
}

/**
 * What backed but uninitialised struct pages hold. `stale`: the previous kernel's initialised page of the same pfn, with
 * the node the firmware gives it and zone by address (x86-64 zone limits).
 */
export function fillPage(machine: Machine, pfn: number): Page {
  if (machine.config.fill === 'poison') return POISON;
  // nobody was there before a cold boot
  if (machine.config.fill === 'zero' || machine.hardware.handover === null) return ZERO;
  const zid = pfn < 4096 ? 0 : pfn < 1048576 ? 1 : 2;
  return initialisedPage(machine.config, firmwareNode(machine.hardware, machine.config, pfn), zid);
}

function hashRegions(type: MemblockType): Hash {
  let h: Hash = type.max;
  for (const r of type.regions) {
    h = mix(plus(hashNumber(r.base), mix(hashNumber(r.size), r.nid)), Math.trunc(h % 2 ** 31) ^ r.flags);
  }
  return h;
}

/** Key of the machine's whole content within one boot: equal machines have equal keys. */
export function machineHash(m: Machine): Hash {
  let h = runHash(m.memmap);
  const add = (part: Hash) => {
    h = mix(plus(h, part), 11);
  };
  add(runHash(m.inits));
  add(runHash(m.pageblocks));
  add(runHash(m.buddy.blocks));
  add(runHash(m.phys));
  add(runHash(m.sections));
  add(m.table.hash);
  add(m.console?.hash ?? 0);
  add(hashRegions(m.memblock.memory));
  add(hashRegions(m.memblock.reserved));
  add((m.memblock.kho_scratch_only ? 1 : 0) + (m.memblock.bottom_up ? 2 : 0) + (m.memblock.can_resize ? 4 : 0));
  add(m.serial);
  return h;
}
