// libfdt on blobs in simulated memory, and numbers and strings in pages: each call reads the whole page of the blob and writes
// it back. Errors are libfdt's negative numbers.
import {
  type FdtResult,
  fdt_add_subnode,
  fdt_begin_node,
  fdt_check_header,
  fdt_create,
  fdt_del_node,
  fdt_end_node,
  fdt_finish,
  fdt_finish_reservemap,
  fdt_getprop,
  fdt_node_check_compatible,
  fdt_open_into,
  fdt_pack,
  fdt_property,
  fdt_property_string,
  fdt_setprop,
  fdt_subnode_offset,
  pageOfBytes,
  physBytes,
} from '../../machine/index.ts';
import type { Context, Intrinsics } from '../../vm/index.ts';
import { reads, row, writes } from './row.ts';

const pageOf = (c: Context, phys: number) => Math.floor(phys / 2 ** c.machine.config.pageShift);

/** The page that holds an address, as bytes; its read recorded. */
function page(c: Context, phys: number): Uint8Array {
  reads(c, 'phys', pageOf(c, phys), '*');
  return physBytes(c.machine, pageOf(c, phys));
}

/** Writes a page's bytes back. */
function put(c: Context, phys: number, bytes: Uint8Array): void {
  writes(c, 'phys', pageOf(c, phys), '*');
  c.emit({ k: 'phys', pfn: pageOf(c, phys), page: pageOfBytes(bytes) });
}

/** A call that makes a new blob out of one; 0 or libfdt's error. */
function edit(c: Context, phys: number, change: (blob: Uint8Array) => FdtResult<Uint8Array>): number {
  const whole = page(c, phys);
  const result = change(whole);
  if (!result.ok) return result.error.err;
  const bytes = new Uint8Array(whole.length);
  bytes.set(result.value.subarray(0, whole.length));
  put(c, phys, bytes);
  return 0;
}

const number = <T>(result: FdtResult<T>, value: (t: T) => number): number =>
  result.ok ? value(result.value) : result.error.err;

function u64(value: bigint): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, value, true);
  return bytes;
}

const editors: Intrinsics = {
  fdt_create: row('effect', 2, 'fdt_create()', (c, fdt: number, size: number) => edit(c, fdt, () => fdt_create(size))),
  fdt_finish_reservemap: row('effect', 1, 'fdt_finish_reservemap()', (c, fdt: number) =>
    edit(c, fdt, fdt_finish_reservemap),
  ),
  fdt_begin_node: row('effect', 2, 'fdt_begin_node()', (c, fdt: number, name: string) =>
    edit(c, fdt, (blob) => fdt_begin_node(blob, name)),
  ),
  fdt_property_string: row('effect', 3, 'fdt_property_string()', (c, fdt: number, name: string, text: string) =>
    edit(c, fdt, (blob) => fdt_property_string(blob, name, text)),
  ),
  fdt_property_u64: row(
    'effect',
    3,
    'fdt_property() of 8 bytes in the order of the processor',
    (c, fdt: number, name: string, value: bigint) => edit(c, fdt, (blob) => fdt_property(blob, name, u64(value))),
  ),
  fdt_end_node: row('effect', 1, 'fdt_end_node()', (c, fdt: number) => edit(c, fdt, fdt_end_node)),
  fdt_finish: row('effect', 1, 'fdt_finish()', (c, fdt: number) => edit(c, fdt, fdt_finish)),
  fdt_open_into: row('effect', 2, 'fdt_open_into() in place', (c, fdt: number, size: number) =>
    edit(c, fdt, (blob) => fdt_open_into(blob, size)),
  ),
  fdt_add_subnode: row('effect', 3, 'fdt_add_subnode(): its offset', (c, fdt: number, parent: number, name: string) => {
    const added = fdt_add_subnode(page(c, fdt), parent, name);
    if (!added.ok) return added.error.err;
    put(c, fdt, added.value.blob);
    return added.value.offset;
  }),
  fdt_setprop_u64: row(
    'effect',
    4,
    'fdt_setprop() of 8 bytes in the order of the processor',
    (c, fdt: number, node: number, name: string, value: bigint) =>
      edit(c, fdt, (blob) => fdt_setprop(blob, node, name, u64(value))),
  ),
  fdt_del_node: row('effect', 2, 'fdt_del_node()', (c, fdt: number, node: number) =>
    edit(c, fdt, (blob) => fdt_del_node(blob, node)),
  ),
  fdt_pack: row('effect', 1, 'fdt_pack()', (c, fdt: number) => edit(c, fdt, fdt_pack)),
};

const readers: Intrinsics = {
  fdt_check_header: row('read', 1, 'fdt_check_header()', (c, fdt: number) =>
    number(fdt_check_header(page(c, fdt)), () => 0),
  ),
  fdt_node_check_compatible: row(
    'read',
    3,
    'fdt_node_check_compatible(): 0 when it is, 1 when it is not',
    (c, fdt: number, node: number, compatible: string) =>
      number(fdt_node_check_compatible(page(c, fdt), node, compatible), (n) => n),
  ),
  fdt_subnode_offset: row('read', 3, 'fdt_subnode_offset()', (c, fdt: number, parent: number, name: string) =>
    number(fdt_subnode_offset(page(c, fdt), parent, name), (n) => n),
  ),
  fdt_getprop_len: row('read', 3, 'fdt_getprop(): the length', (c, fdt: number, node: number, name: string) =>
    number(fdt_getprop(page(c, fdt), node, name), (bytes) => bytes.length),
  ),
  fdt_getprop_u64: row(
    'read',
    3,
    'fdt_getprop() of 8 bytes in the order of the processor',
    (c, fdt: number, node: number, name: string) => {
      const found = fdt_getprop(page(c, fdt), node, name);
      if (!found.ok || found.value.length !== 8) return 0n;
      const bytes = Uint8Array.from(found.value);
      return new DataView(bytes.buffer).getBigUint64(0, true);
    },
  ),
};

const within = (c: Context, phys: number) => phys % 2 ** c.machine.config.pageShift;

const contents: Intrinsics = {
  read_u32: row('read', 1, '32 bits of memory, which may lie at any byte of a page', (c, phys: number) => {
    const bytes = page(c, phys);
    return new DataView(bytes.buffer).getUint32(within(c, phys), true);
  }),
  write_u32: row('effect', 2, '32 bits of memory', (c, phys: number, value: number) => {
    const bytes = page(c, phys);
    new DataView(bytes.buffer).setUint32(within(c, phys), value, true);
    put(c, phys, bytes);
  }),
  read_string: row('read', 2, 'a string in memory, of at most so many bytes', (c, phys: number, most: number) => {
    const bytes = page(c, phys).subarray(within(c, phys), within(c, phys) + most);
    const end = bytes.indexOf(0);
    return String.fromCharCode(...bytes.subarray(0, end < 0 ? most : end));
  }),
  write_string: row('effect', 2, 'strscpy() to memory', (c, phys: number, text: string) => {
    const bytes = page(c, phys);
    for (let i = 0; i < text.length; i++) bytes[within(c, phys) + i] = text.charCodeAt(i);
    bytes[within(c, phys) + text.length] = 0;
    put(c, phys, bytes);
  }),
};

/** The rows of this file. */
export const fdtRows: Intrinsics = { ...editors, ...readers, ...contents };
