// An answer as a list: it opens by itself, is walked through, leads to positions, and stays. And what is asked about: the value
// under the cursor.

import { afterEach, describe, expect, test } from 'vitest';
import { rowAhead } from '../../components/answer.ts';
import { firstRow, nearestRow, squeezed } from '../../components/panes/results.ts';
import type { ResultsView } from '../../components/session-view.ts';
import { type FakeSession, fakeSession } from '../support/fake-session.ts';
import { mountScreen, type VirtualTerminal } from '../support/vterm.ts';

const ROWS = 40;

/** Rows at 9000, 9020, …; the seventh leads nowhere. */
const RESULTS: ResultsView = {
  title: 'page(0x18000)->flags: 40 accesses, 20 before now; the 40 nearest',
  branch: 0,
  rows: Array.from({ length: ROWS }, (_, i) => ({
    at: i === 6 ? null : { at: 9000 + 20 * i, sub: 0 },
    depth: 0,
    text: `#${9000 + 20 * i} T1 swapper  w  __init_single_page:${i}  ${'x'.repeat(120)} end-of-${i}`,
  })),
};

let open: VirtualTerminal[] = [];

afterEach(async () => {
  for (const t of open) await t.close();
  open = [];
});

/** A session whose `lines` gives the answer, and whose `result N` goes to that row. */
async function screen(size: { cols?: number; rows?: number } = {}, results: ResultsView = RESULTS) {
  const session = fakeSession();
  const { execute } = session;
  const port: FakeSession = {
    ...session,
    async execute(line) {
      const result = await execute(line);
      if (line.startsWith('lines')) {
        session.change({ results });
        return { ...result, output: ['40 executions', ...RESULTS.rows.map((row) => row.text)] };
      }
      const at = RESULTS.rows[Number(/^result (\d+)$/.exec(line)?.[1]) - 1]?.at;
      if (at) session.change({ position: { ...session.view().position, at: at.at, label: `#${at.at}` } });
      return result;
    },
  };
  const t = mountScreen(port, size);
  open.push(t);
  await t.waitFor('khodbg');
  return { t, session };
}

const SIZES = [
  [80, 24],
  [120, 40],
  [200, 60],
] as const;

describe.each(SIZES)('%ix%i', (cols, rows) => {
  test('opens by itself at the nearest row, is walked through, and leads there', async () => {
    const { t, session } = await screen({ cols, rows });
    const before = t.screen();
    await t.press(':lines f\r');
    expect(t.screen()).toMatch(/results {2}page\(0x18000\)->flags: 40 accesses; the 40 nearest {2}row 22 of 40/);
    expect(t.screen()).toContain('>~> #9420 T1 swapper');
    expect(t.screen()).toMatch(/[─━] source/);
    await t.press('\x1b[B');
    await t.press('\r');
    expect(session.executed).toEqual(['lines f', 'result 23']);
    expect(t.screen()).toContain('>=> #9440 T1 swapper');
    await t.press('\x1b[B');
    await t.press('\r');
    expect(session.executed.at(-1)).toBe('result 24');
    await t.press('\x1b[H');
    expect(t.screen()).toContain('>   #9000 T1');
    await t.press('\x1b[F');
    expect(t.screen()).toContain('>   #9780 T1');
    await t.press('\x1b[5~');
    expect(t.screen()).not.toContain('>   #9780 T1');
    session.change(fakeSession().view());
    await t.press('q');
    expect(t.screen()).not.toContain('row 40 of 40');
    expect(t.screen()).not.toContain('quit?');
    expect(t.screen().split('\n').slice(0, -3)).toEqual(before.split('\n').slice(0, -3));
  });

  test('the rest of long rows is reached by Right, and comes back by Left', async () => {
    const { t } = await screen({ cols, rows });
    await t.press(':lines f\r');
    for (let i = 0; i < 12; i++) await t.press('l');
    expect(t.screen()).toContain('end-of-21');
    for (let i = 0; i < 12; i++) await t.press('\x1b[D');
    expect(t.screen()).toContain('>~> #9420 T1 swapper');
  });
});

