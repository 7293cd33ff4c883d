// Transcripts of line mode: the built program with commands in and text out, as scripts and pipes see it.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { runCommands } from '../../src/line-mode.ts';
import { openPort } from '../support/open.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const BEFORE = 'scenarios/seed-000/uninit-boundary-before.json';

function khodbg(...args: string[]): { status: number | null; out: string; err: string } {
  const done = spawnSync(process.execPath, ['dist/cli.js', ...args], { cwd: root, encoding: 'utf8', input: '' });
  return { status: done.status, out: done.stdout, err: done.stderr };
}

const commands = (...lines: string[]) => lines.flatMap((line) => ['-ex', line]);
const temporary = (name: string, text: string): string => {
  const file = join(mkdtempSync(join(tmpdir(), 'khodbg-')), name);
  writeFileSync(file, text);
  return file;
};

describe('the opening form without a terminal', () => {
  test('prints the first of the stops and exits with 0', () => {
    const { status, out, err } = khodbg(BEFORE);
    expect({ status, err }).toEqual({ status: 0, err: '' });
    expect(out).toContain('Catchpoint 1 (uninit), write of page(0x18000).private, uninitialised');
    expect(out).toContain('page.private = kho_page_info(KHO_PAGE_MAGIC, order);');
  });

  test('prints the opening position where the scenario has no stops', () => {
    const { status, out } = khodbg('scenarios/two-nodes.json');
    expect(status).toBe(0);
    expect(out).toContain('start_kernel () at init/main.ts:4');
  });
});

test('a shipped scenario is opened by its name in the gallery, from anywhere', () => {
  const opened = (name: string) =>
    spawnSync(process.execPath, [join(root, 'dist/cli.js'), '--batch', '-ex', 'where', name], {
      cwd: tmpdir(),
      encoding: 'utf8',
    });
  for (const name of ['two-nodes', 'today/grow-zone.json'])
    expect(opened(name)).toMatchObject({ status: 0, stdout: '#0  start_kernel () at init/main.ts:4\n', stderr: '' });
  expect(opened('../package')).toMatchObject({ status: 2 });
  expect(opened('today/grow-zon').stderr).toContain('today/grow-zon: cannot be read: no such file; give the path');
});

