// What kernel text may use of the host, whoever wrote it: lines, threads, structs. What is used up ends the run where it is, with
// a sentence. Time is counted in turns by those who run.
import { type Effect, exhausted, type Machine, trap } from '../machine/index.ts';

/** Lines of the console, threads that were ever started, structs of one kind. */
const MOST_LINES = 50_000;
const MOST_THREADS = 2_048;
const MOST_STRUCTS = 4_096;

/** Structs whose number the scenario says, not the text. */
const GIVEN: ReadonlySet<string> = new Set(['early_call']);

/** Structs of one kind beyond the first, and words of a page, are copied when one changes: a turn pays for so many. */
const CHEAP = 256;
const COPIED = 8;
const WORD_OF_PAGE = 8;

const copies = (m: Machine, struct: string): number =>
  Math.floor(Math.max(0, (m.table.counts[struct] ?? 0) - CHEAP) / COPIED);

/** Fields of a struct page that hold numbers; the others hold 64-bit words. */
const NUMBERS: ReadonlySet<string> = new Set(['_refcount', '_mapcount', 'page_type']);

const fitsPage = (field: string, value: unknown): boolean =>
  typeof value === (NUMBERS.has(field) ? 'number' : 'bigint');

const whole = (...values: readonly unknown[]): boolean => values.every((value) => Number.isInteger(value));

/** Is each value of the kind that its place in a struct page, or in a map, holds? C would have converted; nothing here does. */
function fits(effect: Effect): boolean {
  switch (effect.k) {
    case 'init':
      return whole(effect.start, effect.end, effect.nid, effect.zid);
    case 'pages':
      return (
        whole(effect.start, effect.end) &&
        Object.entries(effect.change).every(([field, value]) => fitsPage(field, value))
      );
    case 'page-flags':
      return whole(effect.start, effect.end) && typeof effect.set === 'bigint';
    case 'store':
      if (effect.ref.struct !== 'page') return effect.ref.struct !== 'u64[]' || typeof effect.value === 'bigint';
      return fitsPage(String(effect.field), effect.value);
    case 'migratetype':
      return whole(effect.start, effect.end, effect.migratetype);
    case 'back':
      return whole(effect.start, effect.end);
    case 'list':
      return whole(effect.pfn, effect.zone, effect.order, effect.migratetype);
    case 'unlist':
      return whole(effect.pfn);
    case 'section':
      return whole(effect.section);
    default:
      return true;
  }
}

/** What an effect costs in turns, beyond its own. Throws when it is one too many of its kind. */
export function charge(m: Machine, effect: Effect): number {
  if (!fits(effect)) throw trap('a value is not of the kind that this memory holds; convert it with u64() or num()');
  switch (effect.k) {
    case 'print':
      if ((m.console?.length ?? 0) >= MOST_LINES)
        throw exhausted(`the console holds ${MOST_LINES} lines, the most that are kept`);
      return 0;
    case 'new':
      if ((m.table.counts[effect.struct] ?? 0) >= MOST_STRUCTS && !GIVEN.has(effect.struct))
        throw exhausted(`there are ${MOST_STRUCTS} structs ${effect.struct}, the most that are kept of a kind`);
      return copies(m, effect.struct);
    case 'drop':
      return copies(m, effect.struct);
    case 'store':
      return effect.ref.struct === 'u64[]' ? WORD_OF_PAGE : copies(m, effect.ref.struct);
    default:
      return 0;
  }
}

/** Throws when there would be too many threads. */
export function chargeThreads(count: number): void {
  if (count > MOST_THREADS) throw exhausted(`${MOST_THREADS} threads were started, the most that are kept`);
}
