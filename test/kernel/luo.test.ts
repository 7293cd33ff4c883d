// What one kernel tells the next of a live update: taken early, counted on, and fatal when it cannot be understood.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTwoFilesPatch } from 'diff';
import { describe, expect, test } from 'vitest';
import { loadScenarioText, runReport } from '../../src/session/index.ts';
import { edited } from '../support/patched.ts';

const FILE = 'kernel/liveupdate/luo_core.ts';
const TEXT = readFileSync(join(import.meta.dirname, '../../src/kernel', FILE), 'utf8');

interface Second {
  /** the second kernel's */
  readonly cmdline: string;
  readonly config?: Readonly<Record<string, boolean>>;
  /** an edit of the first kernel's text */
  readonly first?: readonly [from: string, to: string];
}

/** Two kernels, the first with liveupdate=on; the record of the second. */
function second({ cmdline, config = { CONFIG_LIVEUPDATE: true }, first }: Second) {
  const folder = mkdtempSync(join(tmpdir(), 'khodbg-'));
  try {
    const changed = first === undefined ? TEXT : edited(TEXT, [first]);
    writeFileSync(join(folder, 'first.patch'), createTwoFilesPatch(`a/${FILE}`, `b/${FILE}`, TEXT, changed));
    const kexec = [
      { at: 'userspace', call: 'kexec_file_load', args: ['4M', '1M'] },
      { at: 'userspace', call: 'kernel_kexec', args: [] },
    ];
    const text = JSON.stringify({
      format: 1,
      title: 'live update',
      machine: { memory: [{ start: '0x0', size: '256M', node: 0 }], nodes: [{ node: 0, cpus: 1 }] },
      boots: [
        {
          kernel: 'v7.3',
          patches: first === undefined ? [] : ['./first.patch'],
          config: { CONFIG_LIVEUPDATE: true },
          cmdline: 'kho=on liveupdate=on kho_scratch=8M,4M,4M',
          actors: kexec,
        },
        { kernel: 'v7.3', config, cmdline },
      ],
    });
    const loaded = loadScenarioText(join(folder, 's.json'), text);
    if (!loaded.ok) throw new Error(loaded.errors.join('\n'));
    const run = runReport(loaded.loaded);
    if (!run.ok) throw new Error(run.errors.join('\n'));
    const [, { console = [], faults = [] } = {}] = run.report.boots;
    return {
      luo: console.filter((line) => line.startsWith('luo: ')),
      faults: faults.map(({ kind, text, stack }) => [kind, text, stack[0]]),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const FATAL = [
  [
    'panic',
    'The incoming tree failed to initialize properly [-EINVAL], disabling live update',
    'liveupdate_early_init',
  ],
];
const GOOD = { luo: ['luo: Retrieved live update data, liveupdate number: 1'], faults: [] };

describe('luo_early_startup', () => {
  test.each(['kho=on liveupdate=on', 'kho=on'])('takes what the first kernel left: %s', (cmdline) => {
    expect(second({ cmdline })).toEqual(GOOD);
  });

  test.each([
    ['with kho=off', 'kho=off liveupdate=on', true],
    ['without CONFIG_LIVEUPDATE', 'kho=on liveupdate=on', false],
  ])('does nothing %s', (_, cmdline, CONFIG_LIVEUPDATE) => {
    expect(second({ cmdline, config: { CONFIG_LIVEUPDATE } })).toEqual({ luo: [], faults: [] });
  });

  test('another format is fatal, without liveupdate= as well', () => {
    const result = second({ cmdline: 'kho=on', first: ['"luo-v5"', '"luo-v4"'] });
    expect(result).toEqual({ luo: ["luo: LUO state is incompatible with 'luo-v5'"], faults: FATAL });
  });

  test('so is a blob that is too small', () => {
    const call = 'kho_add_subtree(LUO_KHO_ENTRY_NAME, blob, ';
    const result = second({ cmdline: 'kho=on', first: [`${call}SIZEOF_LUO_SER)`, `${call}24)`] });
    expect(result).toEqual({ luo: ['luo: LUO state is too small (24 < 32)'], faults: FATAL });
  });

  test('a first kernel that leaves none is no mistake', () => {
    const off = ['if (!luo_global.enabled) return 0;', 'return 0;'] as const;
    expect(second({ cmdline: 'kho=on', first: off })).toEqual({ luo: [], faults: [] });
  });
});
