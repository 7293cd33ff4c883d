// Which pages a frame is about: whether what it was called with, or the locals of one of its statements, take in a page.
// Ranges are read off locals by their declared units. Knows nothing of why.
import { isRef, type Machine, type Ref, readField, type Value } from '../../machine/index.ts';
import type { Ex, Fn } from '../../vm/index.ts';
import { carriedBy, feeding, slotsOf, statementOf } from './flow.ts';
import { unitOf } from './units.ts';

/** The pages asked about: [start, end), one page or the pages of a pageblock. */
export interface Pages {
  readonly start: number;
  readonly end: number;
  /** a struct that is asked about instead of pages */
  readonly ref?: Ref;
}

/** Does it take the pages in, is it about others, or does it not say? */
export type Reach = 'yes' | 'no' | 'open';

const meets = (pages: Pages, start: number, end: number): boolean => start < pages.end && pages.start < end;

const BYTES = 4096;

const pfnsOf = (n: number, unit: 'pfn' | 'bytes'): number => (unit === 'pfn' ? n : n / BYTES);

/** A local with what it counts. */
interface Counted {
  readonly name: string;
  readonly pfn: number;
}

/** Is a name the end of a range, or how long it is? */
const isEnd = (name: string): boolean => /end|epfn|next|limit|high|last/.test(name);
const isLength = (name: string): boolean => /^(?:size|nr_pages|nr|count)$/.test(name);

/** Do ranges between some locals take the pages in? 'open' when they make no range. */
function rangesReach(pages: Pages, found: readonly Counted[], length: number | null): Reach {
  const starts = found.filter(({ name }) => !isEnd(name));
  const ends = found.filter(({ name }) => isEnd(name));
  if (length !== null) {
    const [first] = starts;
    if (first !== undefined) return meets(pages, first.pfn, first.pfn + Math.max(1, length)) ? 'yes' : 'no';
  }
  if (starts.length === 0) return 'open';
  if (ends.length === 0)
    return starts.some(({ pfn }) => meets(pages, Math.floor(pfn), Math.floor(pfn) + 1)) ? 'yes' : 'no';
  return starts.some((low) => ends.some((high) => meets(pages, Math.floor(low.pfn), Math.ceil(high.pfn))))
    ? 'yes'
    : 'no';
}

/** Does a struct that a local refers to take the pages in? */
function refReaches(m: Machine, pages: Pages, ref: Ref): Reach {
  const at = ref.at;
  if (ref.struct === 'page') return meets(pages, at as number, (at as number) + 1) ? 'yes' : 'no';
  if (ref.struct === 'memblock_region') {
    const base = number(m, ref, 'base');
    const size = number(m, ref, 'size');
    return meets(pages, Math.floor(base / BYTES), Math.ceil((base + size) / BYTES)) ? 'yes' : 'no';
  }
  if (ref.struct === 'zone') {
    const start = number(m, ref, 'zone_start_pfn');
    return meets(pages, start, start + number(m, ref, 'spanned_pages')) ? 'open' : 'no';
  }
  if (ref.struct === 'pglist_data') {
    const start = number(m, ref, 'node_start_pfn');
    return meets(pages, start, start + number(m, ref, 'node_spanned_pages')) ? 'open' : 'no';
  }
  return 'open';
}

function number(m: Machine, ref: Ref, field: string): number {
  try {
    return Number(readField(m, ref, field));
  } catch {
    return 0;
  }
}

/** Is a struct among values, another of its kind, or none? */
function reachOfRef(ref: Ref, values: readonly Value[]): Reach {
  const same = values.filter(isRef).filter(({ struct }) => struct === ref.struct);
  if (same.length === 0) return ref.struct === 'var' ? 'yes' : 'open';
  return same.some(({ at }) => at === ref.at) ? 'yes' : 'no';
}

/** What some slots together say of the pages. */
function reachOf(
  m: Machine,
  fn: Fn,
  slots: readonly (readonly [number, string])[],
  locals: readonly Value[],
  pages: Pages,
): Reach {
  if (pages.ref !== undefined)
    return reachOfRef(
      pages.ref,
      slots.map(([slot]) => locals[slot] ?? null),
    );
  const counted: Counted[] = [];
  let length: number | null = null;
  const refs: Reach[] = [];
  for (const [slot, name] of slots) {
    const value = locals[slot] ?? null;
    if (isRef(value)) refs.push(refReaches(m, pages, value));
    const unit = unitOf(fn, slot);
    if (typeof value !== 'number') continue;
    if (unit !== null && !isLength(name)) counted.push({ name, pfn: pfnsOf(value, unit) });
    else if (isLength(name)) length = unit === 'bytes' ? value / BYTES : value;
    else if (name === 'order') length = 2 ** value;
  }
  const ranges = rangesReach(pages, counted, length);
  if (refs.includes('no') || ranges === 'no') return 'no';
  return refs.includes('yes') || ranges === 'yes' ? 'yes' : 'open';
}

/** Do the arguments of a frame take the pages in? */
export function reachOfArguments(m: Machine, fn: Fn, locals: readonly Value[], pages: Pages): Reach {
  return reachOf(
    m,
    fn,
    fn.params.map(({ name }, slot) => [slot, name] as const),
    locals,
    pages,
  );
}

/** Named slots that an operation goes by, and those that bound what a loop steps of them. */
function rangeSlots(fn: Fn, pc: number): number[] {
  const named = feeding(fn, pc);
  return [...new Set([...named, ...named.flatMap((slot) => boundsOf(fn, slot, pc))])];
}

/** The slots that the loop which steps a slot compares it with. */
function boundsOf(fn: Fn, slot: number, pc: number): number[] {
  const loop = carriedBy(fn, slot, pc);
  if (loop === null || unitOf(fn, slot) === null) return [];
  const { from, to } = statementOf(fn, loop.from);
  const tests = fn.ops.slice(from, to).flatMap((op) => (op[0] === 'jz' || op[0] === 'jnz' ? [op[1]] : []));
  return tests
    .filter((ex) => slotsOf(ex).includes(slot))
    .flatMap((ex: Ex) => slotsOf(ex).filter((one) => one < fn.slots && one !== slot));
}

/** Do the locals that an operation goes by take the pages in, as they are at another operation of its frame? */
export function reachAt(m: Machine, fn: Fn, pc: number, at: number, locals: readonly Value[], pages: Pages): Reach {
  const wanted = rangeSlots(fn, pc);
  const inScope = fn.vars.filter(([, slot, from, to]) => wanted.includes(slot) && from <= at && at < to);
  return reachOf(
    m,
    fn,
    inScope.map(([name, slot]) => [slot, name] as const),
    locals,
    pages,
  );
}

/** The distance of what names no place. */
export const FARTHEST = Number.MAX_SAFE_INTEGER;

/** How far from the pages the locals are that an operation goes by. */
export function distanceAt(m: Machine, fn: Fn, pc: number, locals: readonly Value[], pages: Pages): number {
  const distances = feeding(fn, pc).flatMap((slot) => {
    const value = locals[slot] ?? null;
    const unit = unitOf(fn, slot);
    if (isRef(value) && value.struct === 'memblock_region') {
      const base = number(m, value, 'base');
      return [base, base + number(m, value, 'size')].map((one) => Math.abs(one / BYTES - pages.start));
    }
    return typeof value === 'number' && unit !== null ? [Math.abs(pfnsOf(value, unit) - pages.start)] : [];
  });
  return Math.min(FARTHEST, ...distances.map((one) => one + 1));
}
