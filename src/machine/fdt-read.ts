// Looking things up in a flattened device tree by offset, as libfdt does (fdt.c, fdt_ro.c): tags, nodes, properties. Blobs of
// version 16 and 17 only. Offsets count from the structure block. Knows nothing of writing and nothing of KHO.
import {
  FDT_BEGIN_NODE,
  FDT_END,
  FDT_END_NODE,
  FDT_LAST_COMPATIBLE_VERSION,
  FDT_NOP,
  FDT_PROP,
  type FdtHeader,
  type FdtResult,
  fdt_check_header,
  fdt32,
  fdtFail,
  fdtOk,
  hex,
  latin1,
  stringAt,
  tagAlign,
} from './fdt.ts';

/** One tag of the structure block. */
export interface FdtTag {
  readonly tag: number;
  /** offset of the tag after it */
  readonly next: number;
  /** of FDT_BEGIN_NODE */
  readonly name?: string;
  /** of FDT_PROP: where its name stands in the strings block */
  readonly nameoff?: number;
  /** of FDT_PROP: bytes, and where they begin in the blob */
  readonly len?: number;
  readonly data?: number;
}

const notFound = (what: string) => fdtFail('FDT_ERR_NOTFOUND', what);

/** The header of a blob that may be read; the whole of it must be there. */
export function readable(blob: Uint8Array): FdtResult<FdtHeader> {
  const checked = fdt_check_header(blob);
  if (!checked.ok) return checked;
  const h = checked.value;
  if (h.version < FDT_LAST_COMPATIBLE_VERSION) {
    return fdtFail('FDT_ERR_BADVERSION', `version ${h.version} is older than 16, and is not read`);
  }
  if (blob.length < h.totalsize) {
    return fdtFail('FDT_ERR_TRUNCATED', `the blob has ${hex(blob.length)} of its ${hex(h.totalsize)} bytes`);
  }
  return fdtOk(h);
}

/** Bytes of the structure block; before version 17 the header does not say, and the strings block ends it. */
export const structSize = (h: FdtHeader): number =>
  h.version >= 17
    ? h.size_dt_struct
    : (h.off_dt_strings > h.off_dt_struct ? h.off_dt_strings : h.totalsize) - h.off_dt_struct;

/** fdt_next_tag(): the tag at `offset`. The structure block is taken to end where the blob does, at the latest. */
export function fdt_next_tag(blob: Uint8Array, h: FdtHeader, offset: number): FdtResult<FdtTag> {
  const limit = Math.min(h.off_dt_struct + structSize(h), blob.length);
  const at = h.off_dt_struct + offset;
  if (offset < 0 || offset % 4 !== 0) return fdtFail('FDT_ERR_BADOFFSET', `no tag can stand at offset ${hex(offset)}`);
  if (at + 4 > limit) return fdtFail('FDT_ERR_TRUNCATED', `the structure block ends at ${hex(offset)} without FDT_END`);
  const tag = fdt32(blob, at);
  if (tag === FDT_BEGIN_NODE) {
    const name = stringAt(blob, at + 4, limit);
    if (name === null) return fdtFail('FDT_ERR_BADSTRUCTURE', `the name of the node at ${hex(offset)} has no end`);
    return fdtOk({ tag, name, next: tagAlign(offset + 4 + name.length + 1) });
  }
  if (tag === FDT_PROP) return propertyTag(blob, h, offset, limit);
  if (tag === FDT_END_NODE || tag === FDT_NOP || tag === FDT_END) return fdtOk({ tag, next: offset + 4 });
  return fdtFail('FDT_ERR_BADSTRUCTURE', `${hex(tag)} at offset ${hex(offset)} is no tag`);
}

function propertyTag(blob: Uint8Array, h: FdtHeader, offset: number, limit: number): FdtResult<FdtTag> {
  const at = h.off_dt_struct + offset;
  const bad = `the property at ${hex(offset)} reaches beyond the structure block`;
  if (at + 12 > limit) return fdtFail('FDT_ERR_BADSTRUCTURE', bad);
  const len = fdt32(blob, at + 4);
  if (at + 12 + len > limit) return fdtFail('FDT_ERR_BADSTRUCTURE', bad);
  const next = tagAlign(offset + 12 + len);
  return fdtOk({ tag: FDT_PROP, next, nameoff: fdt32(blob, at + 8), len, data: at + 12 });
}

/** fdt_get_string(): the name at `offset` of the strings block. */
export function fdt_get_string(blob: Uint8Array, h: FdtHeader, offset: number): FdtResult<string> {
  const end = h.off_dt_strings + h.size_dt_strings;
  if (offset >= h.size_dt_strings) {
    return fdtFail('FDT_ERR_BADOFFSET', `name ${hex(offset)} lies outside of the strings block`);
  }
  const text = stringAt(blob, h.off_dt_strings + offset, Math.min(end, blob.length));
  return text === null
    ? fdtFail('FDT_ERR_TRUNCATED', `the name at ${hex(offset)} of the strings block has no end`)
    : fdtOk(text);
}

/** fdt_check_node_offset_(): the offset after the tag that begins the node at `offset`. */
export function nodeBody(blob: Uint8Array, h: FdtHeader, offset: number): FdtResult<number> {
  const tag = fdt_next_tag(blob, h, offset);
  if (!tag.ok || tag.value.tag !== FDT_BEGIN_NODE) {
    return fdtFail('FDT_ERR_BADOFFSET', `no node begins at offset ${hex(offset)}`);
  }
  return fdtOk(tag.value.next);
}

/** Where a walk over nodes stands: depth counts from the node it began at, below 0 that node has ended. */
interface NodeStep {
  readonly offset: number;
  readonly depth: number;
}

