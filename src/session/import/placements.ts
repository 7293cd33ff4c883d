// Where the buddy's pages came from in a real boot, by who asked, in order of asking. Knows nothing of sources.

import { type MemoryRange, type PreservedBlock, splitPages } from '../scenario/index.ts';
import type { Handed, Item, Key } from './observed.ts';

const PAGE = 4096;

/** `boots[].placements`: physical addresses by kernel function. */
export type Placements = Readonly<Record<string, readonly number[]>>;

/** Levels of the tree below its root, and the bits that a level and all below it decide. */
const LEVELS = [4, 3, 2, 1, 0] as const;
const shiftOf = (level: number): bigint => BigInt(15 + 9 * level);

const CHUNK_ENTRIES = 511;

type Block = Pick<Key, 'pfn' | 'order'>;

/** What a handover consists of, with the pages whose owner had to be found by exclusion. */
interface Owners {
  readonly fdt: number | null;
  readonly metadata: number | null;
  readonly chunks: readonly number[];
  readonly table: number | null;
  readonly guessed: boolean;
}

const toBlock = ({ start, order }: PreservedBlock): Block => ({ pfn: start / PAGE, order });

/** Blocks as kho_preserve_pages() makes them. */
function blocksOf(item: Item, memory: readonly MemoryRange[]): Block[] {
  // one that failed midway leaves the nodes of its first block
  if (item.error !== 0)
    return item.kind === 'P'
      ? splitPages(item.pfn * PAGE, item.pages, memory)
          .slice(0, 1)
          .map(toBlock)
      : [];
  if ('FNSU'.includes(item.kind)) return [{ pfn: item.pfn, order: item.order }];
  if (!'PR'.includes(item.kind)) return [];
  return splitPages(item.pfn * PAGE, item.pages, memory).map(toBlock);
}

const nearest = (pages: readonly number[], to: number): number | null =>
  pages.reduce<number | null>(
    (best, page) => (best === null || Math.abs(page - to) < Math.abs(best - to) ? page : best),
    null,
  );

/** Finds the pages that KHO and the test driver preserve besides the items: single pages that no item owns. */
function ownersOf(handed: Handed, memory: readonly MemoryRange[]): Owners {
  const owned = new Set(
    handed.items.flatMap((item) => [...item.vm, ...blocksOf(item, memory).map((block) => block.pfn)]),
  );
  let fdt = handed.fdt === null ? null : handed.fdt / PAGE;
  let free = handed.keys
    .filter((key) => key.order === 0 && !owned.has(key.pfn) && key.pfn !== fdt)
    .map((key) => key.pfn);
  let guessed = false;
  const take = (name: string, to: number | null): number | null => {
    const named = handed.blobs[name];
    const page = named !== undefined ? named / PAGE : to === null ? null : nearest(free, to);
    if (named === undefined && page !== null) guessed = true;
    free = free.filter((pfn) => pfn !== page);
    return page;
  };
  // KHO takes the page of its metadata right after that of the FDT, a chunk comes with the pages it lists
  const metadata = take('kexec-metadata', fdt);
  const named = handed.blobs.khodbg !== undefined ? take('khodbg', null) : null;
  const chunks = handed.items
    .filter((item) => item.kind === 'V' && item.error === 0)
    .flatMap((item) =>
      Array.from({ length: Math.ceil((item.pages + 1) / CHUNK_ENTRIES) }, () => take('', item.vm.at(-1) ?? null) ?? -1),
    )
    .filter((pfn) => pfn >= 0);
  // a boot that nobody followed does not say where its FDT lies: it is the page that is left
  if (fdt === null && metadata !== null && free.length === 1) fdt = free[0] ?? null;
  const table = named ?? (handed.items.length > 0 ? (free[0] ?? null) : null);
  return {
    fdt,
    metadata,
    chunks,
    table,
    guessed: guessed && (named === null || handed.blobs['kexec-metadata'] === undefined),
  };
}

