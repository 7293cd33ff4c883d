// The test driver's items and what else a boot did with KHO, as actors. Knows nothing of memory.

import { kstrtobool } from '../../machine/index.ts';
import type { Observed, ObservedBoot } from './observed.ts';

/** A row of `boots[].actors`. */
export interface ActorRow {
  readonly at: 'late_initcall' | 'userspace';
  readonly call: string;
  readonly args: readonly (number | string)[];
}

const PAGE = 4096;

/** A physical address as scenarios write it. */
const phys = (pfn: number): string => `0x${(pfn * PAGE).toString(16)}`;

type Args = (first: number, second: number) => (number | string)[];

/** What each kind of item calls; `first` and `second` are the numbers behind its letter. */
const CALLS: Readonly<Record<string, readonly [string, Args]>> = {
  F: ['test_kho_folio_at', (pfn, order) => [phys(pfn), order]],
  N: ['test_kho_folio', (nid, order) => [nid, order]],
  P: ['test_kho_pages_at', (pfn, pages) => [phys(pfn), pages]],
  S: ['test_kho_split', (nid, order) => [nid, order]],
  U: ['test_kho_unsplit', (nid, order) => [nid, order]],
  V: ['test_kho_vmalloc', (pages) => [pages]],
  R: ['test_kho_reserve_only', (pfn, pages) => [phys(pfn), pages]],
  X: ['test_kho_in_scratch', (index) => [index]],
  D: ['test_kho_preserve_again', () => []],
  W: ['test_kho_unpreserve_previous', () => []],
  Q: ['test_kho_unpreserve', (pfn, pages) => [phys(pfn), pages]],
};

/** Numbers that an item leaves out: a block of order 0, one page. */
const DEFAULT_SECOND: Readonly<Record<string, number>> = { P: 1, R: 1, Q: 1 };

/** The items of `khodbg=` as actors; what is no item is left out and named. */
export function itemActors(cmdline: string): { readonly actors: readonly ActorRow[]; readonly unknown: string[] } {
  const list = /(?:^|\s)khodbg=(\S*)/.exec(cmdline)?.[1] ?? '';
  const unknown: string[] = [];
  const actors = list
    .split(',')
    .filter((item) => item !== '')
    .flatMap((item): ActorRow[] => {
      const match = /^([A-Z])(0x[0-9a-fA-F]+|\d+)?(?::(0x[0-9a-fA-F]+|\d+))?$/.exec(item);
      const [, letter = '', first = '0', second] = match ?? [];
      const row = CALLS[letter];
      const numbers = [Number(first), second === undefined ? (DEFAULT_SECOND[letter] ?? 0) : Number(second)] as const;
      if (row === undefined || !numbers.every((n) => Number.isSafeInteger(n * PAGE))) {
        unknown.push(item);
        return [];
      }
      return [{ at: 'late_initcall', call: row[0], args: row[1](...numbers) }];
    });
  return { actors, unknown };
}

/** Whether a command line turns KHO on; without kho= it is off, as in kernels that do not have it on by default. */
export function khoIsOn(cmdline: string): boolean {
  const values = [...cmdline.matchAll(/(?:^|\s)kho=(\S*)/g)].map(([, value = '']) => kstrtobool(value));
  return values.findLast((value) => value !== null) === true;
}

const KEXEC: readonly ActorRow[] = [
  { at: 'userspace', call: 'kexec_file_load', args: [] },
  { at: 'userspace', call: 'kernel_kexec', args: [] },
];

/** Blocks that somebody other than the test driver preserved: from the tree, else from what the next boot reserved. */
function foreignBlocks(boot: ObservedBoot, next: ObservedBoot | undefined): { pfn: number; order: number }[] {
  const own = [boot.handed?.fdt, boot.handed?.blobs['kexec-metadata'], boot.handed?.blobs.khodbg];
  const keys =
    boot.handed?.keys ??
    next?.preserved.map(({ start, end }) => ({ pfn: start / PAGE, order: Math.log2((end - start) / PAGE) })) ??
    [];
  return keys
    .filter(({ pfn, order }) => Number.isInteger(order) && Number.isInteger(pfn) && !own.includes(pfn * PAGE))
    .map(({ pfn, order }) => ({ pfn, order }));
}

/** Actors of every boot, and what was assumed. */
export function actorsOf(observed: Observed): {
  readonly actors: readonly (readonly ActorRow[])[];
  readonly guesses: string[];
} {
  const guesses: string[] = [];
  let carried = false;
  const actors = observed.boots.map((boot, i): ActorRow[] => {
    const next = observed.boots[i + 1];
    const works = khoIsOn(boot.cmdline) && !boot.scratchFailed;
    const items = itemActors(boot.cmdline);
    if (i === 0 && items.unknown.length > 0)
      guesses.push(`actors: ${items.unknown.join(', ')} of khodbg= left out, which are no items`);
    const rows: ActorRow[] = [];
    if (works && carried) rows.push({ at: 'late_initcall', call: 'test_kho_restore_all', args: [] });
    else if (works && items.actors.length > 0) rows.push(...items.actors);
    else if (works) {
      const blocks = foreignBlocks(boot, next);
      if (blocks.length > 0)
        guesses.push(
          `actors: ${blocks.length} blocks that something preserved are preserved as folios at their addresses, in the order of their keys`,
        );
      rows.push(
        ...blocks.map(
          ({ pfn, order }): ActorRow => ({ at: 'late_initcall', call: 'test_kho_folio_at', args: [phys(pfn), order] }),
        ),
      );
    }
    carried = works && !carried && rows.length > 0;
    if (next !== undefined) rows.push(...KEXEC);
    else if (boot.kexec === 'refused') rows.push(...KEXEC.slice(0, 1));
    return rows;
  });
  return { actors, guesses };
}