test('M-Down and M-Up walk from any pane, over rows that lead nowhere, and stop at the ends', async () => {
  const { t, session } = await screen();
  await t.press('\x1b[1;3B');
  expect(t.line(37)).toContain('no answer yet');
  await t.press(':lines f\r');
  await t.press('\t');
  await t.press('\x1b[1;3B');
  await t.press('\x1bn');
  await t.press('\x1bp');
  await t.press('\x1b[1;3A');
  expect(session.executed.slice(1)).toEqual(['result 22', 'result 23', 'result 22', 'result 21']);
  const { position } = session.view();
  expect(rowAhead(RESULTS, 5, 1, { ...position, at: 9100 })).toBe(7);
  expect(rowAhead(RESULTS, 7, -1, { ...position, at: 9140 })).toBe(5);
  expect(rowAhead(RESULTS, ROWS - 1, 1, { ...position, at: 9780 })).toBe(-1);
});

test('a chain of causes begins at its top; Enter gives up the full screen, so that one sees the place', async () => {
  const chain = RESULTS.rows.map((row, i) => ({ ...row, depth: Math.min(i, 3) }));
  const { t } = await screen({}, { ...RESULTS, rows: chain });
  await t.press(':lines f\r');
  expect(t.screen()).toContain('row 1 of 40');
  await t.press('z');
  expect(t.screen()).not.toContain('source  ');
  await t.press('\r');
  expect(t.screen()).toContain('source  ');
  expect(t.screen()).toMatch(/[━] results/);
});

test('Enter on a row that leads nowhere says so, and repeats nothing', async () => {
  const { t, session } = await screen();
  await t.press(':lines f\r');
  await t.press('\x1b[H');
  for (let i = 0; i < 6; i++) await t.press('\x1b[B');
  await t.press('\r');
  expect(t.line(37)).toContain('this row leads nowhere');
  expect(session.executed).toEqual(['lines f']);
});

test('a word is looked for in the list', async () => {
  const { t } = await screen();
  await t.press(':lines f\r');
  await t.press('/page:33\r');
  expect(t.line(37)).toContain('line 34 of 40');
  expect(t.screen()).toContain('>   #9660');
});

test('the nearest row, whatever the order of rows', () => {
  const at = (position: number, branch = 0) => ({ at: position, sub: 0, branch });
  expect(nearestRow(RESULTS, at(0))).toBe(0);
  expect(nearestRow(RESULTS, at(9131))).toBe(7);
  expect(nearestRow(RESULTS, at(99999))).toBe(39);
  const chain = { ...RESULTS, rows: [...RESULTS.rows].reverse() };
  for (const n of [0, 9131, 9400, 99999]) expect(nearestRow(chain, at(n))).toBe(ROWS - 1 - nearestRow(RESULTS, at(n)));
  const sorted = { ...RESULTS, rows: RESULTS.rows.filter((row) => row.at !== null) };
  for (let n = 8990; n < 9800; n += 7) {
    const far = sorted.rows.map((row) => Math.abs((row.at?.at ?? 0) - n));
    expect(nearestRow(sorted, at(n))).toBe(far.indexOf(Math.min(...far)));
  }
  expect(nearestRow({ ...RESULTS, rows: [] }, at(0))).toBe(-1);
  const branches = {
    ...RESULTS,
    rows: [3, 1, 2].map((branch) => ({ at: at(9000), branch, depth: 0, text: `${branch}` })),
  };
  expect([1, 2, 3, 4].map((branch) => nearestRow(branches, at(9000, branch)))).toEqual([1, 2, 0, -1]);
  expect([firstRow(0, 40, 8), firstRow(20, 40, 8), firstRow(39, 40, 8), firstRow(2, 3, 8)]).toEqual([0, 17, 32, 0]);
});

test('where rows are too wide, blanks go that all have in the same columns', () => {
  expect(squeezed(['#1      T1 swapper   w   f:1  0x0', '#12     T1 kernel    rw  g:22  1'])).toEqual([
    '#1  T1 swapper w  f:1  0x0',
    '#12 T1 kernel  rw g:22  1',
  ]);
  expect(squeezed(['  cause', '    deeper', ''])).toEqual([' cause', '   deeper', '']);
  expect(squeezed([])).toEqual([]);
});

