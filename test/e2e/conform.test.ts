// khodbg conform from the command line: what it prints where, and its exit status.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const { vectors } = JSON.parse(readFileSync(join(root, 'test/fixtures/vectors.json'), 'utf8')) as {
  readonly vectors: readonly { readonly vid: string }[];
};
const temporary = () => mkdtempSync(join(tmpdir(), 'khodbg-'));

function khodbg(...args: string[]): { status: number | null; out: string; err: string } {
  const done = spawnSync(process.execPath, ['dist/cli.js', ...args], { cwd: root, encoding: 'utf8', input: '' });
  return { status: done.status, out: done.stdout, err: done.stderr };
}

function rows(into: string, name: string, ...vids: string[]): string {
  const path = join(into, name);
  writeFileSync(path, JSON.stringify({ format: 1, vectors: vectors.filter(({ vid }) => vids.includes(vid)) }));
  return path;
}

const COUNTED = 'radix_key: 10 figures compared\nradix_consts: 6 figures compared\n';

test('rows that pass: 0, figures by kind, then the count alone on the last line', () => {
  const folder = temporary();
  const [one, two] = [rows(folder, 'one.json', 'K021'), rows(folder, 'two.json', 'K022')];
  expect(khodbg('conform', one, two)).toEqual({ status: 0, out: `${COUNTED}2 passed, 0 failed\n`, err: '' });
  expect(khodbg('conform', folder).out).toBe(`${COUNTED}2 passed, 0 failed\n`);
});

test('a kernel with the fix taken out: 1, and the rows it concerns', () => {
  const { status, out, err } = khodbg(
    'conform',
    rows(temporary(), 'a.json', 'K058', 'K072'),
    '--patch',
    'no-preserved-page-init',
  );
  expect({ status, err }).toEqual({ status: 1, err: '' });
  expect(out).toMatch(/^K072: after_kho_memory_init\.initialised: expected 65537, got 65536\n/);
  expect(out).toMatch(/\n1 passed, 1 failed\n$/);
  expect(out).not.toContain('K058');
});

test('what cannot be read: 2, on standard error', () => {
  const { status, out, err } = khodbg('conform', 'absent.json');
  expect({ status, out }).toEqual({ status: 2, out: '' });
  expect(err).toBe('absent.json: no such file or folder; give a file of known answers\n');
  expect(khodbg('conform').status).toBe(2);
});
