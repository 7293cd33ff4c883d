// What is reported as uninitialised is found in the record of accesses and nowhere else.
import { describe, expect, test } from 'vitest';
import { forward, type Point, position, Timeline } from '../../src/debugger/index.ts';
import { type Loaded, lastBoot } from '../../src/session/load.ts';
import { type Linked, link } from '../../src/vm/index.ts';
import { shipped } from './support.ts';

const UNINIT: Point = {
  number: 1,
  trigger: { kind: 'uninit', rw: null },
  enabled: true,
  temporary: false,
  thread: null,
  condition: null,
};

function uninitStops(linked: Linked, loaded: Loaded): number {
  const time = new Timeline(linked, loaded.first);
  let at = position(0);
  for (let stops = 0; ; ) {
    const search = forward(time, 0, at, [UNINIT], null);
    let next = search.next(false);
    while (!next.done) next = search.next(false);
    if (next.value.kind !== 'hits') return stops;
    stops++;
    at = next.value.at;
  }
}

/** The kernel with an intrinsic whose accesses nobody notes. */
function forgetful(loaded: Loaded, name: string): Linked {
  const { program, env } = lastBoot(loaded).kernel.linked;
  const row = env.intrinsics[name];
  if (row === undefined) throw new Error(`no intrinsic ${name}`);
  const run: typeof row.run = (c, ...args) => {
    const before = c.accesses?.length ?? 0;
    const value = row.run(c, ...args);
    if (c.accesses !== null) c.accesses.length = before;
    return value;
  };
  return link(program, { ...env, intrinsics: { ...env.intrinsics, [name]: { ...row, run } } });
}

describe('the list of uninitialised accesses', () => {
  test('gets shorter when one intrinsic forgets to record what it reads', () => {
    const loaded = shipped('seed-000/uninit-boundary-before.json');
    expect(uninitStops(lastBoot(loaded).kernel.linked, loaded)).toBe(17);
    expect(uninitStops(forgetful(loaded, 'PageBuddy'), loaded)).toBe(7);
    expect(uninitStops(forgetful(loaded, 'page_zone_id'), loaded)).toBe(17);
  });
});
