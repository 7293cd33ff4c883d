// catch reinit, migratetype and invariant as commands: where they stop, what they say, and what they refuse.
import { describe, expect, test } from 'vitest';
import { runReport } from '../../src/session/index.ts';
import { execute, openPort } from '../support/open.ts';
import { loadPatched } from '../support/patched.ts';

const BEFORE = 'seed-000/uninit-boundary-before';

/** The commands' output, the scenario's own stops taken away first. */
async function said(scenario: string, ...commands: string[]): Promise<string> {
  const port = await openPort(scenario);
  await execute(port, 'delete');
  return execute(port, ...commands);
}

describe('catch migratetype', () => {
  test('stops before the write that changes a type, with both types', async () => {
    const out = await said(BEFORE, 'catch migratetype U C', 'continue', 'print pageblock(0x4000).written', 'next');
    expect(out).toContain('Catchpoint 2 (migratetype), pageblock(0x4000).migratetype  UNMOVABLE → CMA');
    expect(out).toContain('memmap_init_range');
    expect(out).toContain('= false');
  });

  test.each(['U M', 'u m', 'MIGRATE_UNMOVABLE MIGRATE_MOVABLE', 'unmovable MOVABLE'])('takes %s', async (types) => {
    expect(await said(BEFORE, `catch migratetype ${types}`, 'continue')).toContain('UNMOVABLE → MOVABLE');
  });

  test('of types that never follow each other stops nowhere', async () => {
    expect(await said(BEFORE, 'catch migratetype C M', 'continue')).toContain('the boot has ended');
  });

  test.each([
    ['catch migratetype U', 'followed by two types'],
    ['catch migratetype U X', "'X' is no migratetype; they are U MIGRATE_UNMOVABLE"],
    ['catch migratetype M M', 'a type that stays M is no change'],
    ['catch migratetype U M C', "'C' is one word too many"],
    ['catch reinit again', "'again' is one word too many"],
    ['catch invariant first-defered-sane', 'is no invariant; did you mean first-deferred-sane?'],
    ['catch invarant', "'invarant' cannot be caught; did you mean invariant?"],
  ])('%s is refused', async (command, why) => {
    expect(await said(BEFORE, command)).toContain(why);
  });
});

describe('catch reinit', () => {
  const scenario = 'today/reserved-above-last-zone';

  test('stops before the second initialisation, from both sides', async () => {
    const there = await said(scenario, 'catch reinit', 'continue');
    expect(there).toContain('write of pages 0x17fe0..0x18000, initialised before');
    const place = /^#\d+ .*$/m.exec(there)?.[0] ?? 'none';
    expect(await said(scenario, 'continue', 'catch reinit', 'reverse-continue')).toContain(place);
  });

  test('stops nowhere in a boot that initialises once', async () => {
    expect(await said('two-nodes', 'catch reinit', 'continue')).toContain('the boot has ended');
  });
});

describe('expect', () => {
  test('counts these stops', () => {
    const line = '{ "stop": "catch uninit", "times": 17 },';
    const stops = ['migratetype U C', 'migratetype C M', 'reinit', 'invariant initialised-once', 'invariant'];
    const added = stops.map((stop) => `{ "stop": "catch ${stop}", "times": 1 },`).join(' ');
    const result = runReport(loadPatched(BEFORE, null, [[line, added]]));
    const got = result.ok
      ? result.report.expect.filter(({ what }) => what.startsWith('catch ') && !/uninit/.test(what))
      : [];
    expect(got.map(({ what, got: found }) => [what, found])).toEqual([
      ['catch migratetype U C: once', '2 times'],
      ['catch migratetype C M: once', '0 times'],
      ['catch reinit: once', '0 times'],
      ['catch invariant initialised-once: once', undefined],
      ['catch invariant: once', '19 times'],
    ]);
  });

  test('of an invariant that is none is a mistake of the file', () => {
    expect(() =>
      loadPatched('two-nodes', null, [['"catch uninit", "times": 0', '"catch invariant regions-sortd", "times": 0']]),
    ).toThrow(/did you mean regions-sorted/);
  });
});

describe('ignore', () => {
  test('lets hits pass that are counted, then stops; backwards as forwards', async () => {
    const port = await openPort('seed-000/uninit-boundary-before');
    await execute(port, 'continue 4');
    const fourth = port.view().position.label;
    await execute(port, 'start');
    expect(await execute(port, 'ignore 1 3')).toBe('Will ignore next 3 crossings of breakpoint 1.');
    expect(await execute(port, 'info breakpoints')).toContain('ignore next 3 hits');
    await execute(port, 'continue');
    expect(port.view().position.label).toBe(fourth);
    expect(await execute(port, 'info breakpoints')).not.toContain('ignore next');
    await execute(port, 'continue', 'ignore 1 1', 'reverse-continue');
    expect(port.view().position.label).not.toBe(fourth);
    expect(await execute(port, 'ignore 1')).toContain('a number and a count are expected; usage: ignore NUMBER COUNT');
    expect(await execute(port, 'ignore 9 1')).toContain('No breakpoint number 9.');
  });
});
