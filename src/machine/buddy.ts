// The buddy allocator's free lists: which blocks are free, and in which order each list holds them. A list is linked
// through the entries themselves, as the kernel links it through page->lru. Knows nothing of merging: that is kernel text.
import { KernelFault } from './fault.ts';
import { type Hash, hashNumber, mix } from './hash.ts';
import { type RunMap, runGet, runSet, type ValueKind } from './run-map.ts';

/**
 * A free block: the zone and list it is on and its neighbours there (pfns of heads; -1 = none). Numbers of `migratetype` above
 * those of the types are the lists of a CPU.
 */
export interface FreeBlock {
  readonly zone: number;
  readonly order: number;
  readonly migratetype: number;
  readonly prev: number;
  readonly next: number;
}

/** Both ends and length of one list. */
export interface FreeList {
  readonly first: number;
  readonly last: number;
  readonly count: number;
}

/** All free blocks by pfn of the head, and all lists by zone. The hash sees lists as sets. */
export interface Buddy {
  readonly blocks: RunMap<FreeBlock | null>;
  /** key `zone/order/migratetype`; an absent list is empty */
  readonly lists: Readonly<Record<string, FreeList>>;
}

const hashBlock = (b: FreeBlock): Hash => mix(mix(hashNumber(b.zone), b.order), b.migratetype);

export const blockKind: ValueKind<FreeBlock | null> = {
  same: (a, b) => a === b,
  hash: (block) => (block === null ? 3 : hashBlock(block)),
};

/** Name of a list in `lists`. */
export function listKey(zone: number, order: number, migratetype: number): string {
  return `${zone}/${order}/${migratetype}`;
}

const set = (blocks: Buddy['blocks'], pfn: number, block: FreeBlock | null) => runSet(blocks, pfn, pfn + 1, block);

/** The block is on a list already: what lib/list_debug.c says of a double add. */
function listAddCorruption(pfn: number): KernelFault {
  const what = `list_add double add: pfn 0x${pfn.toString(16)} is on a free list`;
  return new KernelFault('BUG', what, what, [
    what,
    '------------[ cut here ]------------',
    'kernel BUG at lib/list_debug.c!',
  ]);
}

/** Links the block at `pfn` at the tail or the head of its list. A block that is on a list already is a BUG. */
export function addFree(
  buddy: Buddy,
  pfn: number,
  zone: number,
  order: number,
  migratetype: number,
  tail: boolean,
): Buddy {
  if (runGet(buddy.blocks, pfn) !== null) throw listAddCorruption(pfn);
  const key = listKey(zone, order, migratetype);
  const list = buddy.lists[key] ?? { first: -1, last: -1, count: 0 };
  const prev = tail ? list.last : -1;
  const next = tail ? -1 : list.first;
  let { blocks } = buddy;
  const before = prev < 0 ? null : runGet(blocks, prev);
  const after = next < 0 ? null : runGet(blocks, next);
  if (before !== null) blocks = set(blocks, prev, { ...before, next: pfn });
  if (after !== null) blocks = set(blocks, next, { ...after, prev: pfn });
  blocks = set(blocks, pfn, { zone, order, migratetype, prev, next });
  const grown: FreeList = {
    first: prev < 0 ? pfn : list.first,
    last: next < 0 ? pfn : list.last,
    count: list.count + 1,
  };
  return { blocks, lists: { ...buddy.lists, [key]: grown } };
}

/** Takes the block at `pfn` off its list; nothing happens when it is on none. */
export function deleteFree(buddy: Buddy, pfn: number): Buddy {
  const block = runGet(buddy.blocks, pfn);
  if (block === null) return buddy;
  const key = listKey(block.zone, block.order, block.migratetype);
  const list = buddy.lists[key] ?? { first: -1, last: -1, count: 1 };
  let blocks = set(buddy.blocks, pfn, null);
  const before = block.prev < 0 ? null : runGet(blocks, block.prev);
  const after = block.next < 0 ? null : runGet(blocks, block.next);
  if (before !== null) blocks = set(blocks, block.prev, { ...before, next: block.next });
  if (after !== null) blocks = set(blocks, block.next, { ...after, prev: block.prev });
  const { [key]: _old, ...others } = buddy.lists;
  if (list.count === 1) return { blocks, lists: others };
  const shrunk: FreeList = {
    first: block.prev < 0 ? block.next : list.first,
    last: block.next < 0 ? block.prev : list.last,
    count: list.count - 1,
  };
  return { blocks, lists: { ...others, [key]: shrunk } };
}

/** Number of free blocks on a list. */
export function freeCount(buddy: Buddy, zone: number, order: number, migratetype: number): number {
  return buddy.lists[listKey(zone, order, migratetype)]?.count ?? 0;
}

/** pfns on a list, head first. */
export function freeBlocks(buddy: Buddy, zone: number, order: number, migratetype: number): number[] {
  const out: number[] = [];
  for (let pfn = buddy.lists[listKey(zone, order, migratetype)]?.first ?? -1; pfn >= 0; ) {
    out.push(pfn);
    pfn = runGet(buddy.blocks, pfn)?.next ?? -1;
  }
  return out;
}
