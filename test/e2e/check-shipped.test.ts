// `khodbg check`, in a process of its own, finds nothing wrong with the shipped scenarios: a seeded share of them, all when laws
// run whole. .ci/run checks all of them too.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { SEED, share } from '../laws/support.ts';
import { shippedFiles } from '../support/shipped.ts';

const ROOT = join(import.meta.dirname, '../..');
const ALL = shippedFiles();
const FILES = share(ALL, 40);

test(`khodbg check of ${FILES.length} of ${ALL.length} shipped scenarios finds nothing wrong (seed ${SEED})`, () => {
  const done = spawnSync(process.execPath, ['dist/cli.js', 'check', ...FILES], { cwd: ROOT, encoding: 'utf8' });
  const lines = done.stdout.trimEnd().split('\n');
  const failed = lines.slice(0, -1).filter((line) => !line.startsWith('ok'));
  expect({ failed, err: done.stderr, status: done.status }).toEqual({ failed: [], err: '', status: 0 });
  expect(lines.slice(0, -1).map((line) => line.split(/ +/)[1])).toEqual(FILES);
  expect(lines.at(-1)).toBe(`${FILES.length} scenarios: ${FILES.length} ok`);
});
