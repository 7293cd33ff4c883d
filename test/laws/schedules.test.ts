// Whatever thread moves when, at either grain, a healthy boot ends in the same machine: only the order of free lists, of
// console lines and of threads' work may differ.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { entries, type Machine, type SavedMachine, saveMachine } from '../../src/machine/index.ts';
import { type Loaded, lastBoot } from '../../src/session/load.ts';
import { choices, newTrace, type State, step } from '../../src/vm/index.ts';
import { endState, generated, law, shipped } from './support.ts';

/** A machine without what the order of events decides. */
function unordered(machine: Machine): SavedMachine {
  const saved = saveMachine(machine);
  const lists = Object.fromEntries(
    Object.entries(saved.lists)
      .map(([key, { count }]) => [key, { first: 0, last: 0, count }] as const)
      .sort(),
  );
  const values = saved.blocks.values.map((block) => (block === null ? null : { ...block, prev: 0, next: 0 }));
  const byNumber = saved.blocks.runs.map(([length, i]) => [length, JSON.stringify(values[i])]);
  const console = entries(machine.console).toSorted();
  return { ...saved, lists, blocks: { values: byNumber as never, runs: [] }, console };
}

function endOf(loaded: Loaded, numbers: () => number, effects: boolean): State {
  const { linked } = lastBoot(loaded).kernel;
  const trace = newTrace(false);
  let state = loaded.first;
  for (;;) {
    const movers = choices(linked, state);
    if (movers.length === 0) return state;
    const thread = movers[numbers() % movers.length] as number;
    state = step(linked, state, effects ? { thread, limit: 1 } : { thread }, trace);
  }
}

function stream(seed: number): () => number {
  let x = seed | 1;
  return () => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return x >>> 0;
  };
}

function expectSameEnd(loaded: Loaded, seed: number, effects: boolean): void {
  const usual = endState(lastBoot(loaded).kernel.linked, loaded.first);
  const state = endOf(loaded, stream(seed), effects);
  expect(state.threads.map((t) => t.death?.what ?? null).filter((what) => what !== null)).toEqual([]);
  expect(state.threads.every((t) => t.top === null)).toBe(true);
  expect(unordered(state.machine)).toEqual(unordered(usual.machine));
}

const seeds = fc.noShrink(fc.nat());

const TWO = { sizes: [520], cpus: 2, debug: false, stale: false, patched: false, preserved: [], free: true };

describe('any schedule', () => {
  test('of statements ends two-nodes in the same machine', () => {
    const loaded = shipped('two-nodes.json');
    fc.assert(
      fc.property(seeds, (seed) => expectSameEnd(loaded, seed, false)),
      law(20),
    );
  });

  test('of effects ends two-nodes in the same machine', () => {
    const loaded = shipped('two-nodes.json');
    fc.assert(
      fc.property(seeds, (seed) => expectSameEnd(loaded, seed, true)),
      law(20),
    );
  });

  test('of either grain ends a small machine with two workers in the same machine', () => {
    const loaded = generated(TWO);
    fc.assert(
      fc.property(seeds, fc.boolean(), (seed, effects) => expectSameEnd(loaded, seed, effects)),
      law(60),
    );
  });
});
