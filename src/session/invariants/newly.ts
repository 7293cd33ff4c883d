// From "this does not hold" to "this turn broke it": what holds before a turn and not after it. Knows no single invariant.
import type { Machine, Region } from '../../machine/index.ts';
import type { Access } from '../../vm/index.ts';
import type { Facts } from './facts.ts';
import type { Moment, Violation } from './types.ts';

/** The first violation among the pages [start, end), or null. */
export type FindInPages = (machine: Machine, start: number, end: number, facts: Facts) => Violation | null;

/** The pfns that an access touches, half-open, cut to the machine. */
export function span(moment: Moment, access: Access): { start: number; end: number } {
  const start = access.at as number;
  const end = Math.min(access.end ?? start + 1, 2 ** moment.after.machine.memmap.bits);
  return start < 0 ? { start: 0, end: 0 } : { start, end };
}

/** The first violation among pages that was not there before the turn. */
export function newlyInPages(find: FindInPages, moment: Moment, start: number, end: number): Violation | null {
  const { before, after, facts } = moment;
  if (before.boot !== after.boot) return null;
  for (let from = start; from < end; ) {
    const now = find(after.machine, from, end, facts);
    if (now === null) return null;
    const was = find(before.machine, now.at, now.end ?? now.at + 1, facts);
    if (was === null || was.at > now.at) return now;
    from = Math.max(was.end ?? was.at + 1, now.at + 1);
  }
  return null;
}

/** All violations among pages. */
export function* allInPages(find: FindInPages, machine: Machine, facts: Facts): Generator<Violation> {
  const end = 2 ** machine.memmap.bits;
  for (let from = 0; from < end; ) {
    const found = find(machine, from, end, facts);
    if (found === null) return;
    yield found;
    from = found.end ?? found.at + 1;
  }
}

/** Which part of an array of regions differs: from `start` on, up to `was` in the one and `now` in the other. */
export interface Difference {
  readonly start: number;
  readonly was: number;
  readonly now: number;
}

/** Where two arrays of regions differ. An edit keeps the regions before and behind it as they are. */
export function difference(before: readonly Region[], after: readonly Region[]): Difference {
  let start = 0;
  let [was, now] = [before.length, after.length];
  while (start < Math.min(was, now) && before[start] === after[start]) start++;
  while (was > start && now > start && before[was - 1] === after[now - 1]) {
    was--;
    now--;
  }
  return { start, was, now };
}

/** The regions of `now` that are not in `was`, in order. Both are sorted by address. */
export function* newRegions(was: readonly Region[], now: readonly Region[]): Generator<Region> {
  const differ = difference(was, now);
  let i = differ.start;
  for (const region of now.slice(differ.start, differ.now)) {
    while (i < differ.was && (was[i] as Region).base < region.base) i++;
    const old = i < differ.was ? was[i] : undefined;
    const same = old?.base === region.base && old.size === region.size && old.flags === region.flags;
    if (!same) yield region;
  }
}
