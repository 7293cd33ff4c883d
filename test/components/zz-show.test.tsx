import { test } from 'vitest';
import { fakeSession } from '../support/fake-session.ts';
import { mountScreen } from '../support/vterm.ts';

test('timing', async () => {
  for (const [cols, rows] of [[80,24],[120,40],[200,60]] as const) {
    const s = fakeSession();
    const t = mountScreen(s, { cols, rows });
    await t.waitFor('khodbg');
    const first = t.counts().bytes;
    const times: number[] = [];
    const keys = 'nnnnnNNNNN'.repeat(8) + 'nnnnnnnnnnnnnnnnNNNNNNNNNNNNNNNN\tnNnNz';
    const b0 = t.counts();
    for (const k of keys) {
      const w = t.counts().writes;
      const t0 = performance.now();
      t.stdin.write(k);
      while (t.counts().writes === w) await new Promise((r) => setImmediate(r));
      // wait for command result frames
      for (let i = 0; i < 6; i++) await new Promise((r) => setImmediate(r));
      times.push(t.counts().last - t0);
      await t.settle();
    }
    const b1 = t.counts();
    times.sort((a, b) => a - b);
    const q = (p: number) => times[Math.floor(times.length * p)]?.toFixed(2);
    console.log(`${cols}x${rows} first ${first}B p50 ${q(0.5)} p95 ${q(0.95)} max ${times.at(-1)?.toFixed(1)}; ${((b1.bytes - b0.bytes) / keys.length).toFixed(0)} B/key, ${((b1.writes - b0.writes) / keys.length).toFixed(1)} writes/key`);
    await t.close();
  }
});
