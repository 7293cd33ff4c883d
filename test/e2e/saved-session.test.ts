// A session saved on one terminal and opened on another: the same place, mid-statement too, and the same panes as far as the
// other terminal has room for them. What it then shows is what the first one shows when it is made as small.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { openFile } from '../../src/opening.ts';
import { BUDGET } from '../../src/session/index.ts';
import { move, openScreen } from '../support/open.ts';
import { folderWith } from '../support/temporary.ts';
import { mountScreen, type VirtualTerminal } from '../support/vterm.ts';

let open: VirtualTerminal[] = [];

afterEach(async () => {
  for (const t of open) await t.close();
  open = [];
});

/** A session file on a terminal. */
async function reopened(file: string, cols: number, rows: number) {
  const opened = await openFile(file, { budget: BUDGET, acceptChanges: false }, null);
  if (!opened.ok) throw new Error(opened.errors.join('\n'));
  const t = mountScreen(opened.port, { cols, rows });
  open.push(t);
  await t.waitFor('(khodbg)');
  return { t, port: opened.port };
}

/** The rows of a screen but the message, which tells of the last command. */
const rowsOf = (t: VirtualTerminal): string[] =>
  t
    .screen()
    .split('\n')
    .filter((_, y, all) => y !== all.length - 3);

/** Keys that bring panes, cursors and scrolling where no screen begins, and what of that is kept. */
const PANES: readonly (readonly [what: string, keys: readonly string[], screen: object])[] = [
  [
    'the tree of preserved pages opened',
    ['K', '\x1b[B', '\r', '\x1b[B', '\r', '\x1b[B'],
    { focus: 'radix', called: 'radix', scroll: { radix: 2 }, opened: expect.arrayContaining(['in/002']) },
  ],
  [
    'the cursor line away from the current one',
    ['M', '\t', '\x1b[B', '\x1b[B', '\x1b[B'],
    { focus: 'source', called: 'console', cursor: { anchor: expect.stringMatching(/^mm\/mm_init\.ts:\d+$/) } },
  ],
  [
    'zoneinfo scrolled, as the only pane',
    ['Z', '\x1b[B', '\x1b[B', 'z'],
    { focus: 'zoneinfo', zoom: true, called: 'zoneinfo', scroll: { zoneinfo: 2 } },
  ],
  [
    'the memmap zoomed, one row of it, changes counted from here',
    ['A', '=', '+', '+', 'm'],
    { called: 'scratch', map: { view: 'state', per: expect.any(Number) } },
  ],
  [
    'an answer in its pane',
    [':lines kho_preserved_memory_reserve\r', '\x1b[B'],
    { focus: 'results', called: 'results' },
  ],
  ['another pane focused', ['A', '\t', '\t'], { focus: 'watch', called: 'scratch' }],
];

const PLACES: readonly (readonly [what: string, commands: readonly string[], label: string, panes: typeof PANES])[] = [
  ['inside a range operation', ['delete', 'break page 0x18010', 'continue'], '#22655.15', PANES],
  ['inside a statement', ['delete', 'seek #22651', 'stepi', 'stepi'], '#22653', PANES.slice(0, 2)],
];

describe.each(PLACES)('saved %s', (_what, commands, label, panes) => {
  test.each(panes)(
    'with %s',
    async (_panes, keys, screen) => {
      const { t, port } = await openScreen('seed-000/uninit-boundary-before', { cols: 120, rows: 40 });
      open.push(t);
      for (const command of commands) await port.execute(command);
      await t.waitFor(label);
      for (const key of keys) await t.press(key);
      const file = join(folderWith({}), 'session.json');
      await t.press(`:save session ${file}\r`);
      await t.waitFor('Saved in');
      const text = readFileSync(file, 'utf8');
      expect(text.length).toBeLessThan(10_000);
      expect(JSON.parse(text)).toMatchObject({ screen });

      const small = await reopened(file, 80, 24);
      expect(small.port.view().position.label).toBe(label);
      await t.resize(80, 24);
      expect(rowsOf(small.t)).toEqual(rowsOf(t));

      const same = await reopened(file, 120, 40);
      await t.resize(120, 40);
      expect(rowsOf(same.t)).toEqual(rowsOf(t));

      // and it goes on from there
      expect(await move(same.t, same.port, 's')).toBe(await move(t, port, 's'));
      expect(rowsOf(same.t)).toEqual(rowsOf(t));
    },
    60000,
  );
});
