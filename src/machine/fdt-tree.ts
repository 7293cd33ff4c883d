// A flattened device tree as a tree, and back: for those who show or compare one. parseFdt() wants a whole, sound blob;
// inspectFdt() shows what can be seen of any bytes and says what is wrong. Neither throws. Knows nothing of KHO.
import {
  FDT_BEGIN_NODE,
  FDT_END,
  FDT_END_NODE,
  FDT_HEADER_SIZE,
  FDT_LAST_COMPATIBLE_VERSION,
  FDT_PROP,
  FDT_RESERVE_ENTRY_SIZE,
  type FdtError,
  type FdtHeader,
  type FdtResult,
  fdt_check_header,
  fdt64,
  fdtError,
  fdtHeader,
  fdtOk,
  hex,
  tagAlign,
} from './fdt.ts';
import {
  fdt_add_reservemap_entry,
  fdt_begin_node,
  fdt_create,
  fdt_end_node,
  fdt_finish,
  fdt_finish_reservemap,
  fdt_property,
} from './fdt-create.ts';
import { type FdtTag, fdt_get_string, fdt_next_tag, structSize } from './fdt-read.ts';

export interface FdtProp {
  readonly name: string;
  readonly value: Uint8Array;
}

export interface FdtNode {
  /** '' for the root */
  readonly name: string;
  readonly props: readonly FdtProp[];
  readonly children: readonly FdtNode[];
}

export interface FdtTree {
  readonly header: FdtHeader;
  readonly reserved: readonly { readonly address: bigint; readonly size: bigint }[];
  readonly root: FdtNode;
}

/** What can be seen of a blob; `tree` is null when not even a root can. A property whose name is lost is called `?0x15`. */
export interface FdtInspection {
  readonly tree: FdtTree | null;
  readonly problems: readonly FdtError[];
}

interface Open {
  readonly name: string;
  readonly props: FdtProp[];
  readonly children: FdtNode[];
}

/** Blocks that the bytes at hand end in, or do not reach. */
function cutBlocks(blob: Uint8Array, h: FdtHeader): FdtError | null {
  if (blob.length >= h.totalsize) return null;
  const blocks = [
    { name: 'structure block', start: h.off_dt_struct, end: h.off_dt_struct + structSize(h) },
    { name: 'strings block', start: h.off_dt_strings, end: h.off_dt_strings + h.size_dt_strings },
  ];
  const cut = blocks
    .filter(({ start, end }) => end > start && blob.length < end)
    .map(({ name, start, end }) => {
      const left = Math.max(blob.length - start, 0);
      return `the ${name} [${hex(start)}, ${hex(end)}) lacks ${hex(end - start - left)} of ${hex(end - start)} bytes`;
    });
  const have = `the blob is cut short, it has ${hex(blob.length)} of its ${hex(h.totalsize)} bytes`;
  return fdtError('FDT_ERR_TRUNCATED', [have, ...cut].join(': '));
}

function reserveMap(blob: Uint8Array, h: FdtHeader, problems: FdtError[]): FdtTree['reserved'] {
  const found: { address: bigint; size: bigint }[] = [];
  const limit = Math.min(blob.length, h.totalsize);
  for (let at = h.off_mem_rsvmap; at + FDT_RESERVE_ENTRY_SIZE <= limit; at += FDT_RESERVE_ENTRY_SIZE) {
    const entry = { address: fdt64(blob, at), size: fdt64(blob, at + 8) };
    if (entry.size === 0n) return found;
    found.push(entry);
  }
  problems.push(fdtError('FDT_ERR_TRUNCATED', 'the reserve map has no ending entry of zero size'));
  return found;
}

function property(blob: Uint8Array, h: FdtHeader, tag: FdtTag, problems: FdtError[]): FdtProp {
  const { nameoff = 0, data = 0, len = 0 } = tag;
  const name = fdt_get_string(blob, h, nameoff);
  // names that lie behind a cut are part of that problem
  const lost = blob.length < h.totalsize && nameoff < h.size_dt_strings;
  if (!name.ok && !lost) problems.push(fdtError('FDT_ERR_BADSTRUCTURE', name.error.what));
  return { name: name.ok ? name.value : `?${hex(nameoff)}`, value: blob.slice(data, data + len) };
}

