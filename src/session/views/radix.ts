// The KHO radix trees as they stand in the physical pages: tables of levels 5 to 1, leaf bitmaps, keys. Rows are made for what
// is opened only, and worded for what is seen only. Knows nothing of how the kernel walks a tree.
import {
  findNextBit,
  type Machine,
  MEMBLOCK_RSRV_NOINIT,
  type PhysPage,
  runGet,
  runs,
  ZERO_PAGE,
} from '../../machine/index.ts';
import { hex } from '../format.ts';
import { type Direction, type KeyBlock, keepsBitmaps, keyBlock, radixRoot, writesMagic } from '../kho-memory.ts';
import { hasKhoMagic, ORDER_BITS, TYPE_BIT } from '../kho-page.ts';
import type { RadixRowView } from '../view.ts';
import { bitmapHead, bitmapTree } from './bitmaps.ts';

/** A page of a tree with what lies below it. Addresses in bytes, half-open; `keys` counts those below. */
export interface RadixNode {
  /** `in`, `in/002`, `in/002/000`: slots from the root */
  readonly id: string;
  /** 5 = root, 0 = leaf bitmap */
  readonly level: number;
  readonly slot: number;
  readonly address: number;
  readonly keys: number;
  readonly start: number;
  readonly end: number;
  /** smallest and largest order below */
  readonly orders: readonly [number, number];
  /** the key of its first slot or bit */
  readonly prefix: bigint;
  readonly children: readonly RadixNode[];
  /** of what there was before the tree: `list`, `chunk`, `bitmap` */
  readonly what?: string;
  /** the blocks of a bitmap */
  readonly blocks?: readonly KeyBlock[];
}

const DEPTH = 5;
const BITMAP = 15;
const TABLE = 9;
const LEAF_KEYS = 2 ** BITMAP;
/** More pages than this are not followed: a broken tree may point at itself. */
const MOST_PAGES = 20000;

/** Address and size in bytes of what a key stands for. */
function keyRange(key: bigint, pageShift: number): { readonly start: number; readonly end: number; order: number } {
  const block = keyBlock(key);
  const start = block.start * 2 ** pageShift;
  return { start, end: start + 2 ** (block.order + pageShift), order: block.order };
}

function pageAt(m: Machine, address: number): PhysPage {
  const pfn = Math.floor(address / 2 ** m.config.pageShift);
  return (pfn >= 0 && pfn < 2 ** m.phys.bits ? runGet(m.phys, pfn) : null) ?? ZERO_PAGE;
}

const slotsOf = (page: PhysPage) =>
  Object.keys(page.words)
    .map(Number)
    .sort((a, b) => a - b);

function bits(word: bigint): number {
  let n = 0;
  for (let rest = word; rest !== 0n; rest &= rest - 1n) n++;
  return n;
}

/** The key by which a tree would have a block. */
const keyOf = ({ start, order }: KeyBlock): bigint => (1n << BigInt(52 - order)) | (BigInt(start) >> BigInt(order));

/** The keys of a leaf, ascending. */
export function leafKeys(m: Machine, leaf: RadixNode): bigint[] {
  if (leaf.blocks !== undefined) return leaf.blocks.map(keyOf);
  const page = pageAt(m, leaf.address);
  const out: bigint[] = [];
  for (let bit = findNextBit(page, LEAF_KEYS, 0); bit < LEAF_KEYS; bit = findNextBit(page, LEAF_KEYS, bit + 1)) {
    const key = leaf.prefix | BigInt(bit);
    if (key > 0n) out.push(key);
  }
  return out;
}

type Place = Pick<RadixNode, 'id' | 'level' | 'slot' | 'address' | 'prefix'>;

function leafNode(m: Machine, place: Place): RadixNode {
  const page = pageAt(m, place.address);
  const slots = slotsOf(page);
  const none: RadixNode = { ...place, keys: 0, start: 0, end: 0, orders: [0, 0], children: [] };
  const [first, last] = [slots[0], slots.at(-1)];
  if (first === undefined || last === undefined) return none;
  const count = slots.reduce((sum, slot) => sum + bits(page.words[slot] ?? 0n), 0);
  // below a prefix of 0 lie keys of different orders; elsewhere all of a leaf have the order of the prefix
  const ends =
    place.prefix === 0n
      ? leafKeys(m, none)
      : [
          place.prefix | BigInt(findNextBit(page, LEAF_KEYS, 0)),
          place.prefix | BigInt(last * 64 + (page.words[last] ?? 0n).toString(2).length - 1),
        ];
  return { ...none, keys: count, ...spanOf(ends.map((key) => keyRange(key, m.config.pageShift))) };
}

