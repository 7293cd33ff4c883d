// The format of a flattened device tree (Devicetree Specification 0.4, chapter 5): header, blocks, tags, and libfdt's errors as
// values. Byte layout only: knows nothing of what a tree says, of KHO, or of where a blob lies in memory.

export const FDT_MAGIC = 0xd00d_feed;
/** Magic of a blob that fdt_create() began and fdt_finish() has not ended. */
export const FDT_SW_MAGIC = 0x2ff2_0112;
export const FDT_BEGIN_NODE = 1;
export const FDT_END_NODE = 2;
export const FDT_PROP = 3;
export const FDT_NOP = 4;
export const FDT_END = 9;

export const FDT_HEADER_SIZE = 40;
export const FDT_RESERVE_ENTRY_SIZE = 16;
export const FDT_LAST_SUPPORTED_VERSION = 17;
export const FDT_LAST_COMPATIBLE_VERSION = 16;
const FDT_FIRST_SUPPORTED_VERSION = 2;
const INT_MAX = 2 ** 31 - 1;

/** libfdt's error numbers; functions give them negated, as libfdt does. */
export const FDT_ERRORS = {
  FDT_ERR_NOTFOUND: 1,
  FDT_ERR_EXISTS: 2,
  FDT_ERR_NOSPACE: 3,
  FDT_ERR_BADOFFSET: 4,
  FDT_ERR_BADPATH: 5,
  FDT_ERR_BADPHANDLE: 6,
  FDT_ERR_BADSTATE: 7,
  FDT_ERR_TRUNCATED: 8,
  FDT_ERR_BADMAGIC: 9,
  FDT_ERR_BADVERSION: 10,
  FDT_ERR_BADSTRUCTURE: 11,
  FDT_ERR_BADLAYOUT: 12,
  FDT_ERR_INTERNAL: 13,
  FDT_ERR_BADNCELLS: 14,
  FDT_ERR_BADVALUE: 15,
  FDT_ERR_BADOVERLAY: 16,
  FDT_ERR_NOPHANDLES: 17,
  FDT_ERR_BADFLAGS: 18,
  FDT_ERR_ALIGNMENT: 19,
} as const;

export type FdtErrorName = keyof typeof FDT_ERRORS;

/** What is wrong with a blob or a request. */
export interface FdtError {
  readonly name: FdtErrorName;
  /** libfdt's number, negative */
  readonly err: number;
  readonly what: string;
}

export type FdtResult<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: FdtError };

export const fdtOk = <T>(value: T): FdtResult<T> => ({ ok: true, value });

export const fdtError = (name: FdtErrorName, what: string): FdtError => ({ name, err: -FDT_ERRORS[name], what });

export const fdtFail = (name: FdtErrorName, what: string): { readonly ok: false; readonly error: FdtError } => ({
  ok: false,
  error: fdtError(name, what),
});

/** The header; offsets and sizes in bytes. */
export interface FdtHeader {
  readonly magic: number;
  readonly totalsize: number;
  readonly off_dt_struct: number;
  readonly off_dt_strings: number;
  readonly off_mem_rsvmap: number;
  readonly version: number;
  readonly last_comp_version: number;
  readonly boot_cpuid_phys: number;
  readonly size_dt_strings: number;
  readonly size_dt_struct: number;
}

const FIELDS: readonly (keyof FdtHeader)[] = [
  'magic',
  'totalsize',
  'off_dt_struct',
  'off_dt_strings',
  'off_mem_rsvmap',
  'version',
  'last_comp_version',
  'boot_cpuid_phys',
  'size_dt_strings',
  'size_dt_struct',
];

export const hex = (n: number): string => `0x${n.toString(16)}`;

const view = (blob: Uint8Array) => new DataView(blob.buffer, blob.byteOffset, blob.byteLength);

/** Big-endian 32 bits at `at`, which must lie inside the blob. */
export const fdt32 = (blob: Uint8Array, at: number): number => view(blob).getUint32(at);

/** Big-endian 64 bits at `at`, which must lie inside the blob. */
export const fdt64 = (blob: Uint8Array, at: number): bigint => view(blob).getBigUint64(at);

