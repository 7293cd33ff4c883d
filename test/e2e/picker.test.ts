// The scenario picker: the gallery by thread on a terminal of each size, chosen from by keys; without a terminal as text.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runPicker, runScreen, type ScreenOptions } from '../../components/index.ts';
import { galleryText, readGallery, scenariosFolder } from '../../src/session/index.ts';
import { openPort } from '../support/open.ts';
import { shippedFiles } from '../support/shipped.ts';
import { mountProgram } from '../support/vterm.ts';

const ROOT = join(import.meta.dirname, '../..');
const groups = readGallery(scenariosFolder());
const all = groups.reduce((sum, { rows }) => sum + rows.length, 0);

async function pickAndOpen(options: ScreenOptions): Promise<number> {
  const picked = await runPicker(groups, options);
  return 'status' in picked ? picked.status : runScreen(await openPort(picked.name), options);
}

const SIZES = [
  [80, 24],
  [120, 40],
  [200, 60],
] as const;

describe('the picker', () => {
  test.each(SIZES)('at %ix%i lists the threads, moves, and says what the selected one is about', async (cols, rows) => {
    const t = mountProgram(pickAndOpen, { cols, rows });
    const first = groups[0];
    if (first === undefined) throw new Error('no gallery');
    await t.waitFor(`${all} scenarios`);
    expect(t.screen()).toContain('[PATCH v2] kho: add support for deferred struct page init  2026-02-10');
    expect(t.screen()).toContain(`> ${first.rows[0]?.name.split('/')[1]}`);
    expect(t.screen()).toContain(` ${first.rows[0]?.name} `);
    await t.press('j');
    await t.waitFor(` ${first.rows[1]?.name} `);
    await t.press('\t');
    await t.waitFor(` ${groups[1]?.rows[0]?.name} `);
    await t.press('\x1b[F');
    const last = groups.at(-1)?.rows.at(-1)?.name ?? '';
    await t.waitFor(new RegExp(`> ${last.split('/').at(-1)} `));
    await t.press('\x1b[H');
    await t.press('k');
    await t.waitFor(` ${first.rows[0]?.name} `);
    expect(
      Math.max(
        ...t
          .screen()
          .split('\n')
          .map((line) => line.length),
      ),
    ).toBeLessThanOrEqual(cols);
    await t.press('q');
    await t.exited;
    expect(t.exitCode).toBe(0);
    await t.close();
  });

  test('lists what has the words typed after /, and Enter opens it; its screen asks before it quits', async () => {
    const t = mountProgram(pickAndOpen);
    await t.waitFor(`${all} scenarios`);
    await t.press('/');
    await t.type('qzxv');
    await t.waitFor('no scenario has these words');
    await t.press('\r');
    await t.press('\x1b');
    await t.waitFor(`  ${all} scenarios`);
    await t.press('/');
    await t.type('restored across first today/restores');
    await t.press('\x7f');
    await t.waitFor(/of \d+ scenarios {1,2}\/restored across first today\/restore_/);
    expect(t.screen()).toContain('> restore-across-nodes');
    await t.resize(80, 24);
    await t.waitFor('> restore-across-nodes');
    await t.press('\r');
    await t.waitFor('(khodbg)');
    await t.waitFor('restore-across-nodes.json');
    await t.press('q');
    await t.waitFor('quit? (y or n)');
    await t.press('y');
    await t.exited;
    await t.close();
  });
});

test('C-z gives the terminal back, and the picker is there again when continued', async () => {
  let resume = () => {};
  const suspend = () =>
    new Promise<void>((resolve) => {
      resume = resolve;
    });
  const t = mountProgram(pickAndOpen, { suspend });
  await t.waitFor(`${all} scenarios`);
  const before = t.screen();
  await t.press('\x1a');
  expect(t.alternate).toBe(false);
  expect(t.stdin.isRaw).toBe(false);
  resume();
  await t.waitFor(`${all} scenarios`);
  expect(t.screen()).toBe(before);
  await t.press('q');
  await t.exited;
  await t.close();
});

test('without a terminal khodbg prints the gallery: each scenario under its thread, once', () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['dist/cli.js'], { cwd: ROOT, encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toBe(`${galleryText(groups)}\n`);
  const names = [...stdout.matchAll(/^ {2}(\S+) {2,}\S/gm)].map((match) => match[1]);
  expect(names.filter((name) => !name?.startsWith('real/')).sort()).toEqual(
    shippedFiles()
      .map((file) => file.replace(/^scenarios\/|\.json$/g, ''))
      .sort(),
  );
  expect(stdout.split('\n')[0]).toBe('[PATCH v2] kho: add support for deferred struct page init (2026-02-10)');
});
