// A state saved as JSON at any micro-step, also inside a range operation, loads as the same state and continues the same.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { position, Timeline } from '../../src/debugger/index.ts';
import { type Loaded, lastBoot } from '../../src/session/load.ts';
import { loadState, newTrace, runToBlock, type State, saveState, step } from '../../src/vm/index.ts';
import { generated, keyOf, law, microStates, runOut, shipped, smallMachine } from './support.ts';

function reloaded(loaded: Loaded, state: State): State {
  return loadState(saveState(state), {
    config: lastBoot(loaded).kernel.config,
    hardware: loaded.first.machine.hardware,
  });
}

function expectSameFuture(loaded: Loaded, state: State, steps: number): void {
  const { linked } = lastBoot(loaded).kernel;
  const again = reloaded(loaded, state);
  expect(keyOf(linked, again)).toBe(keyOf(linked, state));
  expect(saveState(again)).toBe(saveState(state));
  const ours = microStates(linked, state, steps);
  const theirs = microStates(linked, again, steps);
  expect(theirs.length).toBe(ours.length);
  expect(keyOf(linked, theirs.at(-1) ?? null)).toBe(keyOf(linked, ours.at(-1) ?? null));
  expect(saveState(theirs.at(-1) as State)).toBe(saveState(ours.at(-1) as State));
}

describe('a saved state', () => {
  test('loads as the same state and continues the same, from any micro-step of a shipped boot', () => {
    const loaded = shipped('two-nodes.json');
    const states = microStates(lastBoot(loaded).kernel.linked, loaded.first);
    fc.assert(
      fc.property(fc.nat(states.length - 1), (at) => expectSameFuture(loaded, states[at] as State, 200)),
      law(200),
    );
  });

  test('loads as the same state on generated machines, also inside a range operation', () => {
    fc.assert(
      fc.property(smallMachine, fc.nat(), fc.integer({ min: 1, max: 4000 }), (small, nth, sub) => {
        const loaded = generated(small);
        const time = new Timeline(lastBoot(loaded).kernel.linked, loaded.first);
        const at = nth % (runOut(time) + 1);
        expectSameFuture(loaded, time.stateAt(0, position(at)) as State, 50);
        for (let p = at; p < at + 200; p++) {
          const inside = time.stateAt(0, position(p, sub));
          if (inside === null) continue;
          expectSameFuture(loaded, inside, 50);
          break;
        }
      }),
      law(60),
    );
  });

  test('loads as the same state when threads are blocked or dead', () => {
    const loaded = shipped('seed-000/uninit-boundary-before-debug.json');
    const { linked } = lastBoot(loaded).kernel;
    const trace = newTrace(false);
    let state = loaded.first;
    let blocked = 0;
    for (;;) {
      const thread = runToBlock(linked, state);
      if (thread < 0) break;
      const waiting = state.threads.some((t) => t.waits !== null);
      if (waiting && blocked++ < 3) expect(saveState(reloaded(loaded, state))).toBe(saveState(state));
      state = step(linked, state, { thread }, trace);
    }
    expect(blocked).toBeGreaterThan(0);
    expect(state.threads.some((t) => t.death !== null)).toBe(true);
    expect(saveState(reloaded(loaded, state))).toBe(saveState(state));
    expect(keyOf(linked, reloaded(loaded, state))).toBe(keyOf(linked, state));
  });

  test('is refused on a machine of another size and in another format', () => {
    const loaded = shipped('two-nodes.json');
    const { config } = lastBoot(loaded).kernel;
    const text = saveState(loaded.first);
    const { hardware } = loaded.first.machine;
    const half = { ...hardware, memory: hardware.memory.slice(0, 1) };
    expect(() => loadState(text, { config, hardware: half })).toThrow(/of another size/);
    expect(() => loadState(text.replace('"format":1', '"format":2'), { config, hardware })).toThrow(/format 1/);
  });
});
