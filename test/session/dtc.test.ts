// The FDTs that a simulated kernel leaves in memory, read by the device tree compiler. Only where that is installed.
import { execFileSync, spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { bytesOfPage, type Machine, row, runGet, ZERO_PAGE } from '../../src/machine/index.ts';
import { loadScenario } from '../../src/session/load.ts';
import { recordedBoot, runScenario } from '../../src/session/report/index.ts';
import { scenarioFile } from '../support/open.ts';

const here = spawnSync('dtc', ['--version']).status === 0;

/** The root FDT for the next kernel, as its page holds it. */
function outgoing(m: Machine): Uint8Array {
  const phys = Number(row(m.table, 'kho_out', 0)?.fdt_phys ?? 0);
  return bytesOfPage(runGet(m.phys, phys / 4096) ?? ZERO_PAGE);
}

describe.runIf(here)('dtc reads what the first kernel hands over', () => {
  test.each(['old-kernel/whole-handover', 'old-kernel/live-update'])('in %s', (name) => {
    const loaded = loadScenario(scenarioFile(name));
    if (!loaded.ok) throw new Error(loaded.errors.join('\n'));
    const machine = recordedBoot(runScenario(loaded.loaded), 1)?.last.machine;
    if (machine === undefined) throw new Error('there is a first boot');
    const text = execFileSync('dtc', ['-I', 'dtb', '-O', 'dts', '-q'], { input: outgoing(machine) }).toString();
    expect(text).toContain('compatible = "kho-v4"');
    expect(text).toContain('preserved-memory-map = ');
    expect(text.match(/preserved-data = /g)?.length ?? 0).toBeGreaterThanOrEqual(2);
  });
});
