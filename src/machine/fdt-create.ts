// Writing a flattened device tree from top to bottom, as libfdt's sequential functions do (fdt_sw.c): tags grow upwards from
// the reserve map, names downwards from the end, fdt_finish() joins them. Each function gives a new blob. Knows nothing of KHO.
import {
  cString,
  FDT_BEGIN_NODE,
  FDT_END,
  FDT_END_NODE,
  FDT_HEADER_SIZE,
  FDT_LAST_COMPATIBLE_VERSION,
  FDT_LAST_SUPPORTED_VERSION,
  FDT_MAGIC,
  FDT_PROP,
  FDT_RESERVE_ENTRY_SIZE,
  FDT_SW_MAGIC,
  type FdtHeader,
  type FdtResult,
  fdt32,
  fdtFail,
  fdtHeader,
  fdtOk,
  hex,
  putFdt32,
  putFdt64,
  putFdtHeader,
  tagAlign,
} from './fdt.ts';
import { fdt_next_tag } from './fdt-read.ts';

const alignUp = (n: number, align: number) => Math.ceil(n / align) * align;

/** Index of a name with its NUL in a block of strings, or -1; the end of a longer name will do. */
export function findString(strings: Uint8Array, name: Uint8Array): number {
  for (let at = 0; at + name.length <= strings.length; at++) {
    if (name.every((byte, i) => strings[at + i] === byte)) return at;
  }
  return -1;
}

/** fdt_create(): begins a blob in a buffer of `size` zeroed bytes. */
export function fdt_create(size: number): FdtResult<Uint8Array> {
  const start = alignUp(FDT_HEADER_SIZE, FDT_RESERVE_ENTRY_SIZE);
  if (size < start) return fdtFail('FDT_ERR_NOSPACE', `${hex(size)} bytes cannot hold the header of ${hex(start)}`);
  const blob = new Uint8Array(size);
  putFdtHeader(blob, {
    magic: FDT_SW_MAGIC,
    totalsize: size,
    version: FDT_LAST_SUPPORTED_VERSION,
    off_mem_rsvmap: start,
    off_dt_struct: start,
  });
  return fdtOk(blob);
}

type Phase = 'reserve map' | 'structure';

/** The header, when the blob is being written and stands in that phase. */
function writing(blob: Uint8Array, phase: Phase): FdtResult<FdtHeader> {
  const h = fdtHeader(blob);
  if (h.magic !== FDT_SW_MAGIC || blob.length < h.totalsize || blob.length < FDT_HEADER_SIZE) {
    return fdtFail('FDT_ERR_BADMAGIC', 'the blob is not one that fdt_create() began');
  }
  // names have a place only once the reserve map is finished
  const now: Phase = h.off_dt_strings === 0 ? 'reserve map' : 'structure';
  return now === phase
    ? fdtOk(h)
    : fdtFail('FDT_ERR_BADSTATE', `the blob is at its ${now}, the call belongs to the ${phase}`);
}

/** fdt_add_reservemap_entry() */
export function fdt_add_reservemap_entry(blob: Uint8Array, address: bigint, size: bigint): FdtResult<Uint8Array> {
  const h = writing(blob, 'reserve map');
  if (!h.ok) return h;
  const at = h.value.off_dt_struct;
  if (at + FDT_RESERVE_ENTRY_SIZE > h.value.totalsize) {
    return fdtFail('FDT_ERR_NOSPACE', `no room for an entry of the reserve map at ${hex(at)}`);
  }
  const next = blob.slice();
  putFdt64(next, at, address);
  putFdt64(next, at + 8, size);
  putFdtHeader(next, { off_dt_struct: at + FDT_RESERVE_ENTRY_SIZE });
  return fdtOk(next);
}

/** fdt_finish_reservemap() */
export function fdt_finish_reservemap(blob: Uint8Array): FdtResult<Uint8Array> {
  const ended = fdt_add_reservemap_entry(blob, 0n, 0n);
  if (ended.ok) putFdtHeader(ended.value, { off_dt_strings: fdtHeader(ended.value).totalsize });
  return ended;
}

/** A copy with `len` more bytes of structure, and where they are. */
function grabSpace(blob: Uint8Array, len: number): FdtResult<{ next: Uint8Array; at: number }> {
  const h = writing(blob, 'structure');
  if (!h.ok) return h;
  const { off_dt_struct, size_dt_struct, size_dt_strings, totalsize } = h.value;
  const left = totalsize - size_dt_strings - off_dt_struct - size_dt_struct;
  if (len > left) return fdtFail('FDT_ERR_NOSPACE', `${hex(len)} more bytes are needed, ${hex(left)} are left`);
  const next = blob.slice();
  putFdtHeader(next, { size_dt_struct: size_dt_struct + len });
  return fdtOk({ next, at: off_dt_struct + size_dt_struct });
}

const badName = (name: string) =>
  fdtFail('FDT_ERR_BADVALUE', `${JSON.stringify(name)} is no string of one-byte characters`);

