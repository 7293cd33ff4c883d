// What two kernels say to each other over a kexec (include/linux/kho/abi/*.h and asm/setup_data.h, v7.2 and v7.3), as bytes:
// the root FDT with its subtrees, kexec-metadata, scratch entries, the setup_data entry, vmalloc descriptors and chunks.
// All numbers little-endian but for the FDT's own. Knows nothing of who wrote the bytes or where they lie.
import {
  type FdtError,
  type FdtResult,
  fdt_add_subnode,
  fdt_begin_node,
  fdt_create,
  fdt_end_node,
  fdt_finish,
  fdt_finish_reservemap,
  fdt_getprop,
  fdt_open_into,
  fdt_pack,
  fdt_property,
  fdt_property_string,
  fdt_setprop,
  fdt_subnode_offset,
  latin1,
} from '../machine/index.ts';

export const KHO_FDT_COMPATIBLE = 'kho-v4';
/** of kernels that hand over a list of bitmaps */
export const KHO_FDT_COMPATIBLE_BITMAPS = 'kho-v1';
export const KHO_PROP_PRESERVED_MEMORY_MAP = 'preserved-memory-map';
export const KHO_SUB_TREE_PROP_DATA = 'preserved-data';
export const KHO_SUB_TREE_PROP_SIZE = 'blob-size';
export const KHO_METADATA_NODE_NAME = 'kexec-metadata';
export const KHO_KEXEC_METADATA_VERSION = 1;
export const SETUP_KEXEC_KHO = 10;
export const KHO_VMALLOC_ALLOC = 1;
export const KHO_VMALLOC_HUGE_VMAP = 2;

const PAGE_SIZE = 4096;
const RELEASE_BYTES = 65;
const METADATA_BYTES = 4 + RELEASE_BYTES + 4;
const SCRATCH_ENTRY_BYTES = 16;
const SETUP_HEADER_BYTES = 16;
const SETUP_KHO_BYTES = 32;
const VMALLOC_BYTES = 16;
/** Addresses in one chunk; the word before them leads to the next chunk. */
export const KHO_VMALLOC_CHUNK_ENTRIES = PAGE_SIZE / 8 - 1;

const ENOENT = 2;
const ENOMEM = 12;
const EEXIST = 17;
const EINVAL = 22;

/** Bytes that decode, or a sentence on why they do not. */
export type Decoded<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly what: string };

const good = <T>(value: T): Decoded<T> => ({ ok: true, value });
const bad = (what: string): { readonly ok: false; readonly what: string } => ({ ok: false, what });
const view = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** 64-bit little-endian numbers of consecutive words. */
function words(values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(8 * values.length);
  for (const [i, value] of values.entries()) view(bytes).setBigUint64(8 * i, BigInt(value), true);
  return bytes;
}

/** `count` words from `at` on; an address or size that no machine has is an error. */
function wordsAt(bytes: Uint8Array, at: number, count: number): Decoded<readonly number[]> {
  const found: number[] = [];
  for (let i = 0; i < count; i++) {
    const value = view(bytes).getBigUint64(at + 8 * i, true);
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) {
      return bad(`the word at offset ${at + 8 * i} is 0x${value.toString(16)}, which no machine has`);
    }
    found.push(Number(value));
  }
  return good(found);
}

/** kho_out.fdt as kho_init() makes it: what the next kernel must understand, and where the radix tree or the list begins. */
export function khoRootFdt(memoryMap: number, compatible = KHO_FDT_COMPATIBLE): FdtResult<Uint8Array> {
  const steps: readonly ((blob: Uint8Array) => FdtResult<Uint8Array>)[] = [
    fdt_finish_reservemap,
    (blob) => fdt_begin_node(blob, ''),
    (blob) => fdt_property_string(blob, 'compatible', compatible),
    (blob) => fdt_property(blob, KHO_PROP_PRESERVED_MEMORY_MAP, words([memoryMap])),
    fdt_end_node,
    fdt_finish,
  ];
  let blob = fdt_create(PAGE_SIZE);
  for (const step of steps) {
    if (!blob.ok) return blob;
    blob = step(blob.value);
  }
  return blob;
}

/** An error as kho_add_subtree() and kho_retrieve_subtree() return it, negative, with what libfdt said. */
export interface SubtreeError {
  readonly errno: number;
  readonly fdt: FdtError | null;
}

type SubtreeResult<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: SubtreeError };

const failed = (errno: number, fdt: FdtError | null) => ({ ok: false, error: { errno: -errno, fdt } }) as const;

