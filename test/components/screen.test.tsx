// The screen in a terminal emulator: at all sizes, across resize, with and without colours.

import { afterEach, describe, expect, test } from 'vitest';
import { fakeSession } from '../support/fake-session.ts';
import { type MountOptions, mountScreen, TRUECOLOR, type VirtualTerminal } from '../support/vterm.ts';

let open: VirtualTerminal[] = [];

async function screen(options: MountOptions = {}, session = fakeSession()) {
  const t = mountScreen(session, options);
  open.push(t);
  await t.waitFor('khodbg');
  return { t, session };
}

afterEach(async () => {
  for (const t of open) await t.close();
  open = [];
});

const ALWAYS = ['#9417 / 18432 (51.1%)', 'mm_core_init', 'T2 pgdatinit0', 'fwd', 'STOP  Catchpoint 1', '(khodbg)'];
const SIZES = [
  { cols: 80, rows: 24, panes: ['source', 'stack', 'threads', 'watch', 'memmap'] },
  { cols: 120, rows: 40, panes: ['source', 'stack', 'threads', 'watch', 'memmap', 'pageblocks', 'memblock', 'log'] },
  { cols: 200, rows: 60, panes: ['source', 'stack', 'threads', 'watch', 'memmap', 'pageblocks', 'memblock', 'log'] },
];

function expectScreen(t: VirtualTerminal, { cols, rows, panes }: (typeof SIZES)[number]): void {
  const text = t.screen();
  for (const part of ALWAYS) expect(text).toContain(part);
  for (const pane of panes) expect(text).toMatch(new RegExp(`[─━] ${pane}`));
  expect(t.term.buffer.active.baseY).toBe(0);
  expect(t.line(rows - 1)).toContain('q quit');
  if (cols >= 110) {
    for (let y = 2; y < rows - (rows < 56 ? 5 : 10); y++) expect('┐│┘┓┃┛').toContain(t.cell(cols - 1, y).ch);
  }
}

describe('layouts', () => {
  test.each(SIZES)('$cols x $rows shows everything and overflows nowhere', async (size) => {
    const { t } = await screen(size);
    expectScreen(t, size);
  });

  test('resizing between all sizes gives the same screens as starting there', async () => {
    const fresh = new Map<number, string>();
    for (const size of SIZES) {
      const { t } = await screen(size);
      fresh.set(size.cols, t.screen());
    }
    const { t } = await screen({ cols: 120, rows: 40 });
    for (const cols of [200, 80, 120, 80, 200, 120]) {
      const size = SIZES.find((candidate) => candidate.cols === cols);
      if (!size) continue;
      await t.resize(size.cols, size.rows);
      expectScreen(t, size);
      expect(t.screen()).toBe(fresh.get(cols));
    }
  });

  test('60x20 shows one pane, z and Tab go through them; 30x8 says why it shows nothing', async () => {
    const { t } = await screen();
    await t.resize(60, 20);
    expect(t.screen()).toContain('── source');
    expect(t.screen()).not.toContain('── threads');
    await t.type('zz');
    expect(t.screen()).toContain('── threads');
    await t.resize(30, 8);
    expect(t.line(0)).toMatch(/^30x8: too small/);
    await t.resize(120, 40);
    expect(t.screen()).toContain('source  deferred_init');
  });
});

test.each(SIZES)('a session without threads, text and memory is shown at $cols x $rows', async (size) => {
  const nothing = {
    thread: null,
    source: null,
    stack: [],
    locals: [],
    threads: [],
    watches: [],
    log: [],
    memblock: { memory: [], reserved: [] },
    timeline: { boots: [], end: 0, axis: 0, ended: false, at: 0, marks: [], branches: [] },
    memmap: () => ({
      start: 0,
      end: 0,
      pagesPerCell: 1,
      whole: true,
      nodes: 'no memory',
      since: '',
      rows: [],
      at: -1,
      cursor: -1,
      changed: [],
    }),
    memmapCell: () => null,
    pageblocks: () => ({ order: 9, total: 0, cursor: -1, rows: [] }),
  };
  const { t } = await screen(size, fakeSession(nothing));
  expect(t.screen()).toContain('no source');
  await t.type('\t\t\t\t\t\t\tjkb');
  await t.resize(60, 20);
  expect(t.exitCode).toBeNull();
});

