// khodbg import as a command: what goes to which stream, what is written where, and with which exit status.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { asConsole, bootLines } from '../support/boot-log.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const A = 'test/fixtures/captures/A-2n-3g+3g';

function khodbg(...args: string[]): { status: number | null; out: string; err: string } {
  const done = spawnSync(process.execPath, ['dist/cli.js', 'import', ...args], {
    cwd: root,
    encoding: 'utf8',
    input: '',
  });
  return { status: done.status, out: done.stdout, err: done.stderr };
}

const folder = (): string => mkdtempSync(join(tmpdir(), 'khodbg-'));

describe('khodbg import', () => {
  test('a capture: the scenario on standard output, nothing to say', () => {
    const { status, out, err } = khodbg(A);
    expect({ status, err }).toEqual({ status: 0, err: '' });
    expect(out).toMatch(/^\/\/ Made by khodbg import from A-2n-3g\+3g\.\n\{\n {2}"format": 1,/);
  });

  test('a log: each assumption a line on standard error', () => {
    const file = join(folder(), 'machine.log');
    writeFileSync(file, asConsole(bootLines()));
    const { status, out, err } = khodbg(file);
    expect(status).toBe(0);
    expect(
      err
        .trimEnd()
        .split('\n')
        .every((line) => line.startsWith('assumed: ')),
    ).toBe(true);
    expect(err).toContain(
      'assumed: command line: kho=on was added, since the kernel that was booted did not use KHO\n',
    );
    expect(out).toContain('// Assumed:\n');
  });

  test('-o writes a file as a whole, refuses one that is there, and overwrites it with --force', () => {
    const path = folder();
    const file = join(path, 'a.json');
    expect(khodbg(A, '-o', file)).toEqual({ status: 0, out: '', err: '' });
    expect(readFileSync(file, 'utf8')).toBe(khodbg(A).out);
    writeFileSync(file, 'mine');
    expect(khodbg(A, '-o', file)).toEqual({ status: 2, out: '', err: `${file}: exists; --force overwrites it\n` });
    expect(readFileSync(file, 'utf8')).toBe('mine');
    expect(khodbg(A, '--force', '-o', file).status).toBe(0);
    expect(readFileSync(file, 'utf8')).toBe(khodbg(A).out);
    expect(readdirSync(path)).toEqual(['a.json']);
  });

  test('a file that cannot be written, input that is none: 2 and why', () => {
    const file = join(folder(), 'no', 'a.json');
    expect(khodbg(A, '-o', file)).toEqual({
      status: 2,
      out: '',
      err: `${file}: it cannot be written: its folder is not there; nothing is changed\n`,
    });
    const { status, out, err } = khodbg('package.json');
    expect({ status, out }).toEqual({ status: 2, out: '' });
    expect(err).toMatch(/^package\.json: is no truth\.json of a capture: run: /);
    expect(khodbg('README.md').err).toBe('README.md: no kernel boot: is this a boot log from its first line?\n');
    expect(khodbg().status).toBe(2);
  });
});