function spanOf(ranges: readonly { start: number; end: number; order: number }[]) {
  if (ranges.length === 0) return { start: 0, end: 0, orders: [0, 0] as const };
  const orders = ranges.map((r) => r.order);
  return {
    start: Math.min(...ranges.map((r) => r.start)),
    end: Math.max(...ranges.map((r) => r.end)),
    orders: [Math.min(...orders), Math.max(...orders)] as const,
  };
}

function tableNode(m: Machine, place: Place, room: { pages: number }): RadixNode {
  const page = pageAt(m, place.address);
  const children: RadixNode[] = [];
  for (const slot of slotsOf(page)) {
    if (--room.pages < 0) break;
    const level = place.level - 1;
    const child: Place = {
      id: `${place.id}/${slot.toString(16).padStart(3, '0')}`,
      level,
      slot,
      address: Number(page.words[slot] ?? 0n),
      prefix: place.prefix | (BigInt(slot) << BigInt(BITMAP + TABLE * level)),
    };
    children.push(level === 0 ? leafNode(m, child) : tableNode(m, child, room));
  }
  const full = children.filter((child) => child.keys > 0);
  return {
    ...place,
    children,
    keys: full.reduce((sum, child) => sum + child.keys, 0),
    ...spanOf(
      full.flatMap(({ start, end, orders }) => [
        { start, end, order: orders[0] },
        { start, end, order: orders[1] },
      ]),
    ),
  };
}

/** A whole tree, or the list of bitmaps that came before it; null where there is none. */
export function radixTree(m: Machine, direction: Direction): RadixNode | null {
  if (keepsBitmaps(m)) return bitmapTree(m, direction);
  const address = radixRoot(m, direction);
  if (address === null) return null;
  return tableNode(m, { id: direction, level: DEPTH, slot: 0, address, prefix: 0n }, { pages: MOST_PAGES });
}

/** Pages a tree takes, its root included. */
export function radixPages(node: RadixNode): number {
  return node.children.reduce((sum, child) => sum + radixPages(child), 1);
}

/** A row not yet worded. */
export interface RadixItem {
  readonly depth: number;
  readonly node: RadixNode;
  /** the key, in rows below an open leaf */
  readonly key: bigint | null;
  readonly open: boolean;
}

/** The rows of a tree as far as it is opened, top down. */
export function radixItems(m: Machine, tree: RadixNode, opened: (id: string) => boolean): RadixItem[] {
  const out: RadixItem[] = [];
  const add = (node: RadixNode, depth: number): void => {
    const open = opened(node.id);
    out.push({ depth, node, key: null, open });
    if (!open) return;
    for (const child of node.children) add(child, depth + 1);
    if (node.level === 0) for (const key of leafKeys(m, node)) out.push({ depth: depth + 1, node, key, open: false });
  };
  add(tree, 0);
  return out;
}

/** A node and the nodes below it as long as each is the only one: they open together. */
function chain(node: RadixNode): string[] {
  const [only] = node.children;
  return [node.id, ...(only !== undefined && node.children.length === 1 ? chain(only) : [])];
}

const count = (n: number, what: string) => `${n} ${what}${n === 1 ? '' : 's'}`;

/** A text, and the same in fewer columns. */
type Both = Pick<RadixRowView, 'text' | 'narrow'>;

function nodeText({ id, level, slot, address, keys, start, end, orders, what: kind }: RadixNode): Both {
  const number = slot.toString(16).padStart(3, '0');
  const what = kind ?? (level === 0 ? 'leaf' : `L${level}`);
  const where = id.includes('/') ? [`[0x${number}]`, number] : [id, id];
  const unit = kind === undefined ? 'key' : 'block';
  const head = `${what} ${hex(address)}`;
  const range = keys === 0 ? '' : `${hex(start)}..${hex(end)}`;
  const order = orders[0] === orders[1] ? `order ${orders[0]}` : `orders ${orders[0]}-${orders[1]}`;
  const text = `${where[0]} ${head}  ${count(keys, unit)}${keys === 0 ? '' : `  ${order}  ${range}`}`;
  return { text, narrow: `${where[1]} ${head} ${count(keys, unit)} ${range}`.trimEnd() };
}

