// What KHO keeps in page->private of the first page of a preserved block: magic and order. Knows nothing of who reads it.
import type { Page } from '../machine/index.ts';

const KHO_PAGE_MAGIC = 0x4b48_4f50n;

/** Bits of the order. */
export const ORDER_BITS = 0x7fff_ffffn;

/** In the bit above the order a patch may keep that the block had been split. */
export const TYPE_BIT = 0x8000_0000n;

/** Does a struct page, if there is one, hold KHO's magic? */
export const hasKhoMagic = (page: Pick<Page, 'private'> | null): boolean =>
  page !== null && page.private >> 32n === KHO_PAGE_MAGIC;

/** The order of the block that a struct page says KHO holds; null where it says nothing of the kind. */
export const khoOrder = (page: Page | null): number | null =>
  page !== null && hasKhoMagic(page) ? Number(page.private & ORDER_BITS) : null;
