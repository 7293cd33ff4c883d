// From key to painted frame, in a terminal emulator, with a session that answers at once.

import { expect, test } from 'vitest';
import { fakeSession } from '../support/fake-session.ts';
import { mountScreen } from '../support/vterm.ts';

const LIMIT = 33;
const KEYS = 'nnnnnNNNNN'.repeat(10);

test.each([
  [80, 24],
  [120, 40],
  [200, 60],
])(`%ix%i paints the frame after a key within ${LIMIT} ms, 95 of 100 times`, async (cols, rows) => {
  const t = mountScreen(fakeSession(), { cols, rows });
  await t.waitFor('khodbg');
  const times: number[] = [];
  for (const key of KEYS) {
    const { writes } = t.counts();
    const start = performance.now();
    t.stdin.write(key);
    while (t.counts().writes === writes) await new Promise((resolve) => setImmediate(resolve));
    await t.settle();
    times.push(t.counts().last - start);
  }
  times.sort((a, b) => a - b);
  expect(times[Math.floor(times.length * 0.95)]).toBeLessThan(LIMIT);
  await t.close();
});
