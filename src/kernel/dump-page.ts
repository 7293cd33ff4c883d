// dump_page(): a struct page as the kernel prints it (mm/debug.c, __dump_page(), v7.3). Used by faults and by the debugger.
import {
  type Config,
  flagsNid,
  flagsZid,
  isPoisoned,
  type Machine,
  PAGE_FLAGS,
  PAGE_TYPE_NONE,
  type Page,
  PG_head,
  pageAddress,
  runGet,
  SELF,
} from '../machine/index.ts';

const hex = (n: bigint, digits = 0) => BigInt.asUintN(64, n).toString(16).padStart(digits, '0');
const word32 = (n: number) => BigInt.asUintN(32, BigInt(n));

const TYPE_NAMES: Readonly<Record<number, string>> = {
  240: 'buddy',
  241: 'offline',
  242: 'table',
  243: 'guard',
  244: 'hugetlb',
  245: 'slab',
  247: 'unaccepted',
};

/** The neighbours of a free block on its list give words 1 and 2; else what is stored, self-links as addresses. */
function listWords(m: Machine, pfn: number, page: Page): readonly [bigint, bigint] {
  const own = pageAddress(pfn) + 8n;
  const block = runGet(m.buddy.blocks, pfn);
  const link = (to: number) => (to < 0 ? own : pageAddress(to) + 8n);
  if (block !== null) return [link(block.next), link(block.prev)];
  return [page.lru_next === SELF ? own : page.lru_next, page.lru_prev === SELF ? own : page.lru_prev];
}

/** The eight raw 64-bit words of a struct page. */
export function rawWords(m: Machine, pfn: number, page: Page): readonly bigint[] {
  const [next, prev] = listWords(m, pfn, page);
  const counts = word32(page.page_type) | (word32(page._refcount) << 32n);
  return [page.flags, next, prev, page.mapping, page.index, page.private, counts, page.memcg_data];
}

/** %pGp: `0x100000000002000(reserved|node=0|zone=1)`. */
export function flagsText(config: Config, flags: bigint): string {
  const names = PAGE_FLAGS.filter(([, bit]) => (flags & bit) !== 0n).map(([name]) => name);
  return `0x${hex(flags)}(${[...names, `node=${flagsNid(config, flags)}`, `zone=${flagsZid(config, flags)}`].join('|')})`;
}

function typeLine(page: Page): string[] {
  const type = page.page_type >>> 24;
  if (page.page_type === PAGE_TYPE_NONE || TYPE_NAMES[type] === undefined) return [];
  return [`page_type: ${type.toString(16)}(${TYPE_NAMES[type]})`];
}

/** The lines of dump_page(page, reason); without a reason the last line is left out. */
export function dumpPage(m: Machine, pfn: number, reason: string | null): string[] {
  const because = reason === null ? [] : [`page dumped because: ${reason}`];
  const page = runGet(m.memmap, pfn);
  if (page === null) return ['page:(____ptrval____) is not backed by memory', ...because];
  if (isPoisoned(page)) return ['page:(____ptrval____) is uninitialized and poisoned', ...because];
  const words = rawWords(m, pfn, page);
  const typed = page.page_type !== PAGE_TYPE_NONE && TYPE_NAMES[page.page_type >>> 24] !== undefined;
  const mapcount = typed ? 0 : (page.page_type | 0) + 1;
  const block = Math.floor(pfn / 2 ** m.config.pageblockOrder);
  const cma = runGet(m.pageblocks, block) === 4 ? ' CMA' : '';
  const index = hex(page.index);
  const raw = (list: readonly bigint[]) => list.map((w) => hex(w, 16)).join(' ');
  const large = (page.flags & PG_head) !== 0n && runGet(m.memmap, pfn + 1) !== null;
  const tail = large ? runGet(m.memmap, pfn + 1) : null;
  const head =
    tail === null
      ? []
      : [`head: order:${BigInt.asUintN(8, tail.flags)} mapcount:0 entire_mapcount:0 nr_pages_mapped:0 pincount:0`];
  return [
    `page: refcount:${page._refcount} mapcount:${mapcount} mapping:${hex(page.mapping, 16)} index:0x${index} pfn:0x${pfn.toString(16)}`,
    ...head,
    `flags: ${flagsText(m.config, page.flags)}${cma}`,
    ...typeLine(page),
    `raw: ${raw(words.slice(0, 4))}`,
    `raw: ${raw(words.slice(4))}`,
    ...(tail === null ? [] : headLines(m, pfn, raw)),
    ...because,
  ];
}

function headLines(m: Machine, pfn: number, raw: (list: readonly bigint[]) => string): string[] {
  const lines: string[] = [];
  for (const at of [pfn, pfn + 1]) {
    const page = runGet(m.memmap, at);
    if (page === null) continue;
    const words = rawWords(m, at, page);
    lines.push(`head: ${raw(words.slice(0, 4))}`, `head: ${raw(words.slice(4))}`);
  }
  return lines;
}
