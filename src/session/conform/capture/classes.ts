// Struct pages by class, as the captures count them: the first that fits, read from contents and never from history. Knows
// nothing of captures' files.
import {
  isPoisoned,
  type Machine,
  PAGE_TYPE_NONE,
  type Page,
  PG_reserved,
  PGTY_buddy,
  type Run,
  runGet,
  runs,
} from '../../../machine/index.ts';
import { hasKhoMagic } from '../../kho-page.ts';

const isZero = (page: Page): boolean =>
  page.flags === 0n &&
  page.private === 0n &&
  page.page_type === 0 &&
  page._refcount === 0 &&
  page.lru_next === 0n &&
  page.mapping === 0n &&
  page.memcg_data === 0n;

/** The letter of a page's class; a run of equal pages has one. */
export function classOf(page: Page): string {
  if (isPoisoned(page)) return 'U';
  if (isZero(page)) return 'Z';
  const magic = hasKhoMagic(page);
  if ((page.flags & PG_reserved) !== 0n) return magic ? 'k' : 'R';
  if (magic) return 'K';
  if (page.page_type >>> 24 === PGTY_buddy && page.page_type !== PAGE_TYPE_NONE) return 'B';
  return page._refcount > 0 ? 'A' : 'P';
}

/** A stretch of pages of one class. */
export type ClassRun = readonly [start: number, end: number, letter: string];

function add(out: [number, number, string][], start: number, end: number, letter: string): void {
  const last = out.at(-1);
  if (last !== undefined && last[1] === start && last[2] === letter) last[1] = end;
  else if (start < end) out.push([start, end, letter]);
}

/** All backed struct pages by class, in ascending order; a free block counts whole. */
export function classRuns(m: Machine): ClassRun[] {
  const out: [number, number, string][] = [];
  let covered = 0;
  const one = ({ start, end, value }: Run<Page | null>) => {
    if (value === null || end <= covered) return;
    const from = Math.max(start, covered);
    const letter = classOf(value);
    if (letter !== 'B') {
      add(out, from, end, letter);
      return;
    }
    // the head's private is the order; pages behind it belong to it
    for (let head = from; head < end; head = covered) {
      covered = head + 2 ** Number(runGet(m.memmap, head)?.private ?? 0n);
      add(out, head, covered, 'B');
    }
  };
  for (const run of runs(m.memmap, 0, 2 ** m.memmap.bits)) one(run);
  return out;
}

/** Pages of each class. */
export function classCounts(list: readonly ClassRun[]): Record<string, number> {
  const counts: Record<string, number> = { U: 0, Z: 0, R: 0, K: 0, k: 0, B: 0, A: 0, P: 0 };
  for (const [start, end, letter] of list) counts[letter] = (counts[letter] ?? 0) + end - start;
  return counts;
}
