// What KHO has left in the memory of a machine: the blocks that are preserved, in a radix tree or in bitmaps, and the scratch
// array. Knows nothing of what is made of it.
import {
  bytesOfPage,
  fdt_getprop,
  latin1,
  type Machine,
  physWord,
  readField,
  row,
  runGet,
  ZERO_PAGE,
} from '../machine/index.ts';
import { type BitmapPage, listPages, MOST_BLOCKS, trackPages } from './kho-bitmaps.ts';

/** A block as its key says it. `start`: a pfn. */
export interface KeyBlock {
  readonly start: number;
  readonly order: number;
}

/** A page of a tree. Level 5 is the root, 0 a bitmap; `phys` its address. */
export interface TreePage {
  readonly level: number;
  readonly phys: number;
}

/** Tables above the leaves, bits of a leaf's index and of a table's; of a tree of more pages than MOST no more is read. */
const [LEVELS, LEAF_BITS, TABLE_BITS, MOST] = [5, 15, 9, 100_000];
/** The order bit of order 0, the highest of a key. */
const ORDER_0 = 52;

/** What a key stands for; bits above the key's own 53 are left to those who put something there. */
export function keyBlock(whole: bigint): KeyBlock {
  const key = BigInt.asUintN(ORDER_0 + 1, whole);
  const order = ORDER_0 + 1 - key.toString(2).length;
  return { start: Number((key & ~(1n << BigInt(ORDER_0 - order))) << BigInt(order)), order };
}

/** Which way: what was handed over, what is for the next kernel. */
export type Direction = 'in' | 'out';

/** Does the kernel keep bitmaps, and no radix tree? */
export const keepsBitmaps = (m: Machine): boolean => m.hardware.bitmapBits !== undefined;

/** Bits of a bitmap of v6.16, which marks the heads of blocks by their order alone. */
const WITHOUT_MAGIC = 4096;

/** Does the kernel write KHO's magic into page->private? */
export const writesMagic = (m: Machine): boolean => m.hardware.bitmapBits !== WITHOUT_MAGIC;

/** An address that an FDT names which was handed over: before the kernel has read it. */
function addressIn(m: Machine, fdt: number, property: string): number | null {
  const page = runGet(m.phys, Math.floor(fdt / 2 ** m.config.pageShift)) ?? ZERO_PAGE;
  const map = fdt_getprop(bytesOfPage(page), 0, property);
  if (!map.ok || map.value.length !== 8) return null;
  return Number(new DataView(map.value.buffer, map.value.byteOffset).getBigUint64(0, true));
}

/** `compatible` of those that hand over a list of bitmaps. */
const BITMAPS = 'kho-v1';

/** Is what the FDT leads to of the form that the kernel reads? */
function isReadable(m: Machine, fdt: number): boolean {
  const blob = bytesOfPage(runGet(m.phys, Math.floor(fdt / 2 ** m.config.pageShift)) ?? ZERO_PAGE);
  const compatible = fdt_getprop(blob, 0, 'compatible');
  return (compatible.ok && latin1(compatible.value.subarray(0, -1)) === BITMAPS) === keepsBitmaps(m);
}

/** Address of a tree's root, or of a list's first chunk; null where there is neither. */
export function radixRoot(m: Machine, direction: Direction): number | null {
  if (direction === 'out' && keepsBitmaps(m)) return Number(row(m.table, 'kho_out', 0)?.preserved_mem_map ?? 0) || null;
  const root = Number(row(m.table, 'kho_radix_tree', `kho_${direction}`)?.root ?? 0);
  if (root > 0) return root;
  if (direction === 'out' || m.hardware.handover === null) return null;
  const { radixRoot: given, fdt } = m.hardware.handover;
  if (given > 0) return given;
  return fdt === null || !isReadable(m, fdt) ? null : addressIn(m, fdt, 'preserved-memory-map');
}

/**
 * Roots of trees that are handed over beside the one that `preserved-memory-map` names, in a page of addresses that
 * `preserved-memory-maps` names: a proposal, one tree for each node. No kernel does it.
 */
export function moreRoots(m: Machine): number[] {
  const fdt = m.hardware.handover?.fdt ?? null;
  if (fdt === null) return [];
  const page = addressIn(m, fdt, 'preserved-memory-maps');
  const words = page === null ? undefined : runGet(m.phys, Math.floor(page / 2 ** m.config.pageShift))?.words;
  const first = radixRoot(m, 'in');
  return Object.values(words ?? {})
    .map(Number)
    .filter((root) => root !== first);
}