describe('the listing', () => {
  test('lights the current line and moves the light with it', async () => {
    const { t } = await screen();
    const y = t.rowOf('=>  17');
    expect(t.cell(12, y)).toMatchObject({ bold: true, bg: '#0072b2' });
    expect(t.cell(12, y + 1)).toMatchObject({ bold: false, bg: 'default' });
    await t.press('n');
    expect(t.rowOf('=>  18')).toBe(y + 1);
    expect(t.cell(12, y + 1).bg).toBe('#0072b2');
    expect(t.cell(12, y).bg).toBe('default');
  });

  test('keeps the current line in sight over many steps, both ways', async () => {
    const { t } = await screen({ cols: 80, rows: 24 });
    for (let i = 0; i < 40; i++) await t.press('n');
    expect(t.screen()).toContain('=>  57');
    for (let i = 0; i < 50; i++) await t.press('N');
    expect(t.screen()).toContain('=>   7');
    expect(t.screen()).toContain('rev');
  });
});

describe('the terminal', () => {
  test('is in the alternate screen with the cursor at the prompt', async () => {
    const { t } = await screen();
    expect(t.alternate).toBe(true);
    expect(t.cursor()).toEqual({ x: 9, y: 38 });
    await t.press(':');
    await t.press('b');
    expect(t.cursor()).toEqual({ x: 10, y: 38 });
  });

  test('a step costs few bytes and one write', async () => {
    const { t } = await screen();
    await t.type('nN');
    const before = t.counts();
    await t.press('n');
    const after = t.counts();
    expect(after.bytes - before.bytes).toBeLessThan(2000);
    expect(after.writes - before.writes).toBe(1);
  });

  test('NO_COLOR sends no colours, and letters still say everything', async () => {
    const { t } = await screen({ env: { ...TRUECOLOR, NO_COLOR: '1' } });
    await t.press('n');
    const sequences = t
      .counts()
      .raw.split(String.fromCharCode(27))
      .map((part) => part.match(/^\[([\d;]*)m/)?.[1] ?? '');
    const codes = new Set(sequences.flatMap((text) => text.split(';')).map(Number));
    expect([...codes].filter((code) => code >= 30)).toEqual([]);
    expect(t.cell(12, t.rowOf('=>  18'))).toMatchObject({ inverse: true, bold: true });
  });

  test('256 and 16 colours where the terminal has no more', async () => {
    const { t: many } = await screen({ env: { ...TRUECOLOR, COLORTERM: '' } });
    expect(many.cell(12, many.rowOf('=>  17')).bg).toBe(25);
    const { t: few } = await screen({ env: { LANG: 'C.UTF-8', TERM: 'xterm' } });
    expect(few.cell(12, few.rowOf('=>  17')).bg).toBe(4);
  });

  test('a locale without UTF-8 gets ASCII only', async () => {
    const { t } = await screen({ env: { TERM: 'xterm', LANG: 'C' } });
    await t.press('?');
    await t.press('q');
    expect([...t.counts().raw].filter((char) => char > '~')).toEqual([]);
    expect(t.screen()).toContain('#= source');
  });

  test('escape sequences in names, log and text cannot reach the terminal', async () => {
    const evil = 'x\x1b]0;owned\x07\x1b[31m\x9b2J\u202e';
    const session = fakeSession({ scenario: evil, log: [{ kind: 'dmesg', text: evil }], points: evil });
    const { t } = await screen({}, session);
    expect(t.counts().raw).not.toContain('\x1b]0;');
    expect(t.counts().raw).not.toContain('\x07');
    expect(t.screen()).toContain('x^[]0;owned^G^[[31m\\x9b2J\\u202e');
  });

  test('wide characters keep the frames straight', async () => {
    const { t } = await screen({}, fakeSession({ log: [{ kind: 'out', text: '日本語 wide' }] }));
    const y = t.rowOf('日本語 wide');
    expect(t.cell(119, y).ch).toBe('│');
  });

  test('C-l draws everything again', async () => {
    const { t } = await screen();
    const before = t.screen();
    await new Promise<void>((resolve) => t.term.write('\x1b[Hgarbage', resolve));
    await t.press('\x0c');
    expect(t.screen()).toBe(before);
  });
});
