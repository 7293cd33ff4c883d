// The bitmaps of kernels before the radix tree: a list of chunks, each of one order, that leads to them; and in the kernel that
// makes them the xarrays. Knows nothing of which kernel wrote them.
import { isRef, type Machine, names, row } from '../machine/index.ts';

/** A chunk of the list or a bitmap, with the blocks that it says are preserved. */
export interface BitmapPage {
  readonly kind: 'chunk' | 'bitmap';
  readonly phys: number;
  readonly order: number;
  /** bitmaps that a chunk leads to; of a bitmap the address of its first block's memory */
  readonly of: number;
  /** pfn and order, ascending; none of a chunk itself */
  readonly blocks: readonly { readonly start: number; readonly order: number }[];
}

type Word = (phys: number) => bigint;

/** So many blocks are read of a list or a tree, more than a scenario may list: a broken one may lead to a page again and again. */
export const MOST_BLOCKS = 2 ** 18;
/** Elements of a chunk. */
const MOST_ELEMENTS = 255;

function bitmapAt(word: Word, phys: number, order: number, start: number, bits: number): BitmapPage {
  const blocks: { start: number; order: number }[] = [];
  for (let i = 0; i < bits / 64; i++) {
    const value = word(phys + 8 * i);
    if (value === 0n) continue;
    for (let bit = 0; bit < 64; bit++)
      if ((value >> BigInt(bit)) & 1n) blocks.push({ start: start / 4096 + (i * 64 + bit) * 2 ** order, order });
  }
  return { kind: 'bitmap', phys, order, of: start, blocks };
}

/** The list from its first chunk on, each chunk before its bitmaps; it ends where it leads back to itself. */
export function listPages(word: Word, first: number, bits: number): BitmapPage[] {
  const pages: BitmapPage[] = [];
  const seen = new Set<number>();
  let read = 0;
  for (let chunk = first; chunk !== 0 && !seen.has(chunk) && read < MOST_BLOCKS; chunk = Number(word(chunk))) {
    seen.add(chunk);
    const header = word(chunk + 8);
    const order = Number(header & 0xffff_ffffn);
    const count = Math.min(Number(header >> 32n), MOST_ELEMENTS);
    const bitmaps: BitmapPage[] = [];
    for (let i = 0; i < count && read < MOST_BLOCKS; i++) {
      const element = chunk + 16 + 16 * i;
      const bitmap = bitmapAt(word, Number(word(element + 8)), order, Number(word(element)), bits);
      read += bitmap.blocks.length;
      bitmaps.push(bitmap);
    }
    pages.push({ kind: 'chunk', phys: chunk, order, of: bitmaps.length, blocks: [] }, ...bitmaps);
  }
  return pages;
}

/** Entries of an xarray by number, ascending. */
function entries(m: Machine, xarray: string): { readonly index: number; readonly at: number | string }[] {
  const before = `${xarray}#`;
  return names(m.table, 'xa_entry')
    .filter((name) => name.startsWith(before))
    .flatMap((name) => {
      const entry = row(m.table, 'xa_entry', name)?.entry ?? null;
      return isRef(entry) ? [{ index: Number(name.slice(before.length)), at: entry.at }] : [];
    })
    .sort((a, b) => a.index - b.index);
}

/** The bitmaps that kho_out.track leads to. */
export function trackPages(m: Machine, word: Word, bits: number): BitmapPage[] {
  return entries(m, 'kho_out/orders').flatMap(({ index: order, at }) =>
    entries(m, `${at}/phys_bits`).map((bitmap) =>
      bitmapAt(word, Number(bitmap.at), order, bitmap.index * bits * 4096 * 2 ** order, bits),
    ),
  );
}
