// Time: whatever mix of commands led to a position, its state is the one that so many micro-steps lead to. Back undoes
// step, forwards and backwards meet the same stops, and a fork replays alike, also when states were dropped and rebuilt.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  backward,
  depthOf,
  forward,
  type Goal,
  goals,
  type Outcome,
  type Point,
  type Position,
  position,
  type Search,
  Timeline,
} from '../../src/debugger/index.ts';
import { type Loaded, lastBoot } from '../../src/session/load.ts';
import { type State, saveState } from '../../src/vm/index.ts';
import { generated, keyOf, law, microStates, runOut, type Small, shipped, smallMachine } from './support.ts';

type Command = 'step' | 'next' | 'finish' | 'continue' | 'stepi' | 'seek' | 'inside';

interface Move {
  readonly command: Command;
  readonly back: boolean;
  readonly nth: number;
}

const move: fc.Arbitrary<Move> = fc.record({
  command: fc.constantFrom<Command>('step', 'next', 'finish', 'continue', 'stepi', 'seek', 'inside'),
  back: fc.boolean(),
  nth: fc.nat(),
});

/** Sizes of the caches: from nothing kept to everything kept. */
const caches = fc.record({ recent: fc.constantFrom(4, 100, 5000, 200_000), every: fc.constantFrom(1, 3, 64, 1000) });

const POINTS: readonly Point[] = [
  { number: 1, trigger: { kind: 'uninit', rw: null }, enabled: true, temporary: false, thread: null, condition: null },
  {
    number: 2,
    trigger: { kind: 'page', start: 0x6010, end: 0x6014 },
    enabled: true,
    temporary: false,
    thread: null,
    condition: null,
  },
  {
    number: 3,
    trigger: { kind: 'location', places: new Map([[2, { fn: 'set_zone_contiguous', pcs: [0] }]]) },
    enabled: true,
    temporary: false,
    thread: null,
    condition: null,
  },
];

function finished(search: Search): Outcome {
  for (;;) {
    const next = search.next(false);
    if (next.done) return next.value;
  }
}

const moverAt = (time: Timeline, at: Position, state: State) => Math.max(0, time.mover(0, at.at, state));

/** Where a command leads. */
function target(time: Timeline, at: Position, { command, back, nth }: Move, end: number): Position {
  const state = time.stateAt(0, at) as State;
  const thread = moverAt(time, at, state);
  const deep = depthOf(state, thread);
  const run = (goal: Goal | null, points: readonly Point[] = []) =>
    finished((back ? backward : forward)(time, 0, at, points, goal)).at;
  switch (command) {
    case 'step':
      return run(goals.step(time, thread));
    case 'next':
      return run(goals.next(time, thread, deep));
    case 'finish':
      return run(goals.finish(time, thread, deep, back));
    case 'continue':
      return run(null, POINTS);
    case 'stepi':
      return position(Math.min(end, Math.max(0, at.at + (back ? -1 : 1))));
    case 'seek':
      return position(nth % (end + 1));
    case 'inside': {
      for (let n = nth % (end + 1); n < end; n++) {
        const inside = position(n, 1 + (nth % 37));
        if (time.stateAt(0, inside) !== null) return inside;
      }
      return at;
    }
  }
}

function expectSeekIsMicroSteps(
  loaded: Loaded,
  micro: readonly State[],
  moves: readonly Move[],
  recent: number,
  every: number,
): void {
  const { linked } = lastBoot(loaded).kernel;
  const time = new Timeline(linked, loaded.first, undefined, { recent, every });
  let at = position(0);
  for (const one of moves) {
    at = target(time, at, one, micro.length - 1);
    const state = time.stateAt(0, position(at.at));
    expect(keyOf(linked, state), `${one.command} to #${at.at}`).toBe(keyOf(linked, micro[at.at] ?? null));
    if (at.sub > 0) expect(time.stateAt(0, at)).not.toBeNull();
  }
  expect(saveState(time.stateAt(0, position(at.at)) as State)).toBe(saveState(micro[at.at] as State));
}

const SMALL: Small = {
  sizes: [260],
  cpus: 2,
  debug: false,
  stale: false,
  patched: true,
  preserved: [
    [2, 3],
    [0, 99],
    [10, 1],
  ],
  free: false,
};