describe('the value under the cursor', () => {
  test('on a source line: the first place, or the one that Left and Right choose', async () => {
    const { t, session } = await screen();
    for (let i = 0; i < 4; i++) await t.press('\x1b[A');
    await t.press('a');
    await t.press('\x1b[C');
    await t.press('\x1b[C');
    expect(t.line(37)).toMatch(/^it\.?\w* {3}a accesses/);
    const [chosen = ''] = t.line(37).split(' ');
    await t.press('y');
    expect(session.executed).toEqual(['accesses it.index', `why ${chosen}`]);
  });

  test('in the watch pane: the watch of the cursor', async () => {
    const { t, session } = await screen();
    while (!/[━] watch/.test(t.screen())) await t.press('\t');
    for (let i = 0; i < 3; i++) await t.press('\x1b[B');
    await t.press('a');
    await t.press('y');
    await t.press('W');
    const pb = 'pb[0x45].migratetype';
    expect(session.executed).toEqual([`accesses ${pb}`, `why ${pb}`, `watch ${pb}`]);
  });

  test('in the memmap: the page of its cursor, and beside it the type of its pageblock', async () => {
    const { t, session } = await screen();
    while (!/[━] memmap/.test(t.screen())) await t.press('\t');
    await t.press('\x1b[C');
    await t.press('a');
    while (!/[━] pageblocks/.test(t.screen())) await t.press('\t');
    await t.press('y');
    const [first = '', second = ''] = session.executed;
    expect(first).toMatch(/^accesses page 0x[\da-f]+$/);
    expect(second).toBe(`why pageblock(${first.split(' ')[2]}).migratetype`);
  });

  test('in a list: what its row names; variables only where one stands at it', async () => {
    const { t, session } = await screen();
    const at = (n: number) => ({ at: n, sub: 0 });
    const rows = [
      { at: at(9417), depth: 0, text: '#9417 T1 f:1  page.private = nr' },
      { at: at(9500), depth: 1, text: '#9500 T1 g:2  page.private  page(0x18000)->private, pfn 0x18001' },
      { at: at(9600), depth: 1, text: '#9600 T1 h:3  zone.name' },
    ];
    session.change({ results: { title: 'page.private', branch: 0, rows } });
    await t.press('R');
    await t.press('a');
    await t.press('\x1b[B');
    await t.press('a');
    await t.press('\x1b[B');
    await t.press('y');
    expect(session.executed).toEqual(['accesses page.private', 'accesses page(0x18000)->private', 'why']);
  });

  test('y at a fault asks why it came to that, unless a value is chosen', async () => {
    const { t, session } = await screen();
    session.change({ stop: { kind: 'fault', lines: ['oops'] } });
    await t.press('y');
    await t.press('\x1b[C');
    const [chosen = ''] = t.line(37).split(' ');
    await t.press('y');
    expect(session.executed).toEqual(['why', `why ${chosen}`]);
  });

  test('where there is none, one types it', async () => {
    const { t, session } = await screen(undefined);
    session.change({ source: null });
    await t.press('a');
    expect(t.line(37)).toContain('no value under the cursor');
    expect(t.line(38)).toBe('(khodbg) accesses');
    expect(session.executed).toEqual([]);
  });
});

test('g opens a box, T lets the selected thread move, gdb’s C-x keys do as Tab, z, > and :', async () => {
  const { t, session } = await screen();
  await t.press('g');
  expect(t.line(38)).toBe('(khodbg) go');
  await t.type('0x18000');
  await t.press('\r');
  await t.press('T');
  expect(session.executed).toEqual(['go 0x18000', 'schedule next 2']);
  const focused = (): string => /[━] (\w+)/.exec(t.screen())?.[1] ?? '';
  const first = focused();
  await t.press('\x18');
  await t.press('o');
  expect(focused()).not.toBe(first);
  await t.press('\x181');
  expect(t.screen()).not.toContain('source  ');
  await t.press('\x18');
  await t.press('1');
  expect(t.screen()).toContain('source  ');
  await t.press('\x182');
  await t.press('\x1b');
  await t.press('\x18a');
  await t.press('n');
  expect(t.line(38)).toBe('(khodbg) n');
  expect(session.executed).toHaveLength(2);
});

test('Y gives the pane to the clipboard, as text', async () => {
  const { t } = await screen();
  await t.press(':lines f\r');
  await t.press('Y');
  const data = new RegExp(`${String.fromCharCode(27)}\\]52;c;([A-Za-z0-9+/=]+)`).exec(t.counts().raw)?.[1] ?? '';
  const text = Buffer.from(data, 'base64').toString();
  expect(text.split('\n')).toHaveLength(ROWS + 2);
  expect(text).toContain('end-of-39');
  expect(t.line(37)).toBe('copied 41 lines of results');
});
