// apply(): the only writer of the machine. Effects are data, one kind per thing that can happen to memory.
import { addFree, deleteFree } from './buddy.ts';
import { fillPage, leftPages, type Machine } from './machine.ts';
import type { Memblock } from './memblock.ts';
import { initialisedPage, type Page, type PageFields, PG_ALL, withFields } from './page.ts';
import type { PhysPage } from './phys.ts';
import { runFind, runSet, runUpdate } from './run-map.ts';
import { pageAt } from './struct-page.ts';
import { type Field, writeField } from './structs.ts';
import { dropRow, type Fields, putRow } from './table.ts';
import { append } from './text-list.ts';
import type { Ref, Value } from './value.ts';

/** What can happen to the machine. pfn and block ranges are half-open. */
export type Effect =
  | { readonly k: 'store'; readonly ref: Ref; readonly field: Field; readonly value: Value }
  | { readonly k: 'init'; readonly start: number; readonly end: number; readonly nid: number; readonly zid: number }
  | { readonly k: 'pages'; readonly start: number; readonly end: number; readonly change: Partial<PageFields> }
  | {
      readonly k: 'page-flags';
      readonly start: number;
      readonly end: number;
      readonly clear: bigint;
      readonly set: bigint;
    }
  | { readonly k: 'section'; readonly section: number }
  | { readonly k: 'back'; readonly start: number; readonly end: number }
  | { readonly k: 'migratetype'; readonly start: number; readonly end: number; readonly migratetype: number }
  | {
      readonly k: 'list';
      readonly pfn: number;
      readonly zone: number;
      readonly order: number;
      readonly migratetype: number;
      readonly tail: boolean;
    }
  | { readonly k: 'unlist'; readonly pfn: number }
  | { readonly k: 'memblock'; readonly memblock: Memblock }
  | { readonly k: 'phys'; readonly pfn: number; readonly page: PhysPage | null }
  | { readonly k: 'new'; readonly struct: string; readonly at: number | string; readonly fields: Fields }
  | { readonly k: 'drop'; readonly struct: string; readonly at: number | string }
  | { readonly k: 'serial' }
  | { readonly k: 'print'; readonly text: string };

/** First pfns of the zones DMA32 and Normal on x86-64, which the previous kernel had too. */
const ZONE_BORDERS = [4096, 1048576];

const twice = (n: number) => (n === 0 ? 1 : 2);

function flagsChanged(page: Page | null, clear: bigint, set: bigint): Page | null {
  return page === null ? null : withFields(page, { flags: (page.flags & ~clear) | set });
}

/** Backs [start, end) with struct pages. What the previous kernel left differs where its nodes and zones meet. */
function back(m: Machine, start: number, end: number): Machine {
  if (m.config.fill !== 'stale') return { ...m, memmap: runSet(m.memmap, start, end, fillPage(m, start)) };
  const { left } = m.hardware;
  if (left !== null) {
    const pages = leftPages(m, left, start, end);
    return { ...m, memmap: pages.reduce((map, run) => runSet(map, run.start, run.end, run.value), m.memmap) };
  }
  const size = 2 ** m.config.pageShift;
  const borders = m.hardware.memory.flatMap((range) => [range.start / size, (range.start + range.size) / size]);
  const inside = [...ZONE_BORDERS, ...borders].filter((pfn) => pfn > start && pfn < end).sort((x, y) => x - y);
  let { memmap } = m;
  let from = start;
  for (const to of [...inside, end]) {
    memmap = runSet(memmap, from, to, fillPage(m, from));
    from = to;
  }
  return { ...m, memmap };
}

/** Faults, as a write would, when a struct page of [start, end) is backed by nothing. */
function expectBacked(m: Machine, start: number, end: number): void {
  if (end - start === 1) pageAt(m, start, 'flags', true);
  else {
    const last = Math.min(end, 2 ** m.memmap.bits);
    const hole = start < 0 ? start : runFind(m.memmap, start, last, (page) => page === null);
    if (hole < end) pageAt(m, hole, 'flags', true);
  }
}

/** The machine after one effect. Throws a KernelFault when it touches a struct page that nothing backs. */
export function apply(m: Machine, e: Effect): Machine {
  switch (e.k) {
    case 'store':
      return writeField(m, e.ref, e.field, e.value);
    case 'init':
      if (e.start >= e.end) return m;
      expectBacked(m, e.start, e.end);
      return {
        ...m,
        memmap: runSet(m.memmap, e.start, e.end, initialisedPage(m.config, e.nid, e.zid)),
        inits: runUpdate(m.inits, e.start, e.end, twice),
      };
    case 'pages':
      expectBacked(m, e.start, e.end);
      return {
        ...m,
        memmap: runUpdate(m.memmap, e.start, e.end, (p) => (p === null ? null : withFields(p, e.change))),
      };
    case 'page-flags': {
      expectBacked(m, e.start, e.end);
      const clear = e.clear & PG_ALL;
      return { ...m, memmap: runUpdate(m.memmap, e.start, e.end, (p) => flagsChanged(p, clear, e.set)) };
    }
    case 'section':
      return { ...m, sections: runSet(m.sections, e.section, e.section + 1, 1) };
    case 'back':
      return back(m, e.start, e.end);
    case 'migratetype':
      return { ...m, pageblocks: runSet(m.pageblocks, e.start, e.end, e.migratetype) };
    case 'list':
      return { ...m, buddy: addFree(m.buddy, e.pfn, e.zone, e.order, e.migratetype, e.tail) };
    case 'unlist':
      return { ...m, buddy: deleteFree(m.buddy, e.pfn) };
    case 'memblock':
      return e.memblock === m.memblock ? m : { ...m, memblock: e.memblock };
    case 'phys':
      return { ...m, phys: runSet(m.phys, e.pfn, e.pfn + 1, e.page) };
    case 'new':
      return { ...m, table: putRow(m.table, e.struct, e.at, e.fields) };
    case 'drop':
      return { ...m, table: dropRow(m.table, e.struct, e.at) };
    case 'serial':
      return { ...m, serial: m.serial + 1 };
    case 'print':
      return { ...m, console: append(m.console, e.text) };
  }
}