/** fdt_next_node(): the next node in order of the blob, or the offset behind the node that the walk began at. */
function nextNode(blob: Uint8Array, h: FdtHeader, from: NodeStep): FdtResult<NodeStep> {
  const body = nodeBody(blob, h, from.offset);
  if (!body.ok) return body;
  let { depth } = from;
  for (let at = body.value; ; ) {
    const tag = fdt_next_tag(blob, h, at);
    if (!tag.ok) return tag;
    if (tag.value.tag === FDT_BEGIN_NODE) return fdtOk({ offset: at, depth: depth + 1 });
    if (tag.value.tag === FDT_END) return notFound(`the tree ends at ${hex(at)}, inside a node`);
    if (tag.value.tag === FDT_END_NODE && --depth < 0) return fdtOk({ offset: tag.value.next, depth });
    at = tag.value.next;
  }
}

/** fdt_node_end_offset_(): the offset after the tag that ends the node at `offset`. */
export function nodeEnd(blob: Uint8Array, h: FdtHeader, offset: number): FdtResult<number> {
  let at: NodeStep = { offset, depth: 0 };
  do {
    const step = nextNode(blob, h, at);
    if (!step.ok) return step;
    at = step.value;
  } while (at.depth >= 0);
  return fdtOk(at.offset);
}

/** The first tag at or after `offset` that is no property and no FDT_NOP; its offset. */
export function afterProperties(blob: Uint8Array, h: FdtHeader, offset: number): FdtResult<number> {
  for (let at = offset; ; ) {
    const tag = fdt_next_tag(blob, h, at);
    if (!tag.ok) return tag;
    if (tag.value.tag !== FDT_PROP && tag.value.tag !== FDT_NOP) return fdtOk(at);
    at = tag.value.next;
  }
}

const noSubnode = notFound('there is no further subnode');

/** fdt_first_subnode(): a damaged tree has none, as for libfdt. */
export function fdt_first_subnode(blob: Uint8Array, offset: number): FdtResult<number> {
  const h = readable(blob);
  if (!h.ok) return h;
  const first = nextNode(blob, h.value, { offset, depth: 0 });
  return first.ok && first.value.depth === 1 ? fdtOk(first.value.offset) : noSubnode;
}

/** fdt_next_subnode(): the sibling after the node at `offset`. */
export function fdt_next_subnode(blob: Uint8Array, offset: number): FdtResult<number> {
  const h = readable(blob);
  if (!h.ok) return h;
  let at: NodeStep = { offset, depth: 1 };
  do {
    const step = nextNode(blob, h.value, at);
    if (!step.ok || step.value.depth < 1) return noSubnode;
    at = step.value;
  } while (at.depth > 1);
  return fdtOk(at.offset);
}

/** fdt_get_name() */
export function fdt_get_name(blob: Uint8Array, offset: number): FdtResult<string> {
  const h = readable(blob);
  if (!h.ok) return h;
  const tag = fdt_next_tag(blob, h.value, offset);
  if (tag.ok && tag.value.name !== undefined) return fdtOk(tag.value.name);
  return fdtFail('FDT_ERR_BADOFFSET', `no node begins at offset ${hex(offset)}`);
}

/** Does a node of this name answer to `wanted`? A unit address may be left out of what is asked for. */
const nodename_eq = (name: string, wanted: string): boolean =>
  name === wanted || (!wanted.includes('@') && name.startsWith(`${wanted}@`));

/** fdt_subnode_offset() */
export function fdt_subnode_offset(blob: Uint8Array, parent: number, name: string): FdtResult<number> {
  const h = readable(blob);
  if (!h.ok) return h;
  let step = nextNode(blob, h.value, { offset: parent, depth: 0 });
  for (; step.ok && step.value.depth >= 0; step = nextNode(blob, h.value, step.value)) {
    const tag = fdt_next_tag(blob, h.value, step.value.offset);
    if (step.value.depth === 1 && tag.ok && nodename_eq(tag.value.name ?? '', name)) return fdtOk(step.value.offset);
  }
  return step.ok ? notFound(`there is no subnode '${name}'`) : step;
}

/** The tag of a property of the node at `offset`. */
export function findProperty(blob: Uint8Array, h: FdtHeader, offset: number, name: string): FdtResult<FdtTag> {
  const body = nodeBody(blob, h, offset);
  if (!body.ok) return body;
  for (let at = body.value; ; ) {
    const tag = fdt_next_tag(blob, h, at);
    if (!tag.ok) return tag;
    if (tag.value.tag === FDT_PROP) {
      const found = fdt_get_string(blob, h, tag.value.nameoff ?? 0);
      if (found.ok && found.value === name) return tag;
    } else if (tag.value.tag !== FDT_NOP) return notFound(`there is no property '${name}'`);
    at = tag.value.next;
  }
}

/** fdt_getprop(): the bytes of a property. */
export function fdt_getprop(blob: Uint8Array, offset: number, name: string): FdtResult<Uint8Array> {
  const h = readable(blob);
  if (!h.ok) return h;
  const tag = findProperty(blob, h.value, offset, name);
  if (!tag.ok) return tag;
  const start = tag.value.data ?? 0;
  return fdtOk(blob.slice(start, start + (tag.value.len ?? 0)));
}

/** fdt_node_check_compatible(): 0 when `compatible` is among the node's strings, 1 when it is not. */
export function fdt_node_check_compatible(blob: Uint8Array, offset: number, compatible: string): FdtResult<0 | 1> {
  const value = fdt_getprop(blob, offset, 'compatible');
  if (!value.ok) return value;
  // what follows the last NUL is no string
  return fdtOk(latin1(value.value).split('\0').slice(0, -1).includes(compatible) ? 0 : 1);
}
