import { test } from 'vitest';
import { conformCapture } from '/work/main/src/session/conform/capture/index.ts';

for (const cap of (process.env.CAP ?? '').split(' '))
  test(cap, () => {
    const t0 = Date.now();
    const r = conformCapture(cap);
    if (!r.ok) {
      console.log(cap, r.errors);
      return;
    }
    const t = r.tally;
    for (const d of t.differ.slice(0, Number(process.env.N ?? 25)))
      console.log(`${d.where}: expected ${String(d.expected).slice(0, 300)}, got ${String(d.got).slice(0, 300)}`);
    console.log(
      cap,
      JSON.stringify([...t.kinds]),
      `${t.equal} equal, ${t.open} open, ${t.differ.length} differ, ${Date.now() - t0} ms`,
    );
  }, 300000);
