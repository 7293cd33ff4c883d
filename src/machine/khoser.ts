// What kernels before the radix tree keep of preserved memory: bitmaps in pages, a list of chunks that leads to them, and
// xarrays by order and by number that lead to the bitmaps. Knows nothing of who reads or writes them.
import { trap } from './fault.ts';
import { physWord, withPhysWord } from './phys-words.ts';
import type { Field, StructRow } from './structs.ts';
import type { Ref, Value } from './value.ts';

const ref = (struct: string, at: number | string): Ref => ({ struct, at });
const always = () => true;
const never = () => false;

/** Bytes of struct khoser_mem_chunk_hdr, which begins a chunk, and of each element behind it. */
const [HEADER_BYTES, ELEMENT_BYTES] = [16, 16];

/** Offset of a member, its shift in the word there, and its bits. */
type Member = readonly [offset: number, shift: number, bits: number];

/** A struct of whole and half words at a physical address. */
function packed(struct: string, members: Readonly<Record<string, Member>>): StructRow {
  const member = (field: Field): Member => {
    const found = members[field];
    if (found === undefined) throw trap(`struct ${struct} has no member named '${field}'`);
    return found;
  };
  return {
    embedded: never,
    get: (m, at, field): Value => {
      const [offset, shift, bits] = member(field);
      const value = BigInt.asUintN(bits, physWord(m, (at as number) + offset) >> BigInt(shift));
      return bits === 64 ? value : Number(value);
    },
    set: (m, at, field, value) => {
      const [offset, shift, bits] = member(field);
      const mask = ((1n << BigInt(bits)) - 1n) << BigInt(shift);
      const word = physWord(m, (at as number) + offset) & ~mask;
      return withPhysWord(
        m,
        (at as number) + offset,
        word | ((BigInt(value as number | bigint) << BigInt(shift)) & mask),
      );
    },
  };
}

/** Rows of STRUCTS. */
export const KHOSER_STRUCTS: Readonly<Record<string, StructRow>> = {
  kho_mem_track: { embedded: always, get: (_m, at) => ref('xarray', `${at}/orders`) },
  kho_mem_phys: { embedded: always, get: (_m, at) => ref('xarray', `${at}/phys_bits`) },
  kho_mem_phys_bits: { embedded: always, get: (_m, at) => ref('u64[]', at) },
  khoser_mem_chunk: {
    embedded: always,
    get: (_m, at, field) => ref(field === 'hdr' ? 'khoser_mem_chunk_hdr' : 'khoser_mem_bitmap_ptr[]', at),
  },
  khoser_mem_chunk_hdr: packed('khoser_mem_chunk_hdr', { next: [0, 0, 64], order: [8, 0, 32], num_elms: [8, 32, 32] }),
  'khoser_mem_bitmap_ptr[]': {
    embedded: always,
    get: (_m, at, i) => ref('khoser_mem_bitmap_ptr', (at as number) + HEADER_BYTES + ELEMENT_BYTES * Number(i)),
  },
  khoser_mem_bitmap_ptr: packed('khoser_mem_bitmap_ptr', { phys_start: [0, 0, 64], bitmap: [8, 0, 64] }),
};
