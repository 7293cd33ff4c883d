// What differs between the ends of two runs: the machines, what was printed and what went wrong, invariants and expectations.
// Knows nothing of how it came about.
import { hex } from '../format.ts';
import type { RecordedBoot, Report } from '../report/index.ts';
import { consoleRows, listRows, machineRows, type Row } from './differences.ts';
import type { EndRow } from './types.ts';

function toldRows(a: RecordedBoot, b: RecordedBoot): Row[] {
  const uninit = (boot: RecordedBoot) =>
    boot.uninit.map(
      (one) => `${one.rw === 'r' ? 'read' : 'write'} of page(${hex(one.pfn)}).${one.field} in ${one.function}`,
    );
  const faults = (boot: RecordedBoot) =>
    boot.faults.map((fault) => `${fault.kind}: ${fault.text} in ${fault.stack[0] ?? ''}`);
  const restored = (boot: RecordedBoot) =>
    boot.restored.map((one) => `${one.call}(${one.phys}) ${one.ok ? 'ok' : 'refused'}, ${one.pages} pages`);
  return [
    ...listRows('faults', faults(a), faults(b)),
    ...listRows('uninitialised struct pages', uninit(a), uninit(b)),
    ...listRows('restored', restored(a), restored(b)),
    ...consoleRows(a.last, b.last),
  ];
}

/** What differs at the end of one boot that both reached. */
export function bootEndRows(a: RecordedBoot, b: RecordedBoot): EndRow[] {
  const rows = [...machineRows(a.last, b.last), ...toldRows(a, b)];
  return rows.map((row) => ({ boot: a.boot.number, ...row }));
}

const verdict = (ok: boolean | undefined): string => (ok === undefined ? 'not asked' : ok ? 'holds' : 'fails');

/** Invariants and expectations that one run holds and the other does not. */
export function verdictRows(a: Report, b: Report): EndRow[] {
  const boot = Math.max(a.boots.length, b.boots.length);
  const rows: EndRow[] = [];
  for (const one of a.invariants) {
    const other = b.invariants.find(({ name }) => name === one.name);
    if (other?.ok === one.ok) continue;
    rows.push({
      boot,
      topic: 'invariants',
      place: one.name,
      a: one.ok ? 'holds' : 'broken',
      b: other?.ok ? 'holds' : 'broken',
    });
  }
  for (const one of a.expect) {
    const other = b.expect.find(({ what }) => what === one.what);
    if (other === undefined || other.ok === one.ok) continue;
    rows.push({ boot, topic: 'expectations', place: one.what, a: verdict(one.ok), b: verdict(other.ok) });
  }
  return rows;
}
