// Contents of physical pages where the kernel keeps things in pages: KHO radix tables and leaves, as sparse 64-bit words.
import { type Hash, hashBigint, minus, mix, plus } from './hash.ts';
import type { ValueKind } from './run-map.ts';

/** 512 little-endian 64-bit words of one page; absent words are 0. */
export interface PhysPage {
  readonly words: Readonly<Record<number, bigint>>;
  readonly hash: Hash;
}

const PAGE_BYTES = 4096;

/** A page of zero bytes. */
export const ZERO_PAGE: PhysPage = { words: {}, hash: 17 };

export const physKind: ValueKind<PhysPage | null> = {
  same: (a, b) => a === b || (a !== null && b !== null && a.hash === b.hash && sameWords(a, b)),
  hash: (page) => page?.hash ?? 3,
};

function sameWords(a: PhysPage, b: PhysPage): boolean {
  const keys = Object.keys(a.words);
  return keys.length === Object.keys(b.words).length && keys.every((k) => a.words[Number(k)] === b.words[Number(k)]);
}

/** The page with one word changed; `index` from 0 to 511. */
export function withWord(page: PhysPage, index: number, value: bigint): PhysPage {
  const was = page.words[index] ?? 0n;
  if (was === value) return page;
  const words: Record<number, bigint> = { ...page.words };
  if (value === 0n) delete words[index];
  else words[index] = value;
  let hash = page.hash;
  if (was !== 0n) hash = minus(hash, mix(hashBigint(was), index));
  if (value !== 0n) hash = plus(hash, mix(hashBigint(value), index));
  return { words, hash };
}

/** The page that holds these bytes from its start on, zeroes behind them; at most 4096. */
export function pageOfBytes(bytes: Uint8Array): PhysPage {
  const whole = new Uint8Array(PAGE_BYTES);
  whole.set(bytes);
  const view = new DataView(whole.buffer);
  let page = ZERO_PAGE;
  for (let i = 0; i < PAGE_BYTES / 8; i++) page = withWord(page, i, view.getBigUint64(8 * i, true));
  return page;
}

/** The 4096 bytes of a page. */
export function bytesOfPage(page: PhysPage): Uint8Array {
  const bytes = new Uint8Array(PAGE_BYTES);
  const view = new DataView(bytes.buffer);
  for (const [index, word] of Object.entries(page.words)) view.setBigUint64(8 * Number(index), word, true);
  return bytes;
}

/** First set bit at or after `from` of the page seen as a bitmap, or `size`. */
export function findNextBit(page: PhysPage, size: number, from: number): number {
  let best = size;
  for (const key in page.words) {
    const index = Number(key);
    if ((index + 1) * 64 <= from || index * 64 >= best) continue;
    const start = Math.max(from - index * 64, 0);
    let word = (page.words[index] as bigint) >> BigInt(start);
    if (word === 0n) continue;
    let bit = index * 64 + start;
    for (; (word & 1n) === 0n; word >>= 1n) bit++;
    if (bit < best) best = bit;
  }
  return best;
}
