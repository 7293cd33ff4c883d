// The text for a mail: 72 columns, what happened and where, and a command line that comes back to the same position.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { setStops } from '../../src/line-mode.ts';
import { loadScenario, Port } from '../../src/session/index.ts';
import { execute } from '../support/open.ts';

const ROOT = join(import.meta.dirname, '../..');

/** Each thread's bug, at its first stop. */
const HEADLINES = [
  'scenarios/seed-000/uninit-boundary-before-debug.json',
  'scenarios/seed-001/scratch-cma-before.json',
  'scenarios/seed-002/early-user-before.json',
  'scenarios/seed-003/unsplit-before.json',
  'scenarios/seed-004/one-block-two-nodes.json',
];

async function open(file: string): Promise<Port> {
  const loaded = loadScenario(file);
  if (!loaded.ok) throw new Error(loaded.errors.join('\n'));
  const port = new Port(loaded.loaded);
  await setStops(port);
  return port;
}

/** The command of a report, as a shell takes it. */
const commandIn = (report: string): string => report.slice(report.indexOf('  node dist/cli.js')).trim();

describe('report', () => {
  test.each(HEADLINES)('of %s fits 72 columns and says where one is', async (file) => {
    const port = await open(file);
    await execute(port, 'continue', 'checkpoint the bug of this thread, with a note that is long enough to be folded');
    const report = await execute(port, 'report');
    expect(report.split('\n').filter((line) => line.length > 72)).toEqual([]);
    expect(report).toContain(`At ${port.view().position.label}, in thread`);
    expect(report).toMatch(/^Subject: \[khodbg\] \S/);
    expect(report).toContain('Call trace:');
    expect(report).toContain(file);
  });

  test('has a command that lands on the same position, kernel and patches included', async () => {
    const file = 'scenarios/seed-000/uninit-boundary-before.json';
    const port = await open(file);
    await execute(port, 'continue', 'patch drop no-preserved-page-init', 'patch add seed001-v7', 'kernel v7.3');
    await execute(port, 'seek memmap_init', 'step 3');
    const place = await execute(port, 'frame');
    const command = commandIn(await execute(port, 'report'));
    expect(command).toContain('patch add seed001-v7');
    const { stdout, status } = spawnSync('bash', ['-c', command], { cwd: ROOT, encoding: 'utf8' });
    expect(status).toBe(0);
    expect(stdout.trimEnd().endsWith(place.split('\n').at(-1) ?? '')).toBe(true);
    expect(stdout).toContain(`${port.view().position.label}  T1`);
  });

  test('escapes what could steer a terminal', async () => {
    const port = await open(HEADLINES[0] ?? '');
    await execute(port, 'checkpoint \u001b[2Jgone');
    expect(await execute(port, 'report')).not.toContain('\u001b');
  });
});
