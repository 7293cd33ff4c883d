// Arrays of pointers by number (lib/xarray.c), as far as KHO used them before its radix tree: their nodes lie in no page here.
import { names, row as tableRow, type Value } from '../../machine/index.ts';
import type { Context, Intrinsics } from '../../vm/index.ts';
import { reads, ref, row, writes } from './row.ts';

const nameOf = (xa: Value): string => String((xa as { at: string }).at);

/** Numbers of the entries of an array, ascending. */
function indices(c: Context, xa: Value): number[] {
  const before = `${nameOf(xa)}#`;
  return names(c.machine.table, 'xa_entry')
    .filter((name) => name.startsWith(before))
    .map((name) => Number(name.slice(before.length)))
    .sort((a, b) => a - b);
}

/** The rows of this file. */
export const xarrayRows: Intrinsics = {
  xa_load: row(
    'read',
    2,
    'xa_load(): the entry of a number, NULL where there is none',
    (c, xa: Value, index: number) => {
      reads(c, 'xarray', nameOf(xa), String(index));
      return tableRow(c.machine.table, 'xa_entry', `${nameOf(xa)}#${index}`)?.entry ?? null;
    },
  ),
  xa_store: row('effect', 3, 'xa_store()', (c, xa: Value, index: number, entry: Value) => {
    writes(c, 'xarray', nameOf(xa), String(index));
    c.emit({ k: 'new', struct: 'xa_entry', at: `${nameOf(xa)}#${index}`, fields: { entry } });
  }),
  xa_next: row(
    'read',
    2,
    'number of the first entry from a number on, -1 at the end: how xa_for_each() goes on',
    (c, xa: Value, from: number) => {
      reads(c, 'xarray', nameOf(xa), '*');
      return indices(c, xa).find((index) => index >= from) ?? -1;
    },
  ),
  kzalloc_kho_mem_phys: row(
    'effect',
    0,
    'kzalloc() and xa_init() of a struct kho_mem_phys, which lies in no page',
    (c) => {
      const at = `physxa${c.machine.serial}`;
      c.emit({ k: 'serial' });
      return ref('kho_mem_phys', at);
    },
  ),
};