describe('time', () => {
  test('seek(n) equals n micro-steps, whatever mix of commands led there, on a shipped boot', () => {
    const loaded = shipped('two-nodes.json');
    const micro = microStates(lastBoot(loaded).kernel.linked, loaded.first);
    fc.assert(
      fc.property(fc.array(move, { minLength: 1, maxLength: 20 }), caches, (moves, { recent, every }) =>
        expectSeekIsMicroSteps(loaded, micro, moves, recent, every),
      ),
      law(20),
    );
  });

  test('seek(n) equals n micro-steps on generated machines', () => {
    fc.assert(
      fc.property(
        smallMachine,
        fc.array(move, { minLength: 1, maxLength: 20 }),
        caches,
        (small, moves, { recent, every }) => {
          const loaded = generated(small);
          const micro = microStates(lastBoot(loaded).kernel.linked, loaded.first);
          expectSeekIsMicroSteps(loaded, micro, moves, recent, every);
        },
      ),
      law(50),
    );
  });

  test('counts the same micro-steps at statement grain as one by one, and every entry is a state of the micro-step run', () => {
    fc.assert(
      fc.property(smallMachine, (small) => {
        const loaded = generated(small);
        const { linked } = lastBoot(loaded).kernel;
        const micro = microStates(linked, loaded.first);
        const time = new Timeline(linked, loaded.first);
        expect(runOut(time)).toBe(micro.length - 1);
        const { at, states } = time.branch(0);
        at.forEach((n, i) => {
          if (i % 7 === 0 || i > at.length - 20)
            expect(keyOf(linked, states[i] ?? null)).toBe(keyOf(linked, micro[n] ?? null));
        });
        const statements = micro.flatMap((state, n) => {
          const thread = time.mover(0, n, state);
          return thread >= 0 && time.atStatement(state, thread) ? [n] : [];
        });
        const entries = new Set(at);
        expect(statements.filter((n) => !entries.has(n))).toEqual([]);
      }),
      law(40),
    );
  });

  test('back undoes step and next, also after states were dropped and rebuilt', () => {
    const loaded = generated(SMALL);
    const { linked } = lastBoot(loaded).kernel;
    const end = runOut(new Timeline(linked, loaded.first));
    fc.assert(
      fc.property(fc.nat(), caches, fc.boolean(), (nth, { recent, every }, over) => {
        const time = new Timeline(linked, loaded.first, undefined, { recent, every });
        runOut(time);
        const { at } = time.branch(0);
        let i = nth % at.length;
        let state = time.stateAt(0, position(at[i] as number)) as State;
        while (i > 0 && !time.atStatement(state, moverAt(time, position(at[i] as number), state))) {
          state = time.stateAt(0, position(at[--i] as number)) as State;
        }
        const from = position(at[i] as number);
        if (from.at === end) return;
        const thread = moverAt(time, from, state);
        const goal = over ? goals.next(time, thread, depthOf(state, thread)) : goals.step(time, thread);
        const there = finished(forward(time, 0, from, [], goal)).at;
        const back = finished(backward(time, 0, there, [], goal)).at;
        if (!over) expect(back).toEqual(from);
        const again = time.stateAt(0, back) as State;
        if (back.at === from.at) expect(saveState(again)).toBe(saveState(state));
        else expect(back.at).toBeGreaterThan(from.at);
      }),
      law(300),
    );
  });

  test('a fork anywhere replays the same states and keys as the same choices made again', () => {
    const loaded = generated({ ...SMALL, cpus: 2 });
    const { linked } = lastBoot(loaded).kernel;
    fc.assert(
      fc.property(fc.nat(), fc.nat(), caches, (nth, who, { recent, every }) => {
        const one = new Timeline(linked, loaded.first, undefined, { recent, every });
        const end = runOut(one);
        const at = nth % (end + 1);
        const before = keyOf(linked, one.stateAt(0, position(at)));
        const state = one.stateAt(0, position(at)) as State;
        const movers = state.threads.flatMap((t, i) =>
          t.top !== null && t.death === null && t.waits === null ? [i] : [],
        );
        if (movers.length === 0) return;
        const thread = movers[who % movers.length] as number;
        const id = one.fork(0, at, thread);
        const other = new Timeline(linked, loaded.first, undefined, { recent: 1000, every: 7 });
        other.stateAt(0, position(at));
        const twin = other.fork(0, at, thread);
        expect(keyOf(linked, one.stateAt(id, position(at)))).toBe(before);
        for (const ahead of [1, 2, 50, 500]) {
          const key = keyOf(linked, one.stateAt(id, position(at + ahead)));
          expect(keyOf(linked, other.stateAt(twin, position(at + ahead)))).toBe(key);
          if (one.mover(0, at, state) === thread) expect(keyOf(linked, one.stateAt(0, position(at + ahead)))).toBe(key);
        }
        expect(keyOf(linked, one.stateAt(0, position(at)))).toBe(before);
      }),
      law(100),
    );
  });
});