function initialisedPages(m: Machine, pfn: number, pages: number): number {
  let done = 0;
  for (const run of runs(m.inits, pfn, Math.min(pfn + pages, 2 ** m.inits.bits)))
    if (run.value > 0) done += run.end - run.start;
  return done;
}

/** Has KHO taken the block over in this boot? It reserves each block NOINIT when it has read the tree. */
function takenOver(m: Machine, phys: number): boolean {
  return m.memblock.reserved.regions.some(
    (r) => (r.flags & MEMBLOCK_RSRV_NOINIT) !== 0 && phys >= r.base && phys < r.base + r.size,
  );
}

/** What the struct pages of a block say: initialised or not, KHO's magic, taken back or not. */
function blockState(m: Machine, direction: Direction, phys: number, order: number): Both {
  const pfn = phys / 2 ** m.config.pageShift;
  const page = pfn < 2 ** m.memmap.bits ? runGet(m.memmap, pfn) : null;
  if (page === null) return { text: 'no struct page', narrow: 'no page' };
  const pages = 2 ** order;
  const done = initialisedPages(m, pfn, pages);
  const init = done === pages ? 'initialised' : done === 0 ? 'uninitialised' : `initialised ${done} of ${pages}`;
  const short = done === pages ? 'init' : done === 0 ? 'uninit' : `init ${done}/${pages}`;
  const both = (long: string, brief: string): Both => ({ text: `${init}, ${long}`, narrow: `${short} ${brief}` });
  if (direction === 'out') return both(`refcount ${page._refcount}`, `refs ${page._refcount}`);
  if (!writesMagic(m)) {
    if (!takenOver(m, phys)) return both('not taken over yet', 'not yet');
    return both(`refcount ${page._refcount}, private ${page.private}`, `refs ${page._refcount}`);
  }
  const inside = page.private & ORDER_BITS;
  const type = (page.private & TYPE_BIT) === 0n ? '' : ' SPLIT';
  if (hasKhoMagic(page)) return both(`magic KHOP order ${inside}${type}`, `KHOP ${inside}${type}`);
  if (!takenOver(m, phys)) return both('not taken over yet', 'not yet');
  return done === pages && page._refcount === 0
    ? both('restored and freed', 'freed')
    : both('no magic: restored', 'restored');
}

function keyText(m: Machine, direction: Direction, key: bigint, inTree: boolean): Both {
  const { start, end, order } = keyRange(key, m.config.pageShift);
  const pfn = (phys: number) => hex(phys / 2 ** m.config.pageShift);
  const pages = order === 0 ? pfn(start) : `${pfn(start)}..${pfn(end)}`;
  const state = blockState(m, direction, start, order);
  const name = `0x${key.toString(16).padStart(14, '0')}`;
  return {
    text: `phys ${hex(start)}  order ${order}  pfn ${pages}  ${state.text}${inTree ? `  key ${name}` : ''}`,
    narrow: `${hex(start)} order ${order} ${pages} ${state.narrow}`,
  };
}

/** One row in words. */
export function radixRow(m: Machine, { depth, node, key, open }: RadixItem): RadixRowView {
  const direction: Direction = node.id.startsWith('out') ? 'out' : 'in';
  if (key !== null)
    return { id: hex(key), depth, opens: [], open: false, ...keyText(m, direction, key, node.blocks === undefined) };
  return { id: node.id, depth, opens: chain(node), open, ...nodeText(node) };
}

/** `info radix [in|out]`: every level and every key; a sentence where the arguments are wrong. */
export function radixLines(m: Machine, args: string): string[] | string {
  if (args !== '' && args !== 'in' && args !== 'out') return `'${args}': in or out`;
  const wanted: readonly Direction[] = args === '' ? ['in', 'out'] : [args];
  const trees = wanted.flatMap((direction) => radixTree(m, direction) ?? []);
  const what = keepsBitmaps(m) ? 'list of bitmaps' : 'radix tree';
  if (trees.length === 0) return [args === 'out' ? `no outgoing ${what}` : `no ${what} was handed over`];
  return trees.flatMap((tree) => [
    keepsBitmaps(m)
      ? bitmapHead(tree)
      : `KHO radix tree (${tree.id}), root L${DEPTH} ${hex(tree.address)}: ${count(tree.keys, 'key')}, ${count(radixPages(tree), 'page')}`,
    ...radixItems(m, tree, () => true)
      .slice(1)
      .map((item) => ' '.repeat(item.depth * 2 - 1) + radixRow(m, item).text),
  ]);
}
