// Changing a flattened device tree in place, as libfdt does (fdt_rw.c): new subnodes stand before older ones, new properties
// before older ones, new names behind older ones. Each function gives a new blob. Knows nothing of KHO.
import {
  cString,
  FDT_BEGIN_NODE,
  FDT_END_NODE,
  FDT_HEADER_SIZE,
  FDT_LAST_SUPPORTED_VERSION,
  FDT_PROP,
  FDT_RESERVE_ENTRY_SIZE,
  type FdtHeader,
  type FdtResult,
  fdt64,
  fdtFail,
  fdtHeader,
  fdtOk,
  hex,
  putFdt32,
  putFdtHeader,
  tagAlign,
} from './fdt.ts';
import { findString } from './fdt-create.ts';
import {
  afterProperties,
  fdt_subnode_offset,
  findProperty,
  nodeBody,
  nodeEnd,
  readable,
  structSize,
} from './fdt-read.ts';

const RESERVE_MAP = Math.ceil(FDT_HEADER_SIZE / 8) * 8;

/** Bytes of the reserve map with its ending entry. */
function reserveMapSize(blob: Uint8Array, h: FdtHeader): FdtResult<number> {
  for (let at = h.off_mem_rsvmap; at + FDT_RESERVE_ENTRY_SIZE <= h.totalsize; at += FDT_RESERVE_ENTRY_SIZE) {
    if (fdt64(blob, at + 8) === 0n) return fdtOk(at + FDT_RESERVE_ENTRY_SIZE - h.off_mem_rsvmap);
  }
  return fdtFail('FDT_ERR_TRUNCATED', 'the reserve map has no ending entry of zero size');
}

/** Does any block not lie after the one that libfdt writes before it? */
const misordered = (h: FdtHeader, reserve: number, struct: number): boolean =>
  h.off_mem_rsvmap < RESERVE_MAP ||
  h.off_dt_struct < h.off_mem_rsvmap + reserve ||
  h.off_dt_strings < h.off_dt_struct + struct ||
  h.totalsize < h.off_dt_strings + h.size_dt_strings;

/** fdt_packblocks_(): header, reserve map, structure, strings without gaps, in a buffer of `size` bytes. */
function packBlocks(blob: Uint8Array, h: FdtHeader, reserve: number, size: number): Uint8Array {
  const next = new Uint8Array(size);
  const struct = structSize(h);
  const off_dt_struct = RESERVE_MAP + reserve;
  const off_dt_strings = off_dt_struct + struct;
  next.set(blob.subarray(0, FDT_HEADER_SIZE));
  next.set(blob.subarray(h.off_mem_rsvmap, h.off_mem_rsvmap + reserve), RESERVE_MAP);
  next.set(blob.subarray(h.off_dt_struct, h.off_dt_struct + struct), off_dt_struct);
  next.set(blob.subarray(h.off_dt_strings, h.off_dt_strings + h.size_dt_strings), off_dt_strings);
  putFdtHeader(next, { off_mem_rsvmap: RESERVE_MAP, off_dt_struct, off_dt_strings, size_dt_struct: struct });
  return next;
}

/** fdt_open_into(): the blob in a buffer of `size` bytes, of which what is left over may be used. */
export function fdt_open_into(blob: Uint8Array, size: number): FdtResult<Uint8Array> {
  const checked = readable(blob);
  if (!checked.ok) return checked;
  const h = checked.value;
  const reserve = reserveMapSize(blob, h);
  if (!reserve.ok) return reserve;
  const struct = structSize(h);
  const ordered = !misordered(h, reserve.value, struct);
  const least = ordered ? h.totalsize : RESERVE_MAP + reserve.value + struct + h.size_dt_strings;
  if (least > size) return fdtFail('FDT_ERR_NOSPACE', `${hex(least)} bytes do not fit into ${hex(size)}`);
  let next = new Uint8Array(size);
  if (ordered) next.set(blob.subarray(0, h.totalsize));
  else next = new Uint8Array(packBlocks(blob, h, reserve.value, size));
  putFdtHeader(next, { totalsize: size, version: FDT_LAST_SUPPORTED_VERSION, size_dt_struct: struct });
  return fdtOk(next);
}

/** The header of a blob that may be changed. */
function changeable(blob: Uint8Array): FdtResult<FdtHeader> {
  const h = readable(blob);
  if (!h.ok) return h;
  if (h.value.version < 17) {
    return fdtFail('FDT_ERR_BADVERSION', `version ${h.value.version} cannot be changed; fdt_open_into() makes it 17`);
  }
  return misordered(h.value, FDT_RESERVE_ENTRY_SIZE, h.value.size_dt_struct)
    ? fdtFail('FDT_ERR_BADLAYOUT', 'the blocks overlap or stand in another order; fdt_open_into() puts them right')
    : h;
}

/** fdt_splice_(): a copy in which `oldlen` bytes at `at` became `newlen`, whatever they hold, and all that follows moved. */
function splice(blob: Uint8Array, at: number, oldlen: number, newlen: number): FdtResult<Uint8Array> {
  const h = fdtHeader(blob);
  const end = h.off_dt_strings + h.size_dt_strings;
  if (at + oldlen > end) return fdtFail('FDT_ERR_BADOFFSET', `no ${hex(oldlen)} bytes at ${hex(at)}`);
  const needed = end - oldlen + newlen;
  if (needed > h.totalsize) {
    return fdtFail('FDT_ERR_NOSPACE', `${hex(needed)} bytes are needed, the buffer has ${hex(h.totalsize)}`);
  }
  const next = blob.slice();
  next.copyWithin(at + newlen, at + oldlen, end);
  return fdtOk(next);
}