/** kho_add_subtree(): the root FDT with one subtree more, packed. It must fit into a page. */
export function khoAddSubtree(fdt: Uint8Array, name: string, data: number, size: number): SubtreeResult<Uint8Array> {
  const open = fdt_open_into(fdt, PAGE_SIZE);
  if (!open.ok) return failed(ENOMEM, open.error);
  const node = fdt_add_subnode(open.value, 0, name);
  if (!node.ok) return failed(node.error.name === 'FDT_ERR_EXISTS' ? EEXIST : ENOMEM, node.error);
  const located = fdt_setprop(node.value.blob, node.value.offset, KHO_SUB_TREE_PROP_DATA, words([data]));
  if (!located.ok) return failed(ENOMEM, located.error);
  const sized = fdt_setprop(located.value, node.value.offset, KHO_SUB_TREE_PROP_SIZE, words([size]));
  if (!sized.ok) return failed(ENOMEM, sized.error);
  const packed = fdt_pack(sized.value);
  return packed.ok ? packed : failed(ENOMEM, packed.error);
}

/** Where a subtree's blob lies: physical address and bytes. */
export interface Subtree {
  readonly data: number;
  readonly size: number;
}

/** kho_retrieve_subtree(): -ENOENT without such a node, -EINVAL when a property is missing, not 8 bytes, or an address of 0. */
export function khoRetrieveSubtree(fdt: Uint8Array, name: string): SubtreeResult<Subtree> {
  const node = fdt_subnode_offset(fdt, 0, name);
  if (!node.ok) return failed(ENOENT, node.error);
  const found: number[] = [];
  for (const property of [KHO_SUB_TREE_PROP_DATA, KHO_SUB_TREE_PROP_SIZE]) {
    const value = fdt_getprop(fdt, node.value, property);
    if (!value.ok) return failed(EINVAL, value.error);
    if (value.value.length !== 8) return failed(EINVAL, null);
    const word = wordsAt(value.value, 0, 1);
    if (!word.ok) return failed(EINVAL, null);
    found.push(...word.value);
  }
  const [data = 0, size = 0] = found;
  return data === 0 ? failed(EINVAL, null) : { ok: true, value: { data, size } };
}

/** struct kho_kexec_metadata: who ran before, and the how-manieth kexec this is. */
export interface KexecMetadata {
  readonly version: number;
  /** utsname release of the kernel that wrote it, at most 64 characters */
  readonly previous_release: string;
  readonly kexec_count: number;
}

/** 73 bytes, packed. A longer release is cut, as strscpy() does. */
export function encodeKexecMetadata({ version, previous_release, kexec_count }: KexecMetadata): Uint8Array {
  const bytes = new Uint8Array(METADATA_BYTES);
  view(bytes).setUint32(0, version, true);
  for (let i = 0; i < Math.min(previous_release.length, RELEASE_BYTES - 1); i++) {
    bytes[4 + i] = previous_release.charCodeAt(i) & 0xff;
  }
  view(bytes).setUint32(4 + RELEASE_BYTES, kexec_count, true);
  return bytes;
}

/** The checks of kho_in_kexec_metadata(), in its words. */
export function decodeKexecMetadata(bytes: Uint8Array): Decoded<KexecMetadata> {
  const wanted = KHO_KEXEC_METADATA_VERSION;
  if (bytes.length < 4) return bad(`kexec-metadata blob too small (${bytes.length} bytes)`);
  const version = view(bytes).getUint32(0, true);
  if (version !== wanted) return bad(`kexec-metadata version ${version} not supported (expected ${wanted})`);
  if (bytes.length < METADATA_BYTES) {
    return bad(`kexec-metadata blob too small for v${version} (${bytes.length} < ${METADATA_BYTES})`);
  }
  const release = bytes.subarray(4, 4 + RELEASE_BYTES);
  const end = release.indexOf(0);
  return good({
    version,
    previous_release: latin1(release.subarray(0, end < 0 ? RELEASE_BYTES : end)),
    kexec_count: view(bytes).getUint32(4 + RELEASE_BYTES, true),
  });
}

/** struct kho_scratch. */
export interface ScratchEntry {
  readonly addr: number;
  readonly size: number;
}

/** The array that the next kernel finds at scratch_addr. */
export const encodeScratch = (areas: readonly ScratchEntry[]): Uint8Array =>
  words(areas.flatMap(({ addr, size }) => [addr, size]));

export function decodeScratch(bytes: Uint8Array): Decoded<readonly ScratchEntry[]> {
  if (bytes.length % SCRATCH_ENTRY_BYTES !== 0)
    return bad(`${bytes.length} bytes are no whole number of 16-byte areas`);
  const found = wordsAt(bytes, 0, bytes.length / 8);
  if (!found.ok) return found;
  const entry = (i: number) => ({ addr: found.value[2 * i] ?? 0, size: found.value[2 * i + 1] ?? 0 });
  return good(Array.from({ length: found.value.length / 2 }, (_, i) => entry(i)));
}