/** fdt_begin_node() */
export function fdt_begin_node(blob: Uint8Array, name: string): FdtResult<Uint8Array> {
  const bytes = cString(name);
  if (bytes === null) return badName(name);
  const space = grabSpace(blob, 4 + tagAlign(bytes.length));
  if (!space.ok) return space;
  const { next, at } = space.value;
  putFdt32(next, at, FDT_BEGIN_NODE);
  next.set(bytes, at + 4);
  return fdtOk(next);
}

/** fdt_end_node() */
export function fdt_end_node(blob: Uint8Array): FdtResult<Uint8Array> {
  const space = grabSpace(blob, 4);
  if (!space.ok) return space;
  putFdt32(space.value.next, space.value.at, FDT_END_NODE);
  return fdtOk(space.value.next);
}

/** fdt_find_add_string_(): a copy that has the name, and its offset from the end of the buffer, negative. */
function addString(blob: Uint8Array, name: string): FdtResult<{ next: Uint8Array; offset: number }> {
  const h = writing(blob, 'structure');
  if (!h.ok) return h;
  const bytes = cString(name);
  if (bytes === null) return badName(name);
  const { totalsize, size_dt_strings, off_dt_struct, size_dt_struct } = h.value;
  const found = findString(blob.subarray(totalsize - size_dt_strings, totalsize), bytes);
  if (found >= 0) return fdtOk({ next: blob, offset: found - size_dt_strings });
  const size = size_dt_strings + bytes.length;
  if (totalsize - size < off_dt_struct + size_dt_struct) {
    return fdtFail('FDT_ERR_NOSPACE', `no room for the name '${name}' of ${bytes.length} bytes`);
  }
  const next = blob.slice();
  next.set(bytes, totalsize - size);
  putFdtHeader(next, { size_dt_strings: size });
  return fdtOk({ next, offset: -size });
}

/** fdt_property() */
export function fdt_property(blob: Uint8Array, name: string, value: Uint8Array): FdtResult<Uint8Array> {
  const named = addString(blob, name);
  if (!named.ok) return named;
  const space = grabSpace(named.value.next, 12 + tagAlign(value.length));
  if (!space.ok) return space;
  const { next, at } = space.value;
  putFdt32(next, at, FDT_PROP);
  putFdt32(next, at + 4, value.length);
  putFdt32(next, at + 8, named.value.offset >>> 0);
  next.set(value, at + 12);
  return fdtOk(next);
}

/** fdt_property_string(): the bytes of a string with its NUL. */
export function fdt_property_string(blob: Uint8Array, name: string, text: string): FdtResult<Uint8Array> {
  const bytes = cString(text);
  return bytes === null ? badName(text) : fdt_property(blob, name, bytes);
}

/** Names counted from the end of the buffer become offsets into the strings block. */
function countNamesFromStart(blob: Uint8Array, h: FdtHeader): FdtResult<Uint8Array> {
  for (let at = 0; ; ) {
    const tag = fdt_next_tag(blob, h, at);
    if (!tag.ok) return tag;
    if (tag.value.tag === FDT_END) return fdtOk(blob);
    if (tag.value.tag === FDT_PROP) {
      const field = h.off_dt_struct + at + 8;
      putFdt32(blob, field, (fdt32(blob, field) + h.size_dt_strings) >>> 0);
    }
    at = tag.value.next;
  }
}

/** fdt_finish(): the finished blob, cut to its total size. */
export function fdt_finish(blob: Uint8Array): FdtResult<Uint8Array> {
  const space = grabSpace(blob, 4);
  if (!space.ok) return space;
  const { next, at } = space.value;
  putFdt32(next, at, FDT_END);
  const { totalsize, size_dt_strings } = fdtHeader(next);
  next.copyWithin(at + 4, totalsize - size_dt_strings, totalsize);
  putFdtHeader(next, {
    magic: FDT_MAGIC,
    totalsize: at + 4 + size_dt_strings,
    off_dt_strings: at + 4,
    last_comp_version: FDT_LAST_COMPATIBLE_VERSION,
  });
  const done = countNamesFromStart(next, fdtHeader(next));
  return done.ok ? fdtOk(next.slice(0, at + 4 + size_dt_strings)) : done;
}

/** fdt_create_empty_tree(): a root without anything, in a buffer of `size` bytes that it may grow into. */
export function fdt_create_empty_tree(size: number): FdtResult<Uint8Array> {
  let blob = fdt_create(size);
  for (const step of [fdt_finish_reservemap, (b: Uint8Array) => fdt_begin_node(b, ''), fdt_end_node, fdt_finish]) {
    if (!blob.ok) return blob;
    blob = step(blob.value);
  }
  if (!blob.ok) return blob;
  const buffer = new Uint8Array(size);
  buffer.set(blob.value);
  putFdtHeader(buffer, { totalsize: size });
  return fdtOk(buffer);
}
