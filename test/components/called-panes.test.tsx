// Panes that are called up to the lower right: keys, the tree that opens, words that are looked for.

import { afterEach, describe, expect, test } from 'vitest';
import { KEYS } from '../../components/keys/table.ts';
import { fakeSession } from '../support/fake-session.ts';
import { mountScreen, type VirtualTerminal } from '../support/vterm.ts';

let open: VirtualTerminal[] = [];

async function screen(size: { cols?: number; rows?: number } = {}) {
  const session = fakeSession();
  const t = mountScreen(session, size);
  open.push(t);
  await t.waitFor('khodbg');
  return { t, session };
}

afterEach(async () => {
  for (const t of open) await t.close();
  open = [];
});

const CALLS = KEYS.flatMap(({ key, pane }) => (pane === undefined ? [] : [[key, pane] as const]));
const SIZES = [
  [80, 24],
  [120, 40],
  [200, 60],
] as const;

describe.each(SIZES)('%ix%i', (cols, rows) => {
  test.each(CALLS)('%s calls up %s, Esc sends it away', async (key, pane) => {
    const { t, session } = await screen({ cols, rows });
    const before = t.screen();
    await t.press(key);
    expect(t.screen()).toMatch(new RegExp(`[─━] ${pane}`));
    expect(t.screen()).toMatch(/[─━] source/);
    await t.press('\x1b');
    expect(t.screen()).toBe(before);
    expect(session.executed).toEqual([]);
  });

  test('> and < go round', async () => {
    const { t } = await screen({ cols, rows });
    const shown = () =>
      CALLS.map(([, pane]) => pane).find((pane) => new RegExp(`━ ${pane}|── ${pane}`).test(t.screen()));
    const seen: (string | undefined)[] = [];
    for (let i = 0; i < CALLS.length; i++) {
      await t.press('>');
      seen.push(shown());
    }
    expect(new Set(seen).size).toBe(CALLS.length);
    await t.press('<');
    expect(shown()).toBe(seen.at(-2));
  });
});

test('a narrow screen shows the pane alone', async () => {
  const { t } = await screen({ cols: 60, rows: 20 });
  await t.press('K');
  expect(t.screen()).toContain('── radix');
  expect(t.screen()).not.toContain('── source');
});

describe('the tree', () => {
  test('Enter and Right open, with rows that have no sisters; Left closes, then goes up', async () => {
    const { t, session } = await screen();
    await t.press('K');
    expect(t.screen()).toContain('+ in/000 1 key');
    expect(t.line(39)).toMatch(
      /^Enter open, close {2}q Esc back {2}z zoom {2}< > other panes {2}\/ find {2}n\/N next .* \? help$/,
    );
    await t.press('\x1b[B');
    await t.press('\r');
    expect(t.screen()).toContain('0x18000000 order 0 0x18000 init');
    await t.press('\x1b[D');
    expect(t.screen()).toContain('+ in/000 1 key');
    await t.press('\x1b[D');
    await t.press('\x1b[D');
    expect(t.screen()).toContain('+ in 1 key');
    await t.press('\x1b[C');
    expect(t.screen()).toContain('- in 1 key');
    expect(session.executed).toEqual([]);
  });

  test('Enter elsewhere is the last command again', async () => {
    const { t, session } = await screen();
    await t.press('K');
    await t.press('\x1b');
    await t.press('\r');
    expect(session.executed).toEqual(['']);
  });
});

describe('/', () => {
  test('looks in the console from what is shown on, C-n and C-p go on', async () => {
    const { t, session } = await screen({ cols: 80, rows: 24 });
    await t.press('M');
    expect(t.screen()).toContain('message 39');
    await t.press('/');
    expect(t.line(22)).toBe('/');
    await t.type('kho');
    expect(t.line(22)).toBe('/kho');
    await t.press('\r');
    expect(t.screen()).toContain('KHO: line 7');
    expect(t.screen()).toContain('/kho  line 8 of 40; 3 lines have it');
    await t.press('\x0e');
    expect(t.screen()).toContain('KHO: line 20');
    await t.press('\x10');
    await t.press('\x10');
    expect(t.screen()).toContain('KHO: line 33');
    expect(session.executed).toEqual([]);
  });

  test('looks in the listing, and leaves its cursor there', async () => {
    const { t } = await screen();
    await t.press('/cond_resched\r');
    expect(t.screen()).toMatch(/> +24/);
  });

  test('says when there is nothing, and when the pane has no lines', async () => {
    const { t } = await screen();
    await t.press('\x0e');
    expect(t.screen()).toContain('nothing looked for yet');
    await t.press('/xyzzy\r');
    expect(t.screen()).toContain("no 'xyzzy' in the pane source");
    await t.press('t');
    await t.press('/x\r');
    expect(t.screen()).toContain('the pane threads has none');
  });

  test('Esc leaves; the command line is as it was', async () => {
    const { t, session } = await screen();
    await t.press('/');
    await t.type('abc');
    await t.press('\x1b');
    expect(t.line(38)).toBe('(khodbg)');
    await t.press('n');
    expect(session.executed).toEqual(['next']);
  });
});
