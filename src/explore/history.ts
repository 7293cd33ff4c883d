// What one run does to the places in question: for each, the values it takes and which effect gave it the last one. Ranges
// stay ranges. Knows nothing of how places came to be in question.
import { type RunMap, runMap, runs, runUpdate, type ValueKind } from '../machine/index.ts';
import type { Change, Held } from './changes.ts';
import { effectsOf, type Stretch, type Texts } from './effects.ts';
import type { Slices } from './slices.ts';

/** How much a place counts: what follows from other places (free lists, counters) comes after those. 0: not in question. */
export type Weight = 0 | 1 | 2;

/** The last value that a place took, the number of the effect that gave it, and the life before that. */
export interface Life {
  readonly value: Held;
  readonly last: number;
  readonly before: Life | null;
}

/** Did a place ever take a value? */
export function took(life: Life | null, value: Held): boolean {
  for (let one = life; one !== null; one = one.before) if (one.value === value) return true;
  return false;
}

const same = <V>(): ValueKind<V> => ({ same: (a, b) => a === b, hash: () => 1 });
const BITS: readonly (readonly [RegExp, number])[] = [
  [/^(page|free|pageblock|section)/, 32],
  [/^(memblock\.(memory|reserved)|phys)$/, 52],
];

/** A map from the places of a track. */
export function trackMap<V>(track: string, fill: V): RunMap<V> {
  const bits = BITS.find(([pattern]) => pattern.test(track))?.[1] ?? 16;
  return runMap(2 ** bits, fill, same<V>());
}

/** What is told rather than stored: always in question. */
export const TOLD: ReadonlySet<string> = new Set(['console', 'fault', 'WARN', 'bad-page']);

/** The places in question, by track. */
export type Places = ReadonlyMap<string, RunMap<Weight>>;

/** What one run did in a stretch. */
export interface History {
  readonly lives: ReadonlyMap<string, RunMap<Life | null>>;
  /** by number of the effect: position before its turn */
  readonly at: readonly number[];
  /** by number of the effect: how much both runs have in common the run had done before it */
  readonly done: readonly number[];
}

/** Places of a change that are in question. */
function* inQuestion(places: Places, change: Change): Generator<{ start: number; end: number }> {
  if (TOLD.has(change.track)) {
    yield change;
    return;
  }
  const map = places.get(change.track);
  if (map === undefined) return;
  for (const run of runs(map, change.start, change.end)) if (run.value > 0) yield run;
}

/** How much a change counts as work done: pages where it is about pages. */
export function amount(change: Change): number {
  return /^(page|free|section)/.test(change.track) ? change.end - change.start : 1;
}

/** Runs a stretch and gathers what it does to the places in question, in slices. */
export function* historyOf(stretch: Stretch, places: Places, texts: Texts): Slices<History> {
  const lives = new Map<string, RunMap<Life | null>>();
  const at: number[] = [];
  const done: number[] = [];
  let common = 0;
  for (const turn of effectsOf(stretch, texts)) {
    yield turn.at;
    const number = at.length;
    const before = common;
    let found = false;
    for (const change of turn.changes) {
      let own = 0;
      for (const { start, end } of inQuestion(places, change)) {
        own += end - start;
        const map = lives.get(change.track) ?? trackMap<Life | null>(change.track, null);
        lives.set(
          change.track,
          runUpdate(map, start, end, (life) => ({ value: change.now, last: number, before: life })),
        );
      }
      if (own > 0) found = true;
      else common += amount(change);
    }
    if (!found) continue;
    at.push(turn.at);
    done.push(before);
  }
  return { lives, at, done };
}