/** The same inside of the structure block; `offset` counts from its start. */
function spliceStruct(blob: Uint8Array, offset: number, oldlen: number, newlen: number): FdtResult<Uint8Array> {
  const h = fdtHeader(blob);
  const next = splice(blob, h.off_dt_struct + offset, oldlen, newlen);
  if (!next.ok) return next;
  putFdtHeader(next.value, {
    size_dt_struct: h.size_dt_struct + newlen - oldlen,
    off_dt_strings: h.off_dt_strings + newlen - oldlen,
  });
  return next;
}

const badName = (name: string) =>
  fdtFail('FDT_ERR_BADVALUE', `${JSON.stringify(name)} is no string of one-byte characters`);

/** fdt_add_subnode(): a new first subnode of the node at `parent`; the blob, and the offset of the subnode. */
export function fdt_add_subnode(
  blob: Uint8Array,
  parent: number,
  name: string,
): FdtResult<{ readonly blob: Uint8Array; readonly offset: number }> {
  const h = changeable(blob);
  if (!h.ok) return h;
  const bytes = cString(name);
  if (bytes === null) return badName(name);
  const known = fdt_subnode_offset(blob, parent, name);
  if (known.ok) return fdtFail('FDT_ERR_EXISTS', `there is a subnode '${name}' already`);
  if (known.error.name !== 'FDT_ERR_NOTFOUND') return known;
  const body = nodeBody(blob, h.value, parent);
  if (!body.ok) return body;
  const at = afterProperties(blob, h.value, body.value);
  if (!at.ok) return at;
  const length = 4 + tagAlign(bytes.length) + 4;
  const next = spliceStruct(blob, at.value, 0, length);
  if (!next.ok) return next;
  const start = h.value.off_dt_struct + at.value;
  putFdt32(next.value, start, FDT_BEGIN_NODE);
  next.value.fill(0, start + 4, start + length - 4).set(bytes, start + 4);
  putFdt32(next.value, start + length - 4, FDT_END_NODE);
  return fdtOk({ blob: next.value, offset: at.value });
}

/** fdt_del_node() */
export function fdt_del_node(blob: Uint8Array, offset: number): FdtResult<Uint8Array> {
  const h = changeable(blob);
  if (!h.ok) return h;
  const end = nodeEnd(blob, h.value, offset);
  return end.ok ? spliceStruct(blob, offset, end.value - offset, 0) : end;
}

/** fdt_find_add_string_(): a copy that has the name in its strings block, and where. */
function addString(blob: Uint8Array, name: string): FdtResult<{ next: Uint8Array; offset: number }> {
  const h = fdtHeader(blob);
  const bytes = cString(name);
  if (bytes === null) return badName(name);
  const end = h.off_dt_strings + h.size_dt_strings;
  const found = findString(blob.subarray(h.off_dt_strings, end), bytes);
  if (found >= 0) return fdtOk({ next: blob, offset: found });
  const next = splice(blob, end, 0, bytes.length);
  if (!next.ok) return next;
  next.value.set(bytes, end);
  putFdtHeader(next.value, { size_dt_strings: h.size_dt_strings + bytes.length });
  return fdtOk({ next: next.value, offset: h.size_dt_strings });
}

/**
 * fdt_setprop(): a new property is its node's first; one that is there gets another value where it stands. Bytes that fill
 * a value up to 4 are left as they were, as by libfdt.
 */
export function fdt_setprop(blob: Uint8Array, node: number, name: string, value: Uint8Array): FdtResult<Uint8Array> {
  const h = changeable(blob);
  if (!h.ok) return h;
  const size = tagAlign(value.length);
  const known = findProperty(blob, h.value, node, name);
  if (known.ok) {
    const { data = 0, len = 0 } = known.value;
    const next = spliceStruct(blob, data - h.value.off_dt_struct, tagAlign(len), size);
    if (!next.ok) return next;
    putFdt32(next.value, data - 8, value.length);
    next.value.set(value, data);
    return next;
  }
  if (known.error.name !== 'FDT_ERR_NOTFOUND') return known;
  const body = nodeBody(blob, h.value, node);
  if (!body.ok) return body;
  const named = addString(blob, name);
  if (!named.ok) return named;
  const next = spliceStruct(named.value.next, body.value, 0, 12 + size);
  if (!next.ok) return next;
  const at = h.value.off_dt_struct + body.value;
  putFdt32(next.value, at, FDT_PROP);
  putFdt32(next.value, at + 4, value.length);
  putFdt32(next.value, at + 8, named.value.offset);
  next.value.set(value, at + 12);
  return next;
}

/** fdt_pack(): the blob without gaps, cut to its total size. */
export function fdt_pack(blob: Uint8Array): FdtResult<Uint8Array> {
  const h = changeable(blob);
  if (!h.ok) return h;
  const reserve = reserveMapSize(blob, h.value);
  if (!reserve.ok) return reserve;
  const size = RESERVE_MAP + reserve.value + h.value.size_dt_struct + h.value.size_dt_strings;
  const next = packBlocks(blob, h.value, reserve.value, size);
  putFdtHeader(next, { totalsize: size });
  return fdtOk(next);
}
