// The memmap pane with keys, at the three sizes: from the whole machine to one page and back, the pageblocks beside it, and what
// changed since a mark.

import { afterEach, describe, expect, test } from 'vitest';
import { execute, openScreen } from '../support/open.ts';
import type { VirtualTerminal } from '../support/vterm.ts';

let open: VirtualTerminal[] = [];

afterEach(async () => {
  for (const t of open) await t.close();
  open = [];
});

const SIZES = [
  { cols: 80, rows: 24 },
  { cols: 120, rows: 40 },
  { cols: 200, rows: 60 },
];

const ENTER = '\r';
const RIGHT = '\x1b[C';

async function screen(name: string, size: (typeof SIZES)[number], ...lines: readonly string[]) {
  const { t, port } = await openScreen(name, size);
  open.push(t);
  await execute(port, ...lines);
  await t.settle();
  const header = () => t.line(t.rowOf('─ memmap') < 0 ? t.rowOf('━ memmap') : t.rowOf('─ memmap'));
  return { t, port, header };
}

/** The rows of the pane. */
function strips(t: VirtualTerminal): string {
  const from = t.rowOf('─ memmap') < 0 ? t.rowOf('━ memmap') : t.rowOf('─ memmap');
  return Array.from({ length: 6 }, (_, i) => t.line(from + i)).join('\n');
}

/** Presses Tab until the memmap has the focus, which the row of its cursor shows. */
async function focus(t: VirtualTerminal): Promise<void> {
  for (let i = 0; i < 8 && !/since last stop|h l move/.test(t.screen()); i++) await t.press('\t');
}

describe.each(SIZES)('$cols x $rows', (size) => {
  test('+ and Enter zoom to a cell per page, Enter then opens the page, Esc shows all again', async () => {
    const { t, port, header } = await screen('two-nodes', size, 'seek memblock_free_all');
    expect(header()).toContain('pfn 0x0-0x50000');
    await focus(t);
    await t.press('+');
    expect(header()).toMatch(/memmap {2}node 0 DMA DMA32 0x0\.\.0x[0-9a-f]+ {2}1 cell = /);
    for (let i = 0; i < 12 && !header().includes('1 cell = 1 page'); i++) await t.press('+');
    expect(header()).toContain('node 0 DMA 0x0..0x');
    await t.type('lll');
    await t.press(RIGHT);
    await t.press('h');
    expect(t.screen()).toMatch(/0x3 {2}1 (buddy|init)/);
    await t.press(ENTER);
    await t.waitFor('pfn:0x3');
    await t.press('q');
    await t.press('\x1b');
    expect(header()).toContain('pfn 0x0-0x50000');
    expect(port.view().position.stage).toBe('memblock_free_all');
  });

  test('a place typed is shown with its node and its block; the cursor goes on into the next node', async () => {
    const { t, header } = await screen('two-nodes', size, 'seek memblock_free_all');
    await t.press(`:memmap 0x27ff0${ENTER}`);
    await t.waitFor('1 cell = 1 page');
    expect(header()).toMatch(/node 0 DMA32 0x27f..\.\.0x280.. |nodes 0 1 0x27f..\.\.0x28...? /);
    expect(t.screen()).toContain('0x27ff0  1 ');
    for (let i = 0; i < 20; i++) await t.press('l');
    expect(t.screen()).toContain('0x28004  1 ');
    if (size.cols > 80) {
      const y = t.rowOf('0x140 ');
      const x = t.line(y).indexOf('0x140 ') + 6;
      expect(t.cell(x, y)).toMatchObject({ inverse: true, ch: 'M' });
      expect(t.cell(x + 1, y)).toMatchObject({ inverse: false, ch: 'M' });
    }
    await t.press(`:go 0x8010${ENTER}`);
    await t.waitFor('pfn:0x8010');
    await t.press('q');
    await t.waitFor('0x8010  1 ');
    await t.press(`:memmap all${ENTER}`);
    await t.waitFor('pfn 0x0-0x50000');
  });

  test('a pageblock fills the screen with a cell per page', async () => {
    const { t, header } = await screen('two-nodes', size, 'seek memblock_free_all');
    await focus(t);
    expect(t.line(size.rows - 1)).toMatch(/^h l cell {2}\+ - zoom {2}Enter into it .*: command .*q quit/);
    for (const key of ['m', 'z']) await t.press(key);
    await t.press(`:memmap 0x8000..0x8200${ENTER}`);
    await t.waitFor('1 cell = 1 page');
    expect(header()).toMatch(/node 0 DMA32 0x8000\.\.0x[89]/);
    const shown = t
      .screen()
      .split('\n')
      .flatMap((line) => /state ([^ ]+)/.exec(line)?.[1]?.replace(/[│┃]/g, '') ?? []);
    expect(shown.join('').length).toBeGreaterThanOrEqual(512);
    const first = shown[0]?.length ?? 0;
    expect(first % 32).toBe(0);
    await t.press('j');
    expect(t.screen()).toContain(`0x${(0x8000 + first).toString(16)}  1 `);
    await t.press('k');
    expect(t.screen()).toContain('0x8000  1 ');
  });

  test('= marks, m shows what changed since, and the cursor says in what', async () => {
    const { t, port } = await screen('seed-000/uninit-boundary-before', size, 'seek kho_memory_init');
    await t.press('=');
    const { label } = port.view().position;
    await execute(port, 'seek deferred');
    await t.press(`:memmap 0x8000..0x8200${ENTER}`);
    for (let i = 0; i < 5; i++) await t.press('m');
    await t.waitFor(`since ${label}`);
    expect(strips(t)).toMatch(/since B{32,}/);
    expect(t.screen()).toMatch(new RegExp(`0x8000\\.\\.0x80\\d\\d {2}since ${label}: \\d+ init → buddy`));
    await t.press('m');
    expect(strips(t)).not.toContain('since B');
    await t.press('=');
    expect(port.session.state.memmapSince?.label).toBe(port.view().position.label);
    await t.press('=');
    expect(port.session.state.memmapSince).toBeNull();
  });
});

test('a cursor left alone goes with the page last touched', async () => {
  const { t, port, header } = await screen('seed-000/uninit-boundary-before', { cols: 120, rows: 40 });
  await execute(port, 'break deferred_free_pages', 'continue');
  await t.settle();
  for (const key of '+++') await t.press(key);
  const first = header();
  const touched = port.view().memmap(64).at;
  expect(touched).toBeGreaterThan(0);
  const [from = 0, to = 0] = [...first.matchAll(/0x([0-9a-f]+)/g)].map((match) => Number.parseInt(match[1] ?? '', 16));
  expect(touched).toBeGreaterThanOrEqual(from);
  expect(touched).toBeLessThan(to);
});