/** The root as far as the tags go; what is still open when they end is closed. */
function nodes(blob: Uint8Array, h: FdtHeader, problems: FdtError[]): FdtNode | null {
  const bad = (what: string) => problems.push(fdtError('FDT_ERR_BADSTRUCTURE', what));
  const open: Open[] = [];
  let root: FdtNode | null = null;
  for (let at = 0; ; ) {
    const next = fdt_next_tag(blob, h, at);
    if (!next.ok) {
      problems.push(next.error);
      break;
    }
    const tag = next.value;
    const node = open.at(-1);
    if (tag.tag === FDT_END) {
      if (node !== undefined) bad(`FDT_END inside of node '${node.name}', at ${hex(at)}`);
      break;
    }
    if (tag.tag === FDT_BEGIN_NODE) {
      const begun: Open = { name: tag.name ?? '', props: [], children: [] };
      if (node !== undefined) node.children.push(begun);
      else if (root === null) root = begun;
      else bad(`a second root at ${hex(at)}`);
      open.push(begun);
    } else if (tag.tag === FDT_PROP) {
      if (node === undefined) bad(`a property outside of nodes, at ${hex(at)}`);
      else if (node.children.length > 0) bad(`a property after a subnode, at ${hex(at)}`);
      node?.props.push(property(blob, h, tag, problems));
    } else if (tag.tag === FDT_END_NODE && open.pop() === undefined) {
      bad(`a node ends at ${hex(at)} that did not begin`);
      break;
    }
    at = tag.next;
  }
  if (root === null && problems.length === 0) bad('there is no root node');
  return root;
}

/** Everything that can be seen of a blob, and everything wrong with it. */
export function inspectFdt(blob: Uint8Array): FdtInspection {
  const problems: FdtError[] = [];
  if (blob.length < FDT_HEADER_SIZE) {
    return { tree: null, problems: [fdtError('FDT_ERR_TRUNCATED', `${blob.length} bytes hold no header of 40`)] };
  }
  const checked = fdt_check_header(blob);
  if (!checked.ok) {
    if (checked.error.name !== 'FDT_ERR_TRUNCATED') return { tree: null, problems: [checked.error] };
    problems.push(checked.error);
  }
  const header = fdtHeader(blob);
  if (header.version < FDT_LAST_COMPATIBLE_VERSION) {
    const what = `version ${header.version} is older than 16, and is not read`;
    return { tree: null, problems: [fdtError('FDT_ERR_BADVERSION', what)] };
  }
  const cut = cutBlocks(blob, header);
  if (cut !== null) problems.push(cut);
  const reserved = reserveMap(blob, header, problems);
  const root = nodes(blob, header, problems);
  return { tree: root === null ? null : { header, reserved, root }, problems };
}

/** The tree of a blob in which nothing is wrong; otherwise the first thing that is. */
export function parseFdt(blob: Uint8Array): FdtResult<FdtTree> {
  const { tree, problems } = inspectFdt(blob);
  const error = problems[0];
  if (error !== undefined) return { ok: false, error };
  return tree === null ? { ok: false, error: fdtError('FDT_ERR_BADSTRUCTURE', 'there is no root node') } : fdtOk(tree);
}

/** What buildFdt() wants: a tree without a header. */
export type FdtSource = Pick<FdtTree, 'root'> & Partial<Pick<FdtTree, 'reserved'>>;

type Step = (blob: Uint8Array) => FdtResult<Uint8Array>;

/** The calls that write the tree from top to bottom, and more bytes than they need. */
function plan({ root, reserved = [] }: FdtSource): { steps: Step[]; room: number } {
  const steps: Step[] = reserved.map(
    ({ address, size }) =>
      (blob) =>
        fdt_add_reservemap_entry(blob, address, size),
  );
  let room = 48 + FDT_RESERVE_ENTRY_SIZE * (reserved.length + 1) + 4;
  steps.push(fdt_finish_reservemap);
  const left: (FdtNode | null)[] = [root];
  while (left.length > 0) {
    const node = left.pop();
    if (node === null || node === undefined) {
      steps.push(fdt_end_node);
      continue;
    }
    steps.push((blob) => fdt_begin_node(blob, node.name));
    room += 8 + tagAlign(node.name.length + 1);
    for (const { name, value } of node.props) {
      steps.push((blob) => fdt_property(blob, name, value));
      room += 12 + tagAlign(value.length) + name.length + 1;
    }
    left.push(null, ...[...node.children].reverse());
  }
  return { steps, room };
}

/** The blob that libfdt's sequential functions would write for a tree. */
export function buildFdt(source: FdtSource): FdtResult<Uint8Array> {
  const { steps, room } = plan(source);
  let blob = fdt_create(room);
  for (const step of steps) {
    if (!blob.ok) return blob;
    blob = step(blob.value);
  }
  return blob.ok ? fdt_finish(blob.value) : blob;
}
