// Steps through the recorded past end where they would if every turn on the way were looked at.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  backward,
  depthOf,
  FLAG,
  forward,
  type Goal,
  goals,
  type Outcome,
  position,
  type Search,
  Timeline,
} from '../../src/debugger/index.ts';
import { lastBoot, loadScenario } from '../../src/session/load.ts';
import { law, runOut, shipped } from './support.ts';

function finished(search: Search): Outcome {
  for (;;) {
    const next = search.next(false);
    if (next.done) return next.value;
  }
}

const KINDS = ['step', 'next', 'finish', 'until'] as const;

function goalOf(time: Timeline, kind: (typeof KINDS)[number], at: number, back: boolean): Goal {
  const state = time.stateAt(0, position(at));
  if (state === null) throw new Error(`no state at #${at}`);
  const thread = Math.max(0, time.mover(0, at, state));
  const deep = depthOf(state, thread);
  if (kind === 'step') return goals.step(time, thread);
  if (kind === 'next') return goals.next(time, thread, deep);
  if (kind === 'finish') return goals.finish(time, thread, deep, back);
  const pc = state.threads[thread]?.top?.pc ?? 0;
  const beyond = (then: typeof state) => {
    const other = then.threads[thread]?.top?.pc ?? 0;
    return back ? other < pc : other > pc;
  };
  return goals.until(time, thread, deep, beyond, back);
}

describe('a movement', () => {
  test('ends at the same position with the columns and without them', () => {
    const loaded = shipped('two-nodes.json');
    const time = new Timeline(lastBoot(loaded).kernel.linked, loaded.first, undefined, { recent: 200_000 });
    const end = runOut(time);
    let ended = 0;
    fc.assert(
      fc.property(fc.integer({ min: 1, max: end - 1 }), fc.constantFrom(...KINDS), fc.boolean(), (at, kind, back) => {
        const goal = goalOf(time, kind, at, back);
        const run = back ? backward : forward;
        const all = finished(run(time, 0, position(at), [], { reached: goal.reached.bind(goal) }));
        const sieved = finished(run(time, 0, position(at), [], goal));
        expect({ ...sieved, piece: null }, `${kind} ${back ? 'back' : 'on'} from #${at}`).toEqual({
          ...all,
          piece: null,
        });
        if (all.kind === 'done') ended++;
      }),
      law(400),
    );
    expect(ended).toBeGreaterThan(10);
  });

  test('is over where another boot begins, whether the way is recorded or not', () => {
    const read = loadScenario('scenarios/family/abi-match.json');
    if (!read.ok) throw new Error(read.errors.join());
    const { first, boots } = read.loaded;
    const linked = boots[0]?.kernel.linked;
    if (linked === undefined) throw new Error('no boot');
    const time = new Timeline(linked, first);
    const columns = time.columns(0);
    while (columns.length === 0 || (columns.flags(columns.length - 1) & FLAG.boot) === 0)
      if (!time.grow(0)) throw new Error('there is one boot only');
    const ends = time.end(0);
    const goal = (at: number) => goalOf(time, 'finish', at, false);
    // in a caller of what leaves the kernel, which never returns
    let i = columns.length - 1;
    while (columns.depth(i) > 2) i--;
    const from = columns.at(i);
    while (time.end(0) < ends + 2000) time.grow(0);
    expect(finished(forward(time, 0, position(from), [], goal(from)))).toMatchObject({
      kind: 'done',
      at: { at: ends },
    });
  });
});