/** Every block in the order in which it was preserved; an item's own failures leave none. */
function preservedInOrder(handed: Handed, owners: Owners, memory: readonly MemoryRange[]): Block[] {
  const page = (pfn: number | null): Block[] => (pfn === null ? [] : [{ pfn, order: 0 }]);
  let chunk = 0;
  const items = handed.items.flatMap((item): Block[] => {
    if (item.kind !== 'V' || item.error !== 0) return blocksOf(item, memory);
    return item.vm.flatMap((pfn, i) => [
      ...(i === 0 ? page(owners.chunks[chunk++] ?? null) : []),
      ...page(pfn),
      ...((i + 1) % CHUNK_ENTRIES === 0 ? page(owners.chunks[chunk++] ?? null) : []),
    ]);
  });
  const rest =
    handed.items.length > 0
      ? []
      : handed.keys.filter(({ pfn, order }) => order > 0 || (pfn !== owners.fdt && pfn !== owners.metadata));
  return [...page(owners.fdt), ...page(owners.metadata), ...items, ...rest, ...page(owners.table)];
}

/** Addresses of the tree's nodes in the order in which adding the blocks makes them; missing and left over ones counted. */
function nodesInOrder(handed: Handed, blocks: readonly Block[]): { nodes: number[]; missing: number; left: number } {
  const place = (level: number, prefix: bigint) => `${level}:${prefix}`;
  const known = new Map(handed.nodes.map((node) => [place(node.level, BigInt(node.prefix)), node.phys]));
  const typed = new Map(handed.keys.map((key) => [`${key.pfn}:${key.order}`, key.typed]));
  const nodes: number[] = [];
  const made = new Set<string>();
  let missing = 0;
  const make = (at: string) => {
    if (made.has(at)) return;
    made.add(at);
    const phys = known.get(at);
    if (phys === undefined) missing += 1;
    else nodes.push(phys);
  };
  make(place(5, 0n));
  for (const { pfn, order } of blocks) {
    const type = typed.get(`${pfn}:${order}`) === true ? 1n << 59n : 0n;
    const key = (1n << BigInt(52 - order)) | (BigInt(pfn) >> BigInt(order)) | type;
    for (const level of LEVELS) make(place(level, (key >> shiftOf(level)) << shiftOf(level)));
  }
  const rest = [...known].filter(([at]) => !made.has(at)).map(([, phys]) => phys);
  return { nodes: [...nodes, ...rest], missing, left: rest.length };
}

/** Pages that the test driver asked the buddy for, in the order of its items, and the page of its table. */
function driverPages(handed: Handed, owners: Owners): number[] {
  const items = handed.items.flatMap((item) =>
    item.error !== 0 && item.pfn === 0 ? [] : 'NSU'.includes(item.kind) ? [item.pfn] : item.kind === 'V' ? item.vm : [],
  );
  return owners.table === null ? items : [...items, owners.table];
}

/** `placements` of one boot, with its number for what had to be guessed. */
export function placementsOf(
  handed: Handed | null,
  memory: readonly MemoryRange[],
  boot: number,
): { readonly placements: Placements; readonly guesses: string[] } {
  if (handed === null) return { placements: {}, guesses: [] };
  const owners = ownersOf(handed, memory);
  const { nodes, missing, left } = nodesInOrder(handed, preservedInOrder(handed, owners, memory));
  const hasTree = handed.nodes.length > 0;
  const addresses = (pages: readonly (number | null)[]) => pages.filter((p) => p !== null).map((p) => p * PAGE);
  const all: Placements = {
    kho_radix_alloc_node: hasTree ? nodes : [],
    kho_init: hasTree && owners.fdt !== null ? addresses([owners.fdt, owners.metadata]) : [],
    kho_preserve_vmalloc: addresses(owners.chunks),
    'test_kho_*': addresses(driverPages(handed, owners)),
  };
  const guesses = [
    ...(owners.guessed
      ? [`boot ${boot}: which single pages are KHO's metadata and vmalloc chunks, by what lies nearest`]
      : []),
    ...(hasTree && missing > 0 ? [`boot ${boot}: ${missing} nodes of the radix tree are not in the capture`] : []),
    ...(left > 0 ? [`boot ${boot}: ${left} nodes of the radix tree belong to no key in it; they come last`] : []),
  ];
  return { placements: Object.fromEntries(Object.entries(all).filter(([, list]) => list.length > 0)), guesses };
}