/** Chunks and bitmaps: the list that was handed over or made; before it is made, what the xarrays lead to. */
export function bitmapPages(m: Machine, direction: Direction): BitmapPage[] {
  const first = radixRoot(m, direction);
  const word = (phys: number) => wordAt(m, phys);
  const bits = m.hardware.bitmapBits ?? 0;
  if (first !== null) return listPages(word, first, bits);
  return direction === 'out' ? trackPages(m, word, bits) : [];
}

/** A word of memory; 0 outside the machine, where a broken list may lead. */
function wordAt(m: Machine, phys: number): bigint {
  return phys >= 0 && phys < 2 ** (m.phys.bits + m.config.pageShift) ? physWord(m, phys) : 0n;
}

/** What is preserved, in whatever form the kernel has it: blocks and the pages that tell of them. */
export function readPreserved(
  m: Machine,
  direction: Direction,
): { readonly pages: number; readonly blocks: KeyBlock[] } {
  if (!keepsBitmaps(m)) {
    const roots = [radixRoot(m, direction) ?? 0, ...(direction === 'in' ? moreRoots(m) : [])];
    const trees = roots.map((root) => readTree(m, root));
    return { pages: trees.flatMap(({ pages }) => pages).length, blocks: trees.flatMap(({ blocks }) => blocks) };
  }
  const pages = bitmapPages(m, direction);
  const size = 2 ** m.config.pageShift;
  return {
    pages: new Set(pages.map(({ phys }) => Math.floor(phys / size))).size,
    blocks: pages.flatMap(({ blocks }) => blocks),
  };
}

/** Pages and blocks of the tree whose root is at an address, 0 for none: include/linux/kho_radix_tree.h, v7.3. */
export function readTree(m: Machine, root: number): { readonly pages: TreePage[]; readonly blocks: KeyBlock[] } {
  const pages = new Map<number, TreePage>();
  const blocks: KeyBlock[] = [];
  // a broken tree may lead to the same page again and again: visits are counted, not pages
  let visits = 0;
  const walk = (phys: number, level: number, prefix: bigint): void => {
    const pfn = phys / 2 ** m.config.pageShift;
    if (visits++ > MOST || blocks.length > MOST_BLOCKS || !Number.isInteger(pfn) || pfn < 0 || pfn >= 2 ** m.phys.bits)
      return;
    pages.set(phys, { level, phys });
    const shift = BigInt(LEAF_BITS + TABLE_BITS * (level - 1));
    for (const [slot, word] of Object.entries(runGet(m.phys, pfn)?.words ?? {})) {
      if (level > 0) walk(Number(word), level - 1, prefix | (BigInt(slot) << shift));
      else
        for (let bit = 0n; bit < 64n; bit++)
          if ((word >> bit) & 1n) blocks.push(keyBlock(prefix | (BigInt(slot) * 64n + bit)));
    }
  };
  if (root !== 0) walk(root, LEVELS, 0n);
  return { pages: [...pages.values()], blocks };
}

/** The scratch areas, in bytes, as the kernel sees them; before it does, as they are handed over. */
export function scratchAreas(m: Machine): { readonly start: number; readonly size: number }[] {
  const count = Number(row(m.table, 'var', 0)?.kho_scratch_cnt ?? 0);
  if (count === 0) return handedOver(m);
  return Array.from({ length: count }, (_, at) => {
    const field = (name: string) => Number(readField(m, { struct: 'kho_scratch', at }, name));
    return { start: field('addr'), size: field('size') };
  });
}

function handedOver({ hardware: { handover }, phys, config }: Machine): { start: number; size: number }[] {
  if (handover === null || handover.scratchArray === null || handover.scratch.length > 0)
    return [...(handover?.scratch ?? [])];
  const word = (address: number) => {
    const page = 2 ** config.pageShift;
    return Number(runGet(phys, Math.floor(address / page))?.words[(address % page) / 8] ?? 0n);
  };
  const first = handover.scratchArray;
  return Array.from({ length: handover.nrScratch }, (_, i) => ({
    start: word(first + i * 16),
    size: word(first + i * 16 + 8),
  }));
}
