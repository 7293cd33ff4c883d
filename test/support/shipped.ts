// `khodbg check` of every second shipped scenario, so that two test files share them.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect } from 'vitest';
import { findScenarios } from '../../src/check-scenarios.ts';

const ROOT = join(import.meta.dirname, '../..');

/** The shipped scenarios below scenarios/, without those that test/laws/captures.test.ts runs. */
export function shippedFiles(): string[] {
  const { files } = findScenarios([join(ROOT, 'scenarios')]);
  return files.map((file) => file.slice(ROOT.length + 1)).filter((file) => !file.startsWith('scenarios/real/'));
}

/** Checks the even or the odd ones, in a process of its own: all are well, and none is left out. */
export function checkHalf(half: 0 | 1): void {
  const files = shippedFiles().filter((_, i) => i % 2 === half);
  const done = spawnSync(process.execPath, ['dist/cli.js', 'check', ...files], { cwd: ROOT, encoding: 'utf8' });
  const lines = done.stdout.trimEnd().split('\n');
  const failed = lines.slice(0, -1).filter((line) => !line.startsWith('ok'));
  expect({ failed, err: done.stderr, status: done.status }).toEqual({ failed: [], err: '', status: 0 });
  expect(lines.slice(0, -1).map((line) => line.split(/ +/)[1])).toEqual(files);
  expect(lines.at(-1)).toBe(`${files.length} scenarios: ${files.length} ok`);
}
