// Accesses to struct pages that are not initialised, and initialisations of pages that are. Knows nothing of stop points.
import { runFind, runGet } from '../machine/index.ts';
import type { Access, State } from '../vm/index.ts';

/** Does this access touch struct pages that __init_single_page() has not yet run on? The first of them, or -1. */
export function uninitialisedPage(state: State, access: Access): number {
  if (access.struct !== 'page' || access.field === '*') return -1;
  const { machine } = state;
  const start = access.at as number;
  const end = access.end ?? start + 1;
  if (start < 0 || start >= 2 ** machine.inits.bits || start >= end) return -1;
  // a single page that is initialised, by far the most frequent
  if (end - start === 1 && runGet(machine.inits, start) > 0) return -1;
  const found = runFind(machine.inits, start, end, (count) => count === 0);
  return found === end || runGet(machine.memmap, found) === null ? -1 : found;
}

/** The first stretch of struct pages [start, end) that this access initialises though they are; null when there is none. */
export function initialisedAgain(
  state: State,
  access: Access,
): { readonly start: number; readonly end: number } | null {
  if (access.struct !== 'page' || access.field !== '*' || access.rw !== 'w') return null;
  const { inits } = state.machine;
  const last = access.end ?? (access.at as number) + 1;
  const start = runFind(inits, access.at as number, last, (count) => count > 0);
  return start >= last ? null : { start, end: runFind(inits, start, last, (count) => count === 0) };
}
