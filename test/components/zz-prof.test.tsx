import { Session } from 'node:inspector/promises';
import { writeFileSync } from 'node:fs';
import { test } from 'vitest';
import { fakeSession } from '../support/fake-session.ts';
import { mountScreen } from '../support/vterm.ts';
test('prof', async () => {
  const t = mountScreen(fakeSession(), { cols: 200, rows: 60 });
  await t.waitFor('khodbg');
  const s = new Session(); s.connect();
  await s.post('Profiler.enable'); await s.post('Profiler.setSamplingInterval', { interval: 200 }); await s.post('Profiler.start');
  for (let r = 0; r < 20; r++) for (const k of 'nnnnnNNNNN') await t.press(k);
  const { profile } = await s.post('Profiler.stop');
  const self = new Map<string, number>();
  const dt = profile.timeDeltas ?? [];
  const byId = new Map(profile.nodes.map((n) => [n.id, n]));
  profile.samples?.forEach((id, i) => { const n = byId.get(id); if (!n) return; const k = n.callFrame.functionName + ' ' + n.callFrame.url.split('/').slice(-2).join('/') + ':' + n.callFrame.lineNumber; self.set(k, (self.get(k) ?? 0) + (dt[i] ?? 0)); });
  console.log([...self].sort((a, b) => b[1] - a[1]).slice(0, 28).map(([k, v]) => `${(v / 200 / 1000).toFixed(2)} ms/key ${k}`).join('\n'));
  await t.close();
});
