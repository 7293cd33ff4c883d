// Places in simulated memory, and which accesses of a turn touch one: names of the same word, ranges of pages, and the lists of
// memblock, which are read and written as a whole. Knows nothing of stop points.
import {
  equal,
  KernelFault,
  type Page,
  pageField,
  type Run,
  readField,
  regionAt,
  row,
  runs,
  samePage,
  type Value,
} from '../machine/index.ts';
import type { Access, Recorded, State } from '../vm/index.ts';

/** A field, or with `*` all of a struct; with `end`, of the structs [at, end). */
export interface Target {
  readonly struct: string;
  readonly at: number | string;
  readonly end?: number;
  readonly field: string | number;
}

/** Fields of struct page that are other names of a word; those of a pageblock that say the same of its bits. */
const SAME_WORD: Readonly<Record<string, string>> = {
  compound_info: 'lru_next',
  _mapcount: 'page_type',
  mt: 'migratetype',
  written: 'migratetype',
};

/** The name that a field goes by when others name the same word, whichever was used. */
export const wordOf = (field: string | number): string | number => SAME_WORD[field] ?? field;

const FIELDS: Readonly<Record<string, readonly string[]>> = {
  memblock_region: ['base', 'size', 'flags', 'nid'],
  memblock_type: ['cnt', 'total_size'],
  pageblock: ['migratetype', 'written'],
};

const RESERVED = regionAt('reserved', 0);

/** Is it an access to a list of memblock as a whole, of which the target is part? */
function isOfList({ struct, at, field }: Access, target: Target): boolean {
  if (struct !== 'memblock' || field !== 'regions') return false;
  if (target.struct === 'memblock_type') return target.at === at && target.field !== 'max';
  return target.struct === 'memblock_region' && (at === 'reserved') === (target.at as number) >= RESERVED;
}

/** May an access to a field of such a struct be one to the target, whichever struct it is? */
export function fieldsMeet(
  kind: { readonly struct: string; readonly field: string | number },
  target: Target,
): boolean {
  const { struct, field } = kind;
  if (struct === 'memblock' && field === 'regions')
    return target.struct.startsWith('memblock_') || target.struct === 'memblock';
  if (struct !== target.struct) return false;
  return field === '*' || target.field === '*' || wordOf(field) === wordOf(target.field);
}

/** Is it an access to the target, whatever it changed there? */
export function covers(access: Recorded, target: Target): boolean {
  if (access.struct !== target.struct || !fieldsMeet(access, target)) return false;
  if (typeof access.at !== 'number' || typeof target.at !== 'number')
    return access.at === target.at || (access.at === 'global' && target.at === 0);
  return access.at < (target.end ?? target.at + 1) && target.at < (access.end ?? access.at + 1);
}

/** What a place holds; undefined for more than one field, and where there is nothing to read. */
export function valueAt({ machine }: Pick<State, 'machine'>, { struct, at, end, field }: Target): Value | undefined {
  if (field === '*' || (end !== undefined && end !== (at as number) + 1)) return undefined;
  try {
    return readField(machine, { struct, at }, field);
  } catch (error) {
    if (error instanceof KernelFault || error instanceof TypeError) return undefined;
    throw error;
  }
}

/** Do two runs of struct pages hold the same in a field, or with `*` in all of them? */
function sameField(a: Page | null, b: Page | null, pfn: number, field: string | number): boolean {
  if (a === b) return true;
  if (a === null || b === null) return false;
  return field === '*' ? samePage(a, b) : equal(pageField(a, pfn, String(field)), pageField(b, pfn, String(field)));
}

function samePages(a: State, b: State, start: number, end: number, field: string | number): boolean {
  const was = [...runs(a.machine.memmap, start, end)];
  const now = [...runs(b.machine.memmap, start, end)];
  for (let i = 0, k = 0; i < was.length && k < now.length; ) {
    const [x, y] = [was[i] as Run<Page | null>, now[k] as Run<Page | null>];
    if (!sameField(x.value, y.value, Math.max(x.start, y.start), field)) return false;
    if (x.end <= y.end) i++;
    if (y.end <= x.end) k++;
  }
  return true;
}

/** Does a place hold the same in two states? */
export function holdsSame(a: State, b: State, target: Target): boolean {
  const { struct, at, end, field } = target;
  const last = end ?? (at as number) + 1;
  if (struct === 'page' && (field === '*' || last > (at as number) + 1))
    return a.machine.memmap === b.machine.memmap || samePages(a, b, at as number, last, field);
  if (field !== '*') {
    const [was, now] = [valueAt(a, target), valueAt(b, target)];
    return was === undefined || now === undefined ? was === now : equal(was, now);
  }
  const fields = FIELDS[struct];
  if (fields !== undefined) return fields.every((one) => holdsSame(a, b, { struct, at, field: one }));
  return row(a.machine.table, struct, at) === row(b.machine.table, struct, at);
}

/** What a turn touched, and the states around it. */
interface Touched {
  readonly trace: { readonly accesses: readonly Access[] | null };
  readonly before: State;
  readonly after: State;
}

/** The accesses of a turn that touch a place. A list that is written as a whole wrote what changed in it. */
export function touching({ trace, before, after }: Touched, target: Target): Access[] {
  const out: Access[] = [];
  for (const access of trace.accesses ?? []) {
    if (covers(access, target)) out.push(access);
    else if (isOfList(access, target) && (access.rw === 'r' || !holdsSame(before, after, target))) out.push(access);
  }
  return out;
}
