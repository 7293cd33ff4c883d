// What kernel text may use of the host, whoever wrote it: lines, threads, structs. What is used up ends the run where it is, with
// a sentence. Time is counted in turns by those who run.
import { type Effect, exhausted, type Machine } from '../machine/index.ts';

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

/** What an effect costs in turns, beyond its own. Throws when it is one too many of its kind. */
export function charge(m: Machine, effect: Effect): number {
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
