// :compare on the screen: the sides beside each other, one below the other, or one at a time; what changed, the stack, the
// memmaps with their difference, what differs at the end.
import { describe, expect, test } from 'vitest';
import { openScreen } from '../support/open.ts';
import type { VirtualTerminal } from '../support/vterm.ts';

const NAME = 'seed-000/uninit-mid-before';
const OURS = 'A  base  v7.3 + no-preserved-page-init';
const THEIRS = 'B  -no-preserved-page-init  v7.3';

async function compared(cols: number, rows: number): Promise<VirtualTerminal> {
  const { t } = await openScreen(NAME, { cols, rows });
  await t.press(':compare -no-preserved-page-init\r');
  await t.waitFor('first divergence: between memmap_init and kho_memory_init', 20_000);
  return t;
}

/** Scrolls until the screen shows it. */
async function scrolledTo(t: VirtualTerminal, text: string): Promise<void> {
  for (let i = 0; i < 80 && !t.screen().includes(text); i++) await t.press('j');
  expect(t.screen()).toContain(text);
}

describe('a comparison', () => {
  test('stands in two columns at 200x60', async () => {
    const t = await compared(200, 60);
    const heads = t.rowOf(OURS);
    expect(t.line(heads)).toContain(THEIRS);
    expect(t.screen()).toMatch(/never does this +│ initialises page 0x18005/);
    expect(t.screen()).toMatch(/=> 601 ~? .*│/);
    await scrolledTo(t, 'state A');
    const strip = t.rowOf('state A');
    expect(t.line(strip + 1)).toContain('state B');
    await scrolledTo(t, 'zone(0, DMA).managed_pages  A 4097  B 4096');
    await t.press('q');
    await t.waitFor('memmap');
    expect(t.screen()).not.toContain(THEIRS);
    await t.close();
  });

  test('stands one below the other at 120x40', async () => {
    const t = await compared(120, 40);
    expect(t.screen()).toContain(OURS);
    await scrolledTo(t, THEIRS);
    expect(t.rowOf(THEIRS)).not.toBe(t.rowOf(OURS));
    await t.close();
  });

  test('shows one side at a time at 80x24, and Tab turns it', async () => {
    const t = await compared(80, 24);
    expect(t.screen()).toContain(OURS);
    expect(t.screen()).not.toContain('initialises page 0x18005');
    await t.press('\t');
    await t.waitFor('initialises page 0x18005');
    expect(t.screen()).not.toContain('never does this');
    await t.press('\x1b');
    await t.waitFor('source');
    expect(t.screen()).not.toContain('first divergence');
    await t.close();
  });
});