/** struct kho_data behind a setup_data header. */
export interface KhoSetupData {
  /** physical address of the next entry, 0 for the last */
  readonly next: number;
  readonly fdt_addr: number;
  readonly fdt_size: number;
  readonly scratch_addr: number;
  readonly scratch_size: number;
}

/** 48 bytes: a setup_data entry of type SETUP_KEXEC_KHO. */
export function encodeSetupData({ next, fdt_addr, fdt_size, scratch_addr, scratch_size }: KhoSetupData): Uint8Array {
  const bytes = words([next, 0, fdt_addr, fdt_size, scratch_addr, scratch_size]);
  view(bytes).setUint32(8, SETUP_KEXEC_KHO, true);
  view(bytes).setUint32(12, SETUP_KHO_BYTES, true);
  return bytes;
}

export function decodeSetupData(bytes: Uint8Array): Decoded<KhoSetupData> {
  const size = SETUP_HEADER_BYTES + SETUP_KHO_BYTES;
  if (bytes.length < size) return bad(`a setup_data entry of ${bytes.length} bytes; one with KHO has ${size}`);
  const type = view(bytes).getUint32(8, true);
  if (type !== SETUP_KEXEC_KHO) return bad(`setup_data of type ${type}, not SETUP_KEXEC_KHO (${SETUP_KEXEC_KHO})`);
  const len = view(bytes).getUint32(12, true);
  if (len !== SETUP_KHO_BYTES) return bad(`setup_data of ${len} bytes, not ${SETUP_KHO_BYTES}`);
  const next = wordsAt(bytes, 0, 1);
  const rest = wordsAt(bytes, SETUP_HEADER_BYTES, 4);
  if (!next.ok) return next;
  if (!rest.ok) return rest;
  const [fdt_addr = 0, fdt_size = 0, scratch_addr = 0, scratch_size = 0] = rest.value;
  return good({ next: next.value[0] ?? 0, fdt_addr, fdt_size, scratch_addr, scratch_size });
}

/** struct kho_vmalloc: how the next kernel finds a preserved vmalloc area. */
export interface KhoVmalloc {
  /** physical address of the first chunk */
  readonly first: number;
  readonly total_pages: number;
  readonly flags: number;
  readonly order: number;
}

export function encodeVmalloc({ first, total_pages, flags, order }: KhoVmalloc): Uint8Array {
  const bytes = words([first, 0]);
  view(bytes).setUint32(8, total_pages, true);
  view(bytes).setUint16(12, flags, true);
  view(bytes).setUint16(14, order, true);
  return bytes;
}

export function decodeVmalloc(bytes: Uint8Array): Decoded<KhoVmalloc> {
  if (bytes.length < VMALLOC_BYTES) return bad(`a vmalloc descriptor of ${bytes.length} bytes, not ${VMALLOC_BYTES}`);
  const first = wordsAt(bytes, 0, 1);
  if (!first.ok) return first;
  return good({
    first: first.value[0] ?? 0,
    total_pages: view(bytes).getUint32(8, true),
    flags: view(bytes).getUint16(12, true),
    order: view(bytes).getUint16(14, true),
  });
}

/** struct kho_vmalloc_chunk: a page of addresses. */
export interface KhoVmallocChunk {
  /** physical address of the next chunk, 0 for the last */
  readonly next: number;
  /** at most KHO_VMALLOC_CHUNK_ENTRIES, none of them 0 */
  readonly phys: readonly number[];
}

export function encodeVmallocChunk({ next, phys }: KhoVmallocChunk): Uint8Array {
  if (phys.length > KHO_VMALLOC_CHUNK_ENTRIES) throw new Error(`${phys.length} addresses in a chunk`);
  const bytes = new Uint8Array(PAGE_SIZE);
  bytes.set(words([next, ...phys]));
  return bytes;
}

/** The addresses up to the first 0. */
export function decodeVmallocChunk(bytes: Uint8Array): Decoded<KhoVmallocChunk> {
  if (bytes.length < PAGE_SIZE) return bad(`a chunk of ${bytes.length} bytes, not a page of ${PAGE_SIZE}`);
  const found = wordsAt(bytes, 0, PAGE_SIZE / 8);
  if (!found.ok) return found;
  const [next = 0, ...phys] = found.value;
  const end = phys.indexOf(0);
  return good({ next, phys: end < 0 ? phys : phys.slice(0, end) });
}
