// Chunks and bitmaps of kernels before the radix tree, as a tree of rows like that of the radix tree: the list, its chunks, their
// bitmaps, the blocks. Knows nothing of how the kernel made them.
import type { Machine } from '../../machine/index.ts';
import type { BitmapPage } from '../kho-bitmaps.ts';
import { bitmapPages, type Direction, radixRoot } from '../kho-memory.ts';
import type { RadixNode } from './radix.ts';

const PAGE = 4096;

type Span = Pick<RadixNode, 'keys' | 'start' | 'end' | 'orders'>;

/** What lies below: counts and borders of all that is not empty. */
function spanOf(parts: readonly Span[]): Span {
  const full = parts.filter((part) => part.keys > 0);
  if (full.length === 0) return { keys: 0, start: 0, end: 0, orders: [0, 0] };
  return {
    keys: full.reduce((sum, part) => sum + part.keys, 0),
    start: Math.min(...full.map((part) => part.start)),
    end: Math.max(...full.map((part) => part.end)),
    orders: [Math.min(...full.map((part) => part.orders[0])), Math.max(...full.map((part) => part.orders[1]))],
  };
}

function bitmapNode({ phys, order, blocks }: BitmapPage, id: string, slot: number): RadixNode {
  const spans = blocks.map(({ start }): Span => {
    return { keys: 1, start: start * PAGE, end: (start + 2 ** order) * PAGE, orders: [order, order] };
  });
  return { id, level: 0, slot, address: phys, prefix: 0n, children: [], what: 'bitmap', blocks, ...spanOf(spans) };
}

const number = (slot: number): string => slot.toString(16).padStart(3, '0');

/** A node of what follows it until the next of its kind. */
function parent(
  id: string,
  level: number,
  slot: number,
  address: number,
  what: string,
  children: RadixNode[],
): RadixNode {
  return { id, level, slot, address, prefix: 0n, children, what, ...spanOf(children) };
}

/** The list and what it leads to; before there is a list the bitmaps alone; null where there is neither. */
export function bitmapTree(m: Machine, direction: Direction): RadixNode | null {
  const pages = bitmapPages(m, direction);
  if (pages.length === 0) return null;
  const list = radixRoot(m, direction);
  const children: RadixNode[] = [];
  for (let i = 0; i < pages.length; ) {
    const page = pages[i] as BitmapPage;
    const id = `${direction}/${number(children.length)}`;
    const below: RadixNode[] = [];
    for (i++; page.kind === 'chunk' && below.length < page.of; i++)
      below.push(bitmapNode(pages[i] as BitmapPage, `${id}/${number(below.length)}`, below.length));
    children.push(
      page.kind === 'chunk'
        ? parent(id, 1, children.length, page.phys, 'chunk', below)
        : bitmapNode(page, id, children.length),
    );
  }
  return parent(direction, 2, 0, list ?? 0, list === null ? 'no list yet' : 'list', children);
}

/** The head line of `info radix` for a kernel with bitmaps. */
export function bitmapHead(tree: RadixNode): string {
  const chunks = tree.children.filter(({ what }) => what === 'chunk').length;
  const bitmaps = tree.children.reduce((sum, { what, children }) => sum + (what === 'chunk' ? children.length : 1), 0);
  const count = (n: number, what: string) => `${n} ${what}${n === 1 ? '' : 's'}`;
  const list = tree.what === 'list' ? `list at 0x${tree.address.toString(16)}` : 'no list yet';
  return `KHO bitmaps (${tree.id}), ${list}: ${count(tree.keys, 'block')}, ${count(chunks, 'chunk')}, ${count(bitmaps, 'bitmap')}`;
}
