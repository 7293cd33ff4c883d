// What the Kconfig of a profile forbids: said at the value that asks for it, with the reason; forced where a boot says so.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { type LoadOptions, type LoadResult, loadScenarioText } from '../../src/session/load.ts';

const path = fileURLToPath(new URL('../../scenarios/seed-000/uninit-order9.json', import.meta.url));
const REASON =
  `with CONFIG_KEXEC_HANDOVER, whose Kconfig entry says 'depends on !DEFERRED_STRUCT_PAGE_INIT' ` +
  `(8b66ed2c3f42 "kho: mm: don't allow deferred struct page with KHO")`;
const ADVICE =
  'set CONFIG_DEFERRED_STRUCT_PAGE_INIT to false in config, or write "force": ["KEXEC_HANDOVER"] beside kernel';

function load(boot: Record<string, unknown>, options: LoadOptions = {}): LoadResult {
  const raw = JSON.parse(readFileSync(path, 'utf8')) as { boots: unknown[] };
  raw.boots[1] = boot;
  return loadScenarioText('s.json', JSON.stringify({ ...raw, expect: [], tour: [] }, null, 1), options);
}

/** Its mistakes, each with the text of the line that it points at. */
function mistakes(boot: Record<string, unknown>, options: LoadOptions = {}): string[] {
  const result = load(boot, options);
  return result.ok ? [] : result.errors.map((error) => error.replace(/^s\.json:\d+:\d+: /, ''));
}

describe('KHO with deferred struct page init', () => {
  test('is refused by v7.1 at its name, with the reason and what to write', () => {
    expect(mistakes({ kernel: 'v7.1' })).toEqual([
      `boots[1].kernel: "v7.1" does not allow CONFIG_DEFERRED_STRUCT_PAGE_INIT ${REASON}; ${ADVICE}`,
    ]);
  });

  test('is refused at the option where that is written', () => {
    expect(mistakes({ kernel: 'v7.1', config: { CONFIG_DEFERRED_STRUCT_PAGE_INIT: true } })).toEqual([
      `boots[1].config.CONFIG_DEFERRED_STRUCT_PAGE_INIT: true is not allowed by v7.1 ${REASON}; ${ADVICE}`,
    ]);
  });

  test('goes with force, and without the option', () => {
    expect(mistakes({ kernel: 'v7.1', force: ['KEXEC_HANDOVER'] })).toEqual([]);
    expect(mistakes({ kernel: 'v7.1', config: { CONFIG_DEFERRED_STRUCT_PAGE_INIT: false } })).toEqual([]);
  });

  test('is refused where the command line asks for the kernel', () => {
    const options = { kernel: 'v7.1' };
    expect(mistakes({ kernel: 'v7.3' }, options)).toEqual([
      `--kernel v7.1: does not allow CONFIG_DEFERRED_STRUCT_PAGE_INIT ${REASON}; ${ADVICE}`,
    ]);
    expect(mistakes({ kernel: 'v7.3', config: { CONFIG_DEFERRED_STRUCT_PAGE_INIT: false } }, options)).toEqual([]);
    expect(mistakes({ kernel: 'v7.1', force: ['KEXEC_HANDOVER'] }, { kernel: 'v7.2' })).toEqual([]);
  });
});

describe('force', () => {
  test('that nothing needs is a mistake', () => {
    const unneeded = (kernel: string) =>
      `boots[1].force[0]: "KEXEC_HANDOVER" is not needed: ${kernel} allows this configuration; leave it out`;
    expect(mistakes({ kernel: 'v7.3', force: ['KEXEC_HANDOVER'] })).toEqual([unneeded('v7.3')]);
    const without = { kernel: 'v7.1', force: ['KEXEC_HANDOVER'], config: { CONFIG_DEFERRED_STRUCT_PAGE_INIT: false } };
    expect(mistakes(without)).toEqual([unneeded('v7.1')]);
  });

  test('of another symbol is one too', () => {
    expect(mistakes({ kernel: 'v7.1', force: ['CMA'], config: { CONFIG_DEFERRED_STRUCT_PAGE_INIT: false } })).toEqual([
      'boots[1].force[0]: "CMA" is not a symbol that can be forced; write "KEXEC_HANDOVER"',
    ]);
    expect(mistakes({ kernel: 'v7.3', force: [] })).toEqual(['boots[1].force: 0 are too few symbols; give at least 1']);
  });
});
