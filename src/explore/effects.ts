// The effects of a run on the machine, turn by turn: what a turn changed, what it printed, and what went wrong in it. Runs
// a stretch again under the default schedule; keeps nothing. Knows nothing of other runs.
import { entries } from '../machine/index.ts';
import { type Linked, linkedFor, newTrace, runToBlock, type State, step } from '../vm/index.ts';
import { type Change, machineChanges } from './changes.ts';

/** A stretch of a run: the state at its first position, and the position at which it ends. */
export interface Stretch {
  readonly linked: Linked;
  readonly from: State;
  readonly at: number;
  readonly to: number;
}

/** A turn that had an effect. `at`: the position before it. */
export interface EffectTurn {
  readonly at: number;
  readonly thread: number;
  readonly before: State;
  readonly after: State;
  readonly changes: readonly Change[];
}

/** Numbers for texts, so that what is told has places like memory: the n-th time a text is told is a place of its own. */
export class Texts {
  private readonly numbers = new Map<string, number>();
  private readonly words: string[] = [];

  /** The number of a text as told for the `time`-th time. */
  number(text: string, time: number): number {
    const key = `${time}\t${text}`;
    const known = this.numbers.get(key);
    if (known !== undefined) return known;
    this.numbers.set(key, this.words.length);
    return this.words.push(text) - 1;
  }

  /** The text of a number. */
  text(number: number): string {
    return this.words[number] ?? '';
  }
}

/** Counts how often each text was told in one run. */
class Told {
  private readonly times = new Map<string, number>();

  constructor(private readonly texts: Texts) {}

  change(track: string, text: string): Change {
    const key = `${track}\t${text}`;
    const time = this.times.get(key) ?? 0;
    this.times.set(key, time + 1);
    const start = this.texts.number(text, time);
    return { track, start, end: start + 1, was: null, now: text };
  }
}

/** The turns of a stretch that had an effect, in order. The turn that ends a boot is none: the next boot has another machine. */
export function* effectsOf(stretch: Stretch, texts: Texts): Generator<EffectTurn> {
  const trace = newTrace(true);
  const told = new Told(texts);
  let { from: before, at } = stretch;
  while (at < stretch.to) {
    const linked = linkedFor(stretch.linked, before);
    const thread = runToBlock(linked, before);
    if (thread < 0) return;
    const after = step(linked, before, { thread }, trace);
    if (after.boot !== before.boot) return;
    const changes: Change[] = [];
    for (const note of trace.notes ?? []) changes.push(told.change(note.kind, note.text));
    const death = after.threads[thread]?.death;
    if (death) changes.push(told.change('fault', death.what));
    if (after.machine !== before.machine) {
      const { console } = after.machine;
      if (console !== before.machine.console)
        for (const line of entries(console, before.machine.console?.length ?? 0))
          changes.push(told.change('console', line));
      changes.push(...machineChanges(before.machine, after.machine));
    }
    if (changes.length > 0) yield { at, thread, before, after, changes };
    at += trace.micro;
    before = after;
  }
}
