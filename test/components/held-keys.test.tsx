// A step key that is held: every step is executed, in order, and the screen is painted once in a turn of the event loop. Counts
// steps, turns and writes, never milliseconds.

import { afterEach, describe, expect, test, vi } from 'vitest';
import { type FakeSession, fakeSession } from '../support/fake-session.ts';
import { openPort, openScreen } from '../support/open.ts';
import { mountScreen, type VirtualTerminal } from '../support/vterm.ts';

let open: VirtualTerminal[] = [];

afterEach(async () => {
  for (const t of open) await t.close();
  open = [];
});

async function screen(session: FakeSession = fakeSession()) {
  const t = mountScreen(session, { cols: 120, rows: 40 });
  open.push(t);
  await t.waitFor('khodbg');
  return { t, session };
}

/** Counts the turns of the event loop until it is told to stop. */
function turns(): () => number {
  let count = 0;
  let live = true;
  const tick = () => {
    count++;
    if (live) setImmediate(tick);
  };
  setImmediate(tick);
  return () => {
    live = false;
    return count;
  };
}

async function until(done: () => boolean): Promise<void> {
  for (let i = 0; i < 5000 && !done(); i++) await new Promise((resolve) => setTimeout(resolve, 1));
}

describe('a held step key', () => {
  test('200 in one chunk: every step, and at most one frame a turn', async () => {
    const { t, session } = await screen();
    const { writes } = t.counts();
    const stop = turns();
    t.stdin.write('s'.repeat(200));
    await until(() => session.executed.length === 200);
    await t.waitFor('#9617');
    expect(session.executed).toEqual(new Array(200).fill('step'));
    const painted = t.counts().writes - writes;
    expect(painted).toBeGreaterThan(0);
    expect(painted).toBeLessThanOrEqual(stop());
    expect(painted).toBeLessThan(100);
  });

  test('keys that come in chunks of their own: every step, and at most one frame a key', async () => {
    const { t, session } = await screen();
    const { writes } = t.counts();
    for (let i = 0; i < 60; i++) {
      t.stdin.write(i % 3 === 2 ? 'S' : 's');
      await new Promise((resolve) => setImmediate(resolve));
    }
    await until(() => session.executed.length === 60);
    await t.waitFor('#9437');
    expect(session.executed).toEqual(Array.from({ length: 60 }, (_, i) => (i % 3 === 2 ? 'reverse-step' : 'step')));
    expect(t.counts().writes - writes).toBeLessThanOrEqual(61);
  });

  test('when steps are slower than keys the rest waits, is counted, and C-c forgets it', async () => {
    const { t, session } = await screen();
    const release = session.hold();
    t.stdin.write('s'.repeat(150));
    await t.waitFor('149 waiting');
    expect(t.screen()).toContain('RUN  step');
    t.stdin.write('s'.repeat(50));
    await t.waitFor('199 waiting');
    await t.press('\x03');
    await vi.waitFor(() => expect(t.screen()).not.toContain('waiting'));
    release();
    await t.waitFor('#9418');
    expect(session.executed).toEqual(['step']);
    // the place is painted first, and that nothing runs any more after it
    await vi.waitFor(() => expect(t.screen()).not.toContain('RUN'));
    await t.press('s');
    await t.waitFor('#9419');
  });

  test('C-c in the same chunk as the steps forgets them', async () => {
    const { t, session } = await screen();
    await t.press(`${'s'.repeat(40)}\x03`);
    await t.settle();
    expect(session.executed.length).toBeLessThan(40);
    expect(session.interrupts()).toBe(1);
  });

  test('leads where as many commands lead', async () => {
    const { t, port } = await openScreen('seed-000/uninit-boundary-before', { cols: 80, rows: 24 });
    open.push(t);
    const plain = await openPort('seed-000/uninit-boundary-before');
    for (let i = 0; i < 200; i++) await plain.execute('step');
    for (let i = 0; i < 20; i++) await plain.execute('reverse-step');
    const { label } = plain.view().position;
    // the other key of the two may well come in the same chunk
    t.stdin.write(`${'s'.repeat(200)}${'S'.repeat(20)}`);
    // the label may be painted on the way there, too
    await vi.waitFor(() => expect(port.session.state.past).toHaveLength(220), 20_000);
    await t.waitFor(label);
    expect(port.view().position.label).toBe(label);
    expect(port.session.state.past).toHaveLength(220);
  });
});
