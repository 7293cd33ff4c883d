// Sizes and addresses as scenario files write them. Knows nothing of where they occur.

/** Bytes of a page. */
export const PAGE_SIZE = 4096;

/** The first address that does not exist: 64 TiB, x86-64's 46 bits. */
export const ADDRESS_LIMIT = 2 ** 46;

/** `"512M"`, `"4096"`, `"0x1000"`. */
export const BYTES = /^(?:0[xX][0-9a-fA-F]+|(?:0|[1-9][0-9]*)[KMGTkmgt]?)$/;

const UNITS: Readonly<Record<string, number>> = { K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 };

/** The number a text that matches `BYTES` stands for; inexact only far above ADDRESS_LIMIT. */
export function parseBytes(text: string): number {
  const unit = /^0x/i.test(text) ? undefined : UNITS[text.slice(-1).toUpperCase()];
  return unit === undefined ? Number(text) : Number(text.slice(0, -1)) * unit;
}

/** An address as messages show it. */
export function hex(address: number): string {
  return `0x${address.toString(16)}`;
}

/** A half-open range as messages show it. */
export function range(area: { readonly start: number; readonly size: number }): string {
  return `${hex(area.start)}..${hex(area.start + area.size)}`;
}

/** Whether two ranges share a byte. */
export function overlap(
  a: { readonly start: number; readonly size: number },
  b: { readonly start: number; readonly size: number },
): boolean {
  return a.start < b.start + b.size && b.start < a.start + a.size;
}
