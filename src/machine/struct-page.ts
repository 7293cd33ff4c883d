// struct page as kernel text sees it: where its fields lie, which of them are names of the same word, and the page fault of
// touching one that nothing backs. Knows no other struct.
import { pageFault, trap } from './fault.ts';
import type { Machine } from './machine.ts';
import { type Page, type PageFields, pageAddress, SELF, withFields } from './page.ts';
import { runGet, runUpdate } from './run-map.ts';
import type { Value } from './value.ts';

const PAGE_OFFSETS: Readonly<Record<string, bigint>> = {
  flags: 0n,
  lru_next: 8n,
  compound_info: 8n,
  lru_prev: 16n,
  mapping: 24n,
  index: 32n,
  private: 40n,
  page_type: 48n,
  _mapcount: 48n,
  _refcount: 52n,
  memcg_data: 56n,
};

/** The field names a struct page answers to. */
export const PAGE_FIELDS: readonly string[] = Object.keys(PAGE_OFFSETS);

/** Contents of a struct page, or the page fault of touching one that nothing backs. */
export function pageAt(m: Machine, pfn: number, field: string, write = false): Page {
  const page = pfn >= 0 && pfn < 2 ** m.memmap.bits ? runGet(m.memmap, pfn) : null;
  if (page === null) throw pageFault(BigInt.asUintN(64, pageAddress(pfn)) + (PAGE_OFFSETS[field] ?? 0n), write);
  return page;
}

/** A field of a struct page as kernel text sees it: aliases resolved, self-links as addresses. */
export function pageField(page: Page, pfn: number, field: string): Value {
  switch (field) {
    case 'compound_info':
    case 'lru_next':
      return page.lru_next === SELF ? pageAddress(pfn) + 8n : page.lru_next;
    case 'lru_prev':
      return page.lru_prev === SELF ? pageAddress(pfn) + 8n : page.lru_prev;
    case '_mapcount':
      return page.page_type | 0;
    default: {
      const value = page[field as keyof PageFields];
      if (value === undefined) throw trap(`struct page has no member named '${field}'`);
      return value;
    }
  }
}

function storedField(field: string, value: Value): Partial<PageFields> {
  if (PAGE_OFFSETS[field] === undefined) throw trap(`struct page has no member named '${field}'`);
  const name = field === 'compound_info' ? 'lru_next' : field === '_mapcount' ? 'page_type' : field;
  return { [name]: name === 'page_type' ? Number(value) >>> 0 : value };
}

/** Reads a field of the struct page of a pfn. Throws a KernelFault when there is no such page or field. */
export function readPageField(m: Machine, pfn: number, field: string): Value {
  if (PAGE_OFFSETS[field] === undefined) throw trap(`struct page has no member named '${field}'`);
  return pageField(pageAt(m, pfn, field), pfn, field);
}

/** Writes a field of the struct page of a pfn. Throws a KernelFault when there is no such page or field. */
export function writePageField(m: Machine, pfn: number, field: string, value: Value): Machine {
  pageAt(m, pfn, field, true);
  const change = storedField(field, value);
  const one = (page: Page | null) => (page === null ? null : withFields(page, change));
  return { ...m, memmap: runUpdate(m.memmap, pfn, pfn + 1, one) };
}
