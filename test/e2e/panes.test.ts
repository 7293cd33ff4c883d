// Every pane that is called up, over a whole boot, at the three sizes: what it shows is there and readable, and moving on from
// there shows it again as it then is.

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

/** What a pane shows at the end of the boot, whatever the size. */
const PANES: readonly (readonly [key: string, pane: string, shows: readonly RegExp[]])[] = [
  ['L', 'log', [/\| #\d+ .*has returned/]],
  ['M', 'console', [/deferred pages/]],
  ['K', 'radix', [/- in L5 0x5000000 {1,2}6 keys/, /\+ (\[0x)?000\]? L4 0x5001000 +4 keys/]],
  ['A', 'scratch', [/0x0*4000000/, /SCRATCH/, /no extended scratch/]],
  ['D', 'fdt', [/preserved-memory-map = <0x5000000>;/]],
  ['B', 'buddyinfo', [/0.*DMA32 +1 +1 +1 +1 +2 +2 +2 +2 +2 +2 +154/, /1.*DMA32 +1 +1 +0 +0/]],
  ['P', 'pagetypeinfo', [/Pages per block: {2}512/, /0.*DMA.*Unmovable +0 +0/]],
  ['Z', 'zoneinfo', [/Node 0, zone {6}DMA/, / {2}pages free {5}4096/]],
];

describe.each(SIZES)('$cols x $rows', (size) => {
  test('every pane shows the boot, and follows it back', async () => {
    const { t, port } = await openScreen('two-nodes', size);
    open.push(t);
    await execute(port, 'seek end');
    for (const [key, pane, shows] of PANES) {
      await t.press(key);
      await t.waitFor(` ${pane}`);
      for (const pattern of shows) expect(t.screen()).toMatch(pattern);
      for (const line of t
        .screen()
        .split('\n')
        .slice(0, size.rows - 3))
        expect(line.length).toBeLessThanOrEqual(size.cols);
      expect(t.screen()).toContain(port.view().position.label);
    }
    await execute(port, 'seek start');
    await t.waitFor('no zones before free_area_init');
    await t.press('A');
    await t.waitFor('array only');
    await t.press('M');
    await t.waitFor('console  0 lines');
  }, 60000);

  test('the tree opens down to a key, and the key changes as the boot goes on', async () => {
    const { t, port } = await openScreen('two-nodes', size);
    open.push(t);
    await t.press('K');
    for (const key of ['\x1b[B', '\r', '\x1b[B', '\r']) await t.press(key);
    await t.waitFor('0x38000000');
    expect(t.screen()).toMatch(/0x38000..0x38200 +no (struct )?page/);
    await execute(port, 'seek kho_memory_init');
    await t.waitFor('KHOP');
    expect(t.screen()).toMatch(/0x38000..0x38200 +init(ialised, magic)? KHOP (order )?9/);
    await execute(port, 'seek end');
    await t.waitFor('restored');
  }, 60000);
});
