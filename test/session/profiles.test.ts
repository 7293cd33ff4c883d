// Kernel profiles: a scenario chooses one by name, patches are for some of them, and what differs between them is to be seen.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { Port } from '../../src/session/index.ts';
import { type Loaded, type LoadResult, loadScenarioText } from '../../src/session/load.ts';
import { lastRecord, runScenario } from '../../src/session/report/index.ts';
import { runReport } from '../../src/session/run-report.ts';
import { execute } from '../support/open.ts';
import { loadPatched } from '../support/patched.ts';

const path = fileURLToPath(new URL('../../scenarios/seed-000/uninit-order9.json', import.meta.url));

interface Raw {
  boots: [{ handover: { preserved: unknown[]; scratch: unknown[] } }, Record<string, unknown>];
  expect: unknown[];
}

/** The shipped scenario with another kernel, and what `change` does to it. */
function load(kernel: string, change: (raw: Raw) => void = () => {}): LoadResult {
  const raw = JSON.parse(readFileSync(path, 'utf8')) as Raw;
  raw.boots[1].kernel = kernel;
  change(raw);
  return loadScenarioText('s.json', JSON.stringify(raw));
}

function loaded(kernel: string, change?: (raw: Raw) => void): Loaded {
  const result = load(kernel, change);
  if (!result.ok) throw new Error(result.errors.join('\n'));
  return result.loaded;
}

const stagesOf = (one: Loaded): string[] => lastRecord(runScenario(one)).stages.map(({ name }) => name);

describe('"kernel" of a boot', () => {
  test('v7.2 boots, and the scenario of v7.3 goes as well there', () => {
    const result = runReport(loaded('v7.2'));
    expect(result).toMatchObject({ ok: true, status: 0 });
    expect(result.ok && result.report.boots[1]?.kernel).toBe('v7.2');
    expect(result.ok && result.text).toContain('boot 2: v7.2\n');
  });

  test('gives way to --kernel, in the last boot', () => {
    const { boots } = loaded('v7.3');
    const other = loadScenarioText('s.json', readFileSync(path, 'utf8'), { kernel: 'v7.2' });
    expect(boots.at(-1)?.boot.kernel).toBe('v7.3');
    expect(other.ok && other.loaded.boots.at(-1)?.boot.kernel).toBe('v7.2');
  });

  test('is a profile there is', () => {
    const result = load('v7.0');
    expect(result.ok || result.errors).toEqual([
      expect.stringMatching(/boots\[1\]\.kernel: "v7\.0" is not a kernel khodbg has; did you mean v7\.[123]\?$/),
    ]);
  });

  test('in v7.2 free_area_init() has the memmap made, and nothing of KHO comes before', () => {
    const [old, now] = [stagesOf(loaded('v7.2')), stagesOf(loaded('v7.3'))];
    const middle = (stages: string[]) =>
      stages.slice(stages.indexOf('initmem_init') + 1, stages.indexOf('kho_memory_init'));
    expect(middle(old)).toEqual(['sparse_init', 'memmap_init', 'free_area_init']);
    expect(middle(now)).toEqual(['kho_memory_init_early', 'free_area_init', 'sparse_init', 'memmap_init']);
  });
});

describe('a shipped patch', () => {
  const withPatch = (kernel: string, name: string): LoadResult =>
    load(kernel, (raw) => {
      raw.boots[1].patches = [name];
    });

  test('is refused on a kernel that it does not name', () => {
    const result = withPatch('v7.3', 'scratch-released-early');
    expect(result.ok || result.errors).toEqual([
      expect.stringMatching(/^s\.json:1:\d+: the patch 'scratch-released-early' is for v7\.2, not for v7\.3$/),
    ]);
  });

  test('scratch-released-early has the stage kho_release_scratch', () => {
    const result = withPatch('v7.2', 'scratch-released-early');
    expect(result.ok && stagesOf(result.loaded)).toContain('kho_release_scratch');
  });
});

describe('a page that is preserved by itself and inside a larger block', () => {
  const restores = (kernel: string): boolean[] => {
    const one = loaded(kernel, (raw) => {
      raw.boots[0].handover.preserved = [
        { start: '0x18000000', order: 4 },
        { start: '0x18003000', order: 0 },
      ];
      raw.boots[1].actors = ['0x18000000', '0x18003000'].map((phys) => ({
        at: 'late_initcall',
        call: 'kho_restore_folio',
        args: [phys],
      }));
      raw.expect = [];
    });
    return lastRecord(runScenario(one)).restored.map(({ ok }) => ok);
  };

  test('is lost in v7.2 when the block is restored: its private is cleared', () => {
    expect(restores('v7.2')).toEqual([true, false]);
  });

  test('is given twice by v7.3, which leaves the private of tails', () => {
    expect(restores('v7.3')).toEqual([true, true]);
  });
});

describe('a function that only patched text has', () => {
  const onV72 = (call: string, fn: string): LoadResult =>
    load('v7.2', (raw) => {
      raw.boots[1].patches = ['scratch-released-early'];
      raw.boots[1].actors = [{ at: 'late_initcall', call, args: [] }];
      raw.expect = [{ stop: 'catch uninit', in: fn, times: 0 }];
    });

  test('can be called and named', () => {
    expect(onV72('kho_release_scratch', 'kho_release_scratch').ok).toBe(true);
  });

  test('is no function of a kernel that has it not', () => {
    const result = load('v7.2', (raw) => {
      raw.boots[1].actors = [{ at: 'late_initcall', call: 'kho_release_scratch', args: [] }];
    });
    expect(result.ok || result.errors).toEqual([
      expect.stringMatching(/actors\[0\]\.call: no kernel function kho_release_scratch/),
    ]);
    const named = load('v7.2', (raw) => {
      raw.expect = [{ stop: 'catch uninit', in: 'kho_release_scratch', times: 0 }];
    });
    expect(named.ok || named.errors).toEqual([
      expect.stringMatching(/expect\[0\]\.in: "kho_release_scratch" is not a function of these kernels/),
    ]);
  });
});

test('a variable that a patch declares is memory: it begins with its value, is watched and printed', async () => {
  const port = new Port(
    loadPatched('seed-000/uninit-order9', {
      file: 'kernel/liveupdate/kexec_handover.ts',
      edits: [
        ['const KHO_ORDER_0_LOG2 = 52;', 'const KHO_ORDER_0_LOG2 = 52;\nlet kho_restored = -1;'],
        ['\tpage.private = 0n;', '\tkho_restored++;\n\tpage.private = 0n;'],
      ],
    }),
  );
  expect(await execute(port, 'print kho_restored', 'watch kho_restored', 'continue')).toMatch(
    /= -1\n[\s\S]*Hardware watchpoint 1: kho_restored {2}-1 → 0/,
  );
  expect(await execute(port, 'info variables')).toContain('kho_restored = 0');
});

test('a function that only other profiles have is said to be theirs', async () => {
  const port = new Port(loaded('v7.3'));
  expect(await execute(port, 'break kho_release_scratch')).toContain('not defined; it is in v7.1, v6.18, v6.16;');
  expect(await execute(port, 'callers __init_page_from_nid')).toContain('not defined; it is in v7.2, v7.1,');
});
