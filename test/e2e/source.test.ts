// khodbg source: kernel text on standard output, as the built program prints it.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');

function source(...args: string[]): { status: number | null; out: string; err: string } {
  const done = spawnSync(process.execPath, ['dist/cli.js', 'source', ...args], { cwd: root, encoding: 'utf8' });
  return { status: done.status, out: done.stdout, err: done.stderr };
}

describe('khodbg source', () => {
  test('without a file says which there are and how many lines they have', () => {
    const lines = readFileSync(join(root, 'src/kernel/mm/page_ext.ts'), 'utf8').split('\n').length - 1;
    const { status, out, err } = source();
    expect({ status, err }).toEqual({ status: 0, err: '' });
    expect(out.split('\n')).toContain(`${String(lines).padStart(6)}  mm/page_ext.ts`);
  });

  test('prints a file as it lies, found by its .c name and a suffix of its path', () => {
    const { status, out } = source('page_ext.c');
    expect(status).toBe(0);
    expect(out).toBe(readFileSync(join(root, 'src/kernel/mm/page_ext.ts'), 'utf8'));
  });

  test('prints the text of another profile, and with a patch on it', () => {
    const files = ['mm_init.ts', 'kexec_handover.ts'];
    const [now, old, patched] = [
      source(...files).out,
      source(...files, '--kernel', 'v7.2').out,
      source(...files, '--patch', './test/fixtures/keep-init.patch').out,
    ];
    expect(now).toContain('==> kernel/liveupdate/kexec_handover.ts <==');
    expect(old).not.toBe(now);
    expect(patched).not.toBe(now);
  });

  test.each([
    [['mm_ini.c'], 'no file mm_ini.c; did you mean mm_init.ts?\n'],
    [
      ['mm_init.c', '--patch', 'seed001-v8'],
      "--patch: no shipped patch 'seed001-v8'; did you mean seed001-v7?; a path contains a '/'\n",
    ],
    [['--kernel', 'v9.2'], /'v9.2' is not a kernel khodbg has; did you mean v7.2\?; there are v7.3,/],
    [
      ['--patch', '/dev/zero'],
      "--patch: cannot read the patch '/dev/zero': it is no regular file; save it as one first\n",
    ],
  ])('%j is refused with what there is', (args, message) => {
    const { status, out, err } = source(...args);
    expect({ status, out }).toEqual({ status: 2, out: '' });
    if (typeof message === 'string') expect(err).toBe(message);
    else expect(err).toMatch(message);
  });
});