describe('--batch', () => {
  test('forwards and backwards lead over the same statement', () => {
    const { status, out } = khodbg(
      '--batch',
      ...commands('continue', 'watch page(0x18000)->private', 'next', 'reverse-next', 'delete 2', 'when'),
      BEFORE,
    );
    expect(status).toBe(0);
    expect(out).toContain('Hardware watchpoint 2: page(0x18000)->private  0x0 → 0x4b484f5000000000');
    expect(out).toContain('Hardware watchpoint 2: page(0x18000)->private  0x4b484f5000000000 → 0x0');
    expect(out).toMatch(/Current position: #\d+ \/ \d+ …, boot 2, stage memmap_init/);
  });

  test('a file of commands runs like -ex, comments are passed over', () => {
    const file = temporary('commands', '# the zone of the wrong node\nseek end\nprint zone(0, DMA).managed_pages\n');
    const { status, out } = khodbg('--batch', '-x', file, BEFORE);
    expect(status).toBe(0);
    expect(out).toContain('$1 = 4097');
  });

  test('a refused command ends it with 2 and says which', () => {
    const { status, out, err } = khodbg('--batch', ...commands('contniue', 'when'), BEFORE);
    expect(status).toBe(2);
    expect(err).toBe('-ex: Undefined command: "contniue".  Try "help"; did you mean continue?\n');
    expect(out).toBe('');
  });

  /* what is refused changes nothing: one session is enough */
  const port = openPort('seed-000/uninit-boundary-before');

  test.each([
    ['print &totalram_pages', '&totalram_pages: fields and variables have no addresses'],
    ['call page_zone(page(0))', 'Undefined command: "call".  Here: print calls what only reads'],
    ['print nosuch', 'No symbol "nosuch" in current context.'],
    ['break nosuch_function', 'Function "nosuch_function" not defined'],
    ['break mm/mm_init.ts:9999', 'no line 9999 in mm/mm_init.ts'],
    ['catch unitin', "'unitin' cannot be caught; did you mean uninit?"],
    ['seek #999999999', 'lies after the end of the boot'],
    ['seek kho_restore_page', 'go kho_restore_page lists its executions'],
    ['seek memmap_int', 'did you mean memmap_init?'],
    ['print memblock_add(0, 4096)', 'changes the machine'],
    ['thread 9', 'Unknown thread 9.'],
    ['x/2 0x1234000', 'Cannot access memory at address 0x1234000'],
    ['info regsiters', 'Undefined info command: "regsiters".'],
    ['break kho_memory_init if nosuch > 1', 'No symbol "nosuch" in current context.'],
    ['watch page(', 'unexpected token'],
    ['delete 7', 'No breakpoint number 7.'],
    ['set scheduler-locking maybe', "'maybe' is not one of off, on, step, replay"],
  ])('%s is refused with a reason', async (line, reason) => {
    const said: string[] = [];
    const say = (text: string) => said.push(text);
    const done = await runCommands(await port, [{ line, origin: '-ex' }], say, say);
    expect(done).toEqual({ status: 2, quit: true });
    expect(said).toHaveLength(1);
    expect(said[0]?.toLowerCase()).toContain(reason.toLowerCase());
    expect(said[0]).not.toMatch(/^\s+at /m);
  });
});

describe('bad input', () => {
  test.each([
    [['no-such-file.json'], 'no-such-file.json: cannot be read: no such file'],
    [['--nonsense', BEFORE], "unknown option '--nonsense'"],
    [['--kernel', 'v5.0', BEFORE], 'is not a kernel khodbg has; there are v7.3'],
    [
      ['--patch', 'nosuch', BEFORE],
      "--patch: no shipped patch 'nosuch'; a path contains a '/'; shipped are bare-machine,",
    ],
    [['--patch', 'package.json', BEFORE], "'package.json'; a path contains a '/': the file is ./package.json"],
    [['--patch', './nosuch.patch', BEFORE], 'no such file'],
    [['-x', 'nosuch.cmd', BEFORE], 'nosuch.cmd: cannot be read: ENOENT'],
    [['run'], "missing required argument 'file'"],
    [['run', 'scenarios'], 'it is a folder'],
  ])('%j: exit 2 and a sentence', (args, reason) => {
    const { status, err, out } = khodbg(...args);
    expect(status).toBe(2);
    expect(err).toContain(reason);
    expect(err + out).not.toMatch(/^\s+at /m);
  });

  test('a patch that does not fit is named with its first missing line', () => {
    const patch = temporary(
      'odd.patch',
      '--- a/mm/mm_init.ts\n+++ b/mm/mm_init.ts\n@@ -1,2 +1,2 @@\n function no_such_function(): void {\n-\tx();\n+\ty();\n',
    );
    const { status, err } = khodbg('--patch', patch, BEFORE);
    expect(status).toBe(2);
    expect(err).toContain(
      'hunk 1 of mm/mm_init.ts (line 3) does not apply; first line not found: "function no_such_function(): void {"; nearest is mm/mm_init.ts:1, where "// mm/mm_init.c: nodes,',
    );
  });

  test('a patch that is no kernel text is refused with file, line and what to write', () => {
    const patch = temporary(
      'arrow.patch',
      '--- a/init/main.ts\n+++ b/init/main.ts\n@@ -3,3 +3,3 @@\n function start_kernel(): void {\n-\tsetup_arch();\n+\tsetup_arch(() => 1);\n \tmm_core_init_early();\n',
    );
    const { status, err } = khodbg('--patch', patch, BEFORE);
    expect(status).toBe(2);
    expect(err).toMatch(/init\/main\.ts:4:\d+: /);
  });

  const onStart = (line: string) =>
    temporary(
      'start.patch',
      `--- a/init/main.ts\n+++ b/init/main.ts\n@@ -3,3 +3,4 @@\n function start_kernel(): void {\n+\t${line}\n \tsetup_arch();\n \tmm_core_init_early();\n`,
    );

  test.each([
    ['start_kernel();', 'BUG: TASK stack guard page was hit'],
    ['kho_in.bogus = 1;', "struct kho_in has no member named 'bogus'"],
    ['for (;;) {}', 'turns ran out'],
  ])('a patch with %s cannot run away', (line, reason) => {
    const { status, out, err } = khodbg('run', BEFORE, '--patch', onStart(line), '--budget', '100000');
    expect([1, 3]).toContain(status);
    expect(out + err).toContain(reason);
  });

  test('escapes in a scenario cannot reach the terminal', () => {
    const file = temporary('esc.json', '{ "format": 1, "title": "a\\u001b[31mred", "\\u001b[2J": 1 }');
    const { status, err, out } = khodbg(file);
    expect(status).toBe(2);
    expect(err + out).not.toContain('\x1b');
  });
});

describe('run', () => {
  test('prints the report as JSON', () => {
    const { status, out } = khodbg('run', BEFORE, '--json');
    expect(status).toBe(0);
    const report = JSON.parse(out);
    expect(report.format).toBe(1);
    expect(report.boots[1].uninit).toHaveLength(17);
    expect(report.boots[1].stops).toHaveLength(17);
    expect(report.expect.every((one: { ok: boolean }) => one.ok)).toBe(true);
  });

  test('an expectation that does not hold makes it 1', () => {
    const { status, out } = khodbg('run', BEFORE, '--patch', './test/fixtures/keep-init.patch');
    expect(status).toBe(1);
    expect(out).toContain('FAIL');
  });

  test('a budget that runs out makes it 3', () => {
    const { status, err } = khodbg('run', BEFORE, '--budget', '1000');
    expect(status).toBe(3);
    expect(err).toMatch(
      /the budget of 1000 turns ran out before the boot ended, in \w+ at \S+:\d+; --budget N raises it/,
    );
  });
});
