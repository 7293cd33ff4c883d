// A range operation cut anywhere, any number of times, ends in the same machine, state and record as one that runs whole.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { runGet } from '../../src/machine/index.ts';
import { type Loaded, lastBoot } from '../../src/session/load.ts';
import {
  type Access,
  compile,
  link,
  newThread,
  newTrace,
  runToBlock,
  type State,
  saveState,
  step,
  type Turn,
} from '../../src/vm/index.ts';
import { endState, generated, keyOf, law, shipped, smallMachine } from './support.ts';

/** A repeatable stream of numbers in [0, 1). */
function stream(seed: number): () => number {
  let x = seed * 2 + 1;
  return () => {
    x = (Math.imul(x, 1103515245) + 12345) & 0x7fff_ffff;
    return (x >>> 8) / 2 ** 23;
  };
}

/** Runs to the end, cutting most range operations wherever the stream says. */
function endWithCuts(loaded: Loaded, seed: number): { state: State; cuts: number } {
  const { linked } = lastBoot(loaded).kernel;
  const random = stream(seed);
  const trace = newTrace(false);
  let cuts = 0;
  const cut: Turn['cut'] = ({ from, to }) => (random() < 0.3 ? to : from + Math.ceil(random() ** 3 * (to - from)));
  let state = loaded.first;
  for (;;) {
    const thread = runToBlock(linked, state);
    if (thread < 0) return { state, cuts };
    state = step(linked, state, { thread, cut }, trace);
    if (trace.partial) cuts++;
  }
}

/** Accesses of one turn by struct, field and element, joined where they touch. */
function coverage(accesses: readonly Access[]): Map<string, boolean[]> {
  const out = new Map<string, boolean[]>();
  for (const { rw, struct, at, end, field } of accesses) {
    const key = `${rw} ${struct} ${field}`;
    const seen = out.get(key) ?? [];
    if (typeof at === 'number') for (let i = at; i < (end ?? at + 1); i++) seen[i] = true;
    out.set(key, seen);
  }
  return out;
}

describe('a range operation', () => {
  test('cut anywhere ends in the same machine and the same key on generated machines', () => {
    fc.assert(
      fc.property(smallMachine, fc.nat(1_000_000), (small, seed) => {
        const loaded = generated(small);
        const { linked } = lastBoot(loaded).kernel;
        const whole = endState(linked, loaded.first);
        const { state, cuts } = endWithCuts(loaded, seed);
        expect(cuts).toBeGreaterThan(0);
        expect(keyOf(linked, state)).toBe(keyOf(linked, whole));
        expect(saveState(state)).toBe(saveState(whole));
      }),
      law(100),
    );
  });

  test('cut anywhere ends in the same machine on a shipped boot', () => {
    const loaded = shipped('seed-000/uninit-order9.json');
    expect(saveState(endWithCuts(loaded, 7).state)).toBe(
      saveState(endState(lastBoot(loaded).kernel.linked, loaded.first)),
    );
  });

  test('that meets a page nothing backs has done the pages before it, wherever it was cut', () => {
    const loaded = generated({
      sizes: [132],
      cpus: 1,
      debug: false,
      stale: false,
      patched: false,
      preserved: [],
      free: true,
    });
    const { first } = loaded;
    const { kernel } = lastBoot(loaded);
    const text =
      'function start_kernel(): void { vmemmap_populate(0, 100); vmemmap_populate(120, 130); __init_single_page(50, 125, 1, 0); }';
    const compiled = compile({ 'a.ts': text }, kernel.names);
    if (!compiled.ok) throw new Error(compiled.errors.join());
    const linked = link(compiled.program, kernel.linked.env);
    const start = { ...first, threads: [newThread(linked, 'swapper', 'start_kernel', [])] };
    const whole = endState(linked, start);
    expect(runGet(whole.machine.inits, 99)).toBe(1);
    expect(runGet(whole.machine.inits, 100)).toBe(0);
    expect(runGet(whole.machine.inits, 120)).toBe(0);
    expect(whole.threads[0]?.death?.what).toBe('BUG: unable to handle page fault for address: ffffea0000001900');
    for (const most of [1, 3, 49, 50, 51, 60]) {
      const trace = newTrace(false);
      let state: State = start;
      for (let thread = 0; thread >= 0; thread = runToBlock(linked, state)) {
        state = step(linked, state, { thread, cut: ({ from, to }) => Math.min(to, from + most) }, trace);
      }
      expect(saveState(state)).toBe(saveState(whole));
    }
  });

  test('taken page by page records the same accesses as when it runs whole', () => {
    const loaded = generated({
      sizes: [132],
      cpus: 1,
      debug: false,
      stale: false,
      patched: false,
      preserved: [[3, 5]],
      free: true,
    });
    const { linked } = lastBoot(loaded).kernel;
    const [whole, single] = [newTrace(true), newTrace(true)];
    let compared = 0;
    for (let state = loaded.first; ; ) {
      const thread = runToBlock(linked, state);
      if (thread < 0) break;
      let range = false;
      const next = step(
        linked,
        state,
        {
          thread,
          cut: ({ from, to }) => {
            range = to - from > 1 && to - from <= 1024;
            return to;
          },
        },
        whole,
      );
      if (range && compared < 50) {
        const accesses: Access[] = [];
        let at = state;
        do {
          at = step(linked, at, { thread, cut: ({ from }) => from + 1 }, single);
          accesses.push(...(single.accesses ?? []));
        } while (single.partial);
        expect(saveState(at)).toBe(saveState(next));
        expect(coverage(accesses)).toEqual(coverage(whole.accesses ?? []));
        compared++;
      }
      state = next;
    }
    expect(compared).toBeGreaterThan(10);
  });
});
