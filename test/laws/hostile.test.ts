// Hostile patches, drivers and scenarios, 500 by `npm run laws` and 50 with the tests, in one process; and a tenth of them as
// `khodbg` processes: each ends in a sentence or in a run inside its budget, and nothing of them steers a terminal.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { loadScenario, printable, runReport } from '../../src/session/index.ts';
import { type Hostile, hostile } from '../session/hostile.ts';
import { folderWith } from '../support/temporary.ts';
import { WHOLE } from './support.ts';

const CASES = WHOLE ? 500 : 50;
const PROCESSES = WHOLE ? 50 : 5;
/** Turns: the small machine boots in some 25,000. */
const BUDGET = 60_000;
const FIRST = 41_000;

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const folder = join(root, 'docs/patches');
const PATCHES = readdirSync(folder)
  .filter((file) => file.endsWith('.patch'))
  .map((file) => readFileSync(join(folder, file), 'utf8'));

/** What can steer a terminal, or hide: everything but text, line ends and tabs. */
const steers = (text: string): boolean => [...text].some((c) => !'\n\t'.includes(c) && printable(c) !== c);

function outcome({ files, patch }: Hostile): { status: number; text: string } {
  const at = folderWith(files);
  const loaded = loadScenario(join(at, 's.json'), { patches: patch === null ? [] : [join(at, patch)] });
  if (!loaded.ok) return { status: 2, text: loaded.errors.map((error) => printable(error, 1000)).join('\n') };
  const result = runReport(loaded.loaded, BUDGET);
  if (!result.ok) return { status: 2, text: result.errors.map((error) => printable(error, 1000)).join('\n') };
  return { status: result.status, text: `${result.text}\n${printable(result.exhausted ?? '', 1000)}` };
}

test('each ends in a sentence or a run inside its budget', () => {
  const statuses = new Map<number, number>();
  for (let seed = FIRST; seed < FIRST + CASES; seed++) {
    const one = hostile(seed, PATCHES);
    const name = `seed ${seed}: ${one.what}`;
    let ended = { status: -1, text: '' };
    expect(() => {
      ended = outcome(one);
    }, name).not.toThrow();
    expect([0, 1, 2, 3], name).toContain(ended.status);
    expect(ended.text.trim(), name).not.toBe('');
    expect(steers(ended.text), name).toBe(false);
    expect(ended.text, name).not.toMatch(/^\s+at \S+ \(/m);
    statuses.set(ended.status, (statuses.get(ended.status) ?? 0) + 1);
  }
  // the generator reaches all four ends
  expect([...statuses.keys()].sort()).toEqual([0, 1, 2, 3]);
});

test('so does khodbg itself', () => {
  for (let seed = FIRST; seed < FIRST + PROCESSES; seed++) {
    const one = hostile(seed, PATCHES);
    const at = folderWith(one.files);
    const patch = one.patch === null ? [] : ['--patch', join(at, one.patch)];
    const args = ['dist/cli.js', 'run', join(at, 's.json'), '--budget', String(BUDGET), ...patch];
    const done = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8', input: '', timeout: 60_000 });
    const name = `seed ${seed}: ${one.what}\n${done.stderr}`;
    expect([0, 1, 2, 3], name).toContain(done.status);
    expect(steers(done.stdout + done.stderr), name).toBe(false);
    expect(done.stdout + done.stderr, name).not.toMatch(/^\s+at \S+ \(/m);
  }
});
