// The kernels before v7.2: what they do with memory that is handed over, against figures that are known of them.
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { originOf, scenarioOf } from '../../src/session/conform/boot.ts';
import { bootFigures } from '../../src/session/conform/figures.ts';
import { compareRow, type Row, readRows } from '../../src/session/conform/index.ts';
import { type Loaded, loadParsed, loadScenarioText } from '../../src/session/load.ts';
import { type ReportStage, runScenario } from '../../src/session/report/index.ts';
import { runReport } from '../../src/session/run-report.ts';

const FORCE = ['KEXEC_HANDOVER'];

interface Preserved {
  readonly start: string;
  readonly order: number;
}

/** A machine of 1 GiB with scratch in both halves of the memmap, handed over to one kernel. */
function handedTo(kernel: string, preserved: readonly Preserved[], boot: Record<string, unknown> = {}): Loaded {
  const scenario = {
    format: 1,
    title: 't',
    machine: { memory: [{ start: '0x0', size: '1G', node: 0 }], nodes: [{ node: 0, cpus: 1 }] },
    boots: [
      {
        handover: {
          scratch: [
            { start: '64M', size: '8M' },
            { start: '768M', size: '16M' },
          ],
          preserved,
        },
      },
      { kernel, force: FORCE, ...boot },
    ],
  };
  const result = loadScenarioText('s.json', JSON.stringify(scenario));
  if (!result.ok) throw new Error(result.errors.join('\n'));
  return result.loaded;
}

function stagesOf(one: Loaded): readonly ReportStage[] {
  const result = runReport(one);
  if (!result.ok) throw new Error(result.errors.join('\n'));
  return result.report.boots.at(-1)?.stages ?? [];
}

describe('v7.1', () => {
  const read = readRows(fileURLToPath(new URL('../fixtures/vectors.json', import.meta.url)));
  const rows = read.ok ? read.rows.filter((row) => row.kind === 'mm_boot') : [];
  const emulated = rows.filter((row) => row.oracle.startsWith('pre-fix emulation'));

  /** Where v7.1 with the fix for preserved pages differs from the kernel that was emulated. */
  function differences(row: Extract<Row, { kind: 'mm_boot' }>): string[] {
    const scenario = scenarioOf(row);
    const boots = scenario.boots.map((boot) => {
      if (boot.kind === 'handover') return boot;
      const patches = boot.patches.map((patch) =>
        patch.name === 'scratch-released-early' ? { ...patch, name: 'preserved-page-init' } : patch,
      );
      return { ...boot, kernel: 'v7.1', force: FORCE, patches };
    });
    const result = loadParsed(originOf(row.vid), { ...scenario, boots });
    if (!result.ok) throw new Error(result.errors.join('\n'));
    const figures = bootFigures(runScenario(result.loaded));
    return compareRow(row, { ok: true, figures }).differences.map(({ figure }) => figure);
  }

  test('answers the rows of the kernel before the scratch fix, once preserved pages are initialised', () => {
    expect(emulated.length).toBe(3);
    expect(emulated.flatMap(differences)).toEqual([]);
  });

  test('has the stage kho_release_scratch, and loses CMA behind it where pages are deferred', () => {
    const stages = stagesOf(handedTo('v7.1', []));
    const cma = (name: string) => stages.find((stage) => stage.name === name)?.pageblocks.CMA ?? 0;
    expect(stages.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['memmap_init', 'kho_release_scratch', 'kho_memory_init']),
    );
    expect(['kho_release_scratch', 'memblock_free_all', 'deferred'].map(cma)).toEqual([12, 12, 4]);
  });

  test('without deferred struct page init keeps CMA to the end', () => {
    const config = { CONFIG_DEFERRED_STRUCT_PAGE_INIT: false };
    const stages = stagesOf(handedTo('v7.1', [], { force: undefined, config }));
    expect(stages.at(-1)?.pageblocks.CMA).toBe(12);
  });
});
