// A question asked with one key on a whole boot, and its answer walked through, at the three sizes.

import { afterEach, expect, test, vi } from 'vitest';
import { execute, move, openScreen } from '../support/open.ts';
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

test('who touches the value that a catchpoint stopped at: a list that leads there and back, at every size', async () => {
  const { t, port } = await openScreen('seed-000/uninit-boundary-before', SIZES[0]);
  open.push(t);
  expect(await move(t, port, 'c')).toBe('#7523');
  for (const { cols, rows } of SIZES) {
    await t.resize(cols, rows);
    expect(t.screen()).toMatch(/ {3}1 x {3}603 .*\n.* {3}1 => {2}604 /);
    await t.press('a');
    // the history is run on to its end first
    await vi.waitFor(() => expect(t.screen()).toContain('>=> #7523'), 30_000);
    expect(t.screen()).toContain('page.private: 3 accesses');
    expect(t.screen()).toMatch(/#122197 +T2 kernel_init +w +kho_restore_page:899/);
    await t.press('\x1b[F');
    expect(await move(t, port, '\r')).toBe('#122197');
    expect(t.screen()).toContain('row 3 of 3: w  kho_restore_page:899');
    expect(t.screen()).toContain('>=> #122197');
    expect(await move(t, port, '\x1b[1;3A')).toBe('#122189');
    expect(await move(t, port, '\x1b[1;3D')).toBe('#122197');
    expect(await move(t, port, '\x1b[1;3D')).toBe('#7523');
    await t.press('q');
    expect(t.screen()).not.toContain('row 2 of 3');
    for (const line of t.screen().split('\n')) expect(line.length).toBeLessThanOrEqual(cols);
  }
}, 60_000);

test('another choice of thread is a branch on the timeline, and every thread has its digit or its row', async () => {
  const { t, port } = await openScreen('two-nodes', SIZES[0]);
  open.push(t);
  await execute(port, 'delete', 'break deferred_init_pages', 'continue', 'checkpoint here');
  await execute(port, 'schedule next 4', 'delete', 'seek 60000', 'seek 50000');
  await t.waitFor(port.view().position.label);
  const row = (begin: string) =>
    t
      .screen()
      .split('\n')
      .find((line) => line.includes(begin)) ?? '';
  expect(row('①')).toMatch(/^#0 \|.*①-*▼-*> #60\d+…$/);
  await t.resize(120, 40);
  expect(row('①')).toMatch(/^ {3}1+①4+▼4+$/);
  await t.resize(200, 60);
  expect(row('*1 ')).toMatch(/^\*1 +├─+> +#60\d+…/);
  expect(row(' 0 |')).toMatch(/^ 0 \|─+> +#33718…/);
  expect(t.screen()).toMatch(/^T4 +[▄█]+/m);
}, 60_000);