export const putFdt32 = (blob: Uint8Array, at: number, value: number): void => view(blob).setUint32(at, value);

export const putFdt64 = (blob: Uint8Array, at: number, value: bigint): void => view(blob).setBigUint64(at, value);

/** `n` rounded up to a tag's alignment, 4 bytes. */
export const tagAlign = (n: number): number => Math.ceil(n / 4) * 4;

/** The header as it stands, unchecked; bytes that the blob does not have read as 0. */
export function fdtHeader(blob: Uint8Array): FdtHeader {
  const head = new Uint8Array(FDT_HEADER_SIZE);
  head.set(blob.subarray(0, FDT_HEADER_SIZE));
  return Object.fromEntries(FIELDS.map((name, i) => [name, fdt32(head, 4 * i)])) as unknown as FdtHeader;
}

/** Writes the fields given into the header of `blob`, in place. */
export function putFdtHeader(blob: Uint8Array, fields: Partial<FdtHeader>): void {
  for (const [i, name] of FIELDS.entries()) {
    const value = fields[name];
    if (value !== undefined) putFdt32(blob, 4 * i, value);
  }
}

/** Bytes of the header in a version of the format. */
export const fdt_header_size_ = (version: number): number => (version <= 2 ? 32 : version < 17 ? 36 : 40);

/** fdt_check_header() of libfdt 1.6.1 and later: what the kernel asks before it trusts a blob. It sees no buffer length. */
export function fdt_check_header(blob: Uint8Array): FdtResult<FdtHeader> {
  const h = fdtHeader(blob);
  if (h.magic !== FDT_MAGIC) {
    return fdtFail('FDT_ERR_BADMAGIC', `the magic is ${hex(h.magic)}, not ${hex(FDT_MAGIC)}`);
  }
  if (h.version < FDT_FIRST_SUPPORTED_VERSION || h.last_comp_version > FDT_LAST_SUPPORTED_VERSION) {
    return fdtFail(
      'FDT_ERR_BADVERSION',
      `version ${h.version}, compatible back to ${h.last_comp_version}; 2 to 17 are known`,
    );
  }
  if (h.version < h.last_comp_version) {
    return fdtFail('FDT_ERR_BADVERSION', `version ${h.version} is older than what it is compatible with`);
  }
  const size = fdt_header_size_(h.version);
  if (h.totalsize < size || h.totalsize > INT_MAX) {
    return fdtFail('FDT_ERR_TRUNCATED', `a total size of ${hex(h.totalsize)} cannot hold the header`);
  }
  const outside = (off: number) => off < size || off > h.totalsize;
  const blocks: readonly (readonly [string, number, number])[] = [
    ['reserve map', h.off_mem_rsvmap, 0],
    ['structure block', h.off_dt_struct, h.version < 17 ? 0 : h.size_dt_struct],
    ['strings block', h.off_dt_strings, h.size_dt_strings],
  ];
  for (const [name, off, length] of blocks) {
    if (outside(off) || outside(off + length)) {
      const range = `[${hex(off)}, ${hex(off + length)})`;
      return fdtFail('FDT_ERR_TRUNCATED', `the ${name} ${range} lies outside of [${hex(size)}, ${hex(h.totalsize)})`);
    }
  }
  return fdtOk(h);
}

/** A string of one byte a character as bytes with the ending NUL; null when it cannot be one. */
export function cString(text: string): Uint8Array | null {
  const bytes = new Uint8Array(text.length + 1);
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0 || code > 0xff) return null;
    bytes[i] = code;
  }
  return bytes;
}

/** Bytes as characters of one byte each. */
export const latin1 = (bytes: Uint8Array): string => Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');

/** The characters of [start, NUL) as far as `limit`; null when no NUL comes before it. */
export function stringAt(blob: Uint8Array, start: number, limit: number): string | null {
  const end = blob.subarray(0, limit).indexOf(0, start);
  return start >= limit || end < 0 ? null : latin1(blob.subarray(start, end));
}
