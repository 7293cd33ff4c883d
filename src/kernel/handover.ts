// What a scenario's handover puts into memory for its first kernel: the radix tree, or before there was one the list of
// bitmaps; the scratch array, the FDT. Knows nothing of how a kernel reads them.
import {
  type Config,
  type Handover,
  type Hardware,
  makeMachine,
  type PhysPage,
  pageOfBytes,
  type RunMap,
  runGet,
  runSet,
  withWord,
  ZERO_PAGE,
} from '../machine/index.ts';
import { encodeScratch, KHO_FDT_COMPATIBLE, KHO_FDT_COMPATIBLE_BITMAPS, khoRootFdt } from './kho-abi.ts';

type Preserved = Handover['preserved'];

/** Pages that are written one word after the other, 4 KiB each in order of allocation. */
class Pages {
  phys: RunMap<PhysPage | null>;
  readonly #size: number;

  constructor(config: Config, hardware: Hardware) {
    this.phys = makeMachine(config, hardware).phys;
    this.#size = 2 ** config.pageShift;
  }

  set(address: number, page: PhysPage): void {
    this.phys = runSet(this.phys, address / this.#size, address / this.#size + 1, page);
  }

  word(address: number): bigint {
    return runGet(this.phys, Math.floor(address / this.#size))?.words[(address % this.#size) / 8] ?? 0n;
  }

  put(address: number, value: bigint): void {
    const start = address - (address % this.#size);
    const page = runGet(this.phys, start / this.#size) ?? ZERO_PAGE;
    this.set(start, withWord(page, (address % this.#size) / 8, value));
  }

  setBit(map: number, bit: number): void {
    const address = map + 8 * Math.floor(bit / 64);
    this.put(address, this.word(address) | (1n << BigInt(bit % 64)));
  }
}

/** The radix tree, from its root on; the number of its pages. */
function putTree(pages: Pages, preserved: Preserved, root: number, size: number): number {
  let count = 1;
  pages.set(root, ZERO_PAGE);
  for (const block of preserved) {
    const key = (1n << BigInt(52 - block.order)) | (BigInt(block.start) >> BigInt(12 + block.order));
    let node = root;
    for (let level = 5; level > 0; level--) {
      const slot = node + 8 * Number((key >> BigInt(15 + 9 * (level - 1))) & 511n);
      let child = Number(pages.word(slot));
      if (child === 0) {
        child = root + size * count++;
        pages.set(child, ZERO_PAGE);
        pages.put(slot, BigInt(child));
      }
      node = child;
    }
    pages.setBit(node, Number(key & 32767n));
  }
  return count;
}

/** A bitmap of blocks of one order. `index`: number of the bitmap. */
interface Bitmap {
  readonly order: number;
  readonly index: number;
  readonly bits: number[];
}

/** Bitmaps of what is preserved, by order and then by address. */
function bitmapsOf(preserved: Preserved, bits: number): Bitmap[] {
  const found = new Map<string, Bitmap>();
  for (const { start, order } of preserved) {
    const block = start / 2 ** (12 + order);
    const index = Math.floor(block / bits);
    const map = found.get(`${order} ${index}`) ?? { order, index, bits: [] };
    map.bits.push(block % bits);
    found.set(`${order} ${index}`, map);
  }
  return [...found.values()].sort((a, b) => a.order - b.order || a.index - b.index);
}

/** Elements of a chunk: what a page holds behind the header. */
const CHUNK_ELEMENTS = 255;

/** The chunks of a list, each of one order; a list of nothing is one empty chunk. */
function chunksOf(bitmaps: readonly Bitmap[]): Bitmap[][] {
  const chunks: Bitmap[][] = [];
  for (const map of bitmaps) {
    const last = chunks.at(-1);
    if (last === undefined || last.length === CHUNK_ELEMENTS || last[0]?.order !== map.order) chunks.push([map]);
    else last.push(map);
  }
  return chunks.length === 0 ? [[]] : chunks;
}

/** The list of bitmaps: its chunks from `root` on, behind them the bitmaps; the number of all these pages. */
function putList(pages: Pages, preserved: Preserved, root: number, size: number, bits: number): number {
  const chunks = chunksOf(bitmapsOf(preserved, bits));
  const bytes = bits / 8;
  let next = root + size * chunks.length;
  for (let at = next; at < next + bytes * chunks.flat().length; at += size) pages.set(at, ZERO_PAGE);
  chunks.forEach((chunk, i) => {
    const at = root + size * i;
    pages.set(at, ZERO_PAGE);
    if (i + 1 < chunks.length) pages.put(at, BigInt(at + size));
    pages.put(at + 8, BigInt(chunk[0]?.order ?? 0) | (BigInt(chunk.length) << 32n));
    chunk.forEach((map, k) => {
      pages.put(at + 16 + 16 * k, BigInt(map.index * bits) << BigInt(map.order + 12));
      pages.put(at + 24 + 16 * k, BigInt(next));
      for (const bit of map.bits) pages.setBit(next, bit);
      next += bytes;
    });
  });
  return Math.ceil((next - root) / size);
}

/** What a handover puts into memory, in the form of the kernel that reads it: what is preserved from `root` on. */
export function handoverPages(
  config: Config,
  hardware: Hardware,
  preserved: Preserved,
  root: number,
): { phys: RunMap<PhysPage | null>; pages: number } {
  const pages = new Pages(config, hardware);
  const size = 2 ** config.pageShift;
  const { bitmapBits, handover: given } = hardware;
  const count =
    bitmapBits === undefined
      ? putTree(pages, preserved, root, size)
      : putList(pages, preserved, root, size, bitmapBits);
  if (given?.scratchArray != null) {
    const areas = given.scratch.map(({ start, size: bytes }) => ({ addr: start, size: bytes }));
    pages.set(given.scratchArray - (given.scratchArray % size), pageOfBytes(encodeScratch(areas)));
  }
  const compatible = bitmapBits === undefined ? KHO_FDT_COMPATIBLE : KHO_FDT_COMPATIBLE_BITMAPS;
  const fdt = given?.fdt == null ? null : khoRootFdt(root, compatible);
  if (given?.fdt != null && fdt?.ok) pages.set(given.fdt, pageOfBytes(fdt.value));
  return { phys: pages.phys, pages: count };
}
