// What a console log of a capture cannot contain: the scenario made of the capture compared with that made of its log.

import type { BootDoc, ScenarioDoc } from './document.ts';

/** A part in which two scenarios differ; `why` null when a log ought to have had it. */
export interface Difference {
  readonly path: string;
  readonly why: string | null;
}

/** Parts of a boot that no log has, with the reason. */
const REASONS: Readonly<Partial<Record<keyof BootDoc, string>>> = {
  placements: 'which pages the buddy gave is printed nowhere',
  patches: 'a log does not say how its kernel was patched',
  config: 'a log does not say how its kernel was configured',
};

const FOREIGN = "what something other than the test driver preserved is only known by its pages, KHO's own among them";

const BESIDE = 'the initrd is freed beside the initcalls: its line does not say between which of them';
const SILENT = 'an allocation of the rest of the kernel while pages are still deferred leaves no line';

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** Why the actors of a boot differ; null when a log ought to have had them. */
function actorsLack(truth: BootDoc, log: BootDoc): string | null {
  if (!/(?:^|\s)khodbg=/.test(truth.cmdline)) return FOREIGN;
  const heard = truth.actors.filter(({ call }) => call !== 'slow_allocation');
  if (same(heard, log.actors)) return SILENT;
  const others = ({ actors }: BootDoc) => actors.filter(({ call }) => call !== 'free_initrd_mem');
  return truth.actors.length === log.actors.length && same(others(truth), others(log)) ? BESIDE : null;
}

function bootDifferences(truth: BootDoc, log: BootDoc, index: number): Difference[] {
  const keys = Object.keys(truth) as (keyof BootDoc)[];
  return keys
    .filter((key) => !same(truth[key], log[key]))
    .map((key) => ({
      path: `boots[${index}].${key}`,
      why: REASONS[key] ?? (key === 'actors' ? actorsLack(truth, log) : null),
    }));
}

/** Every part in which the scenario of a log differs from that of the whole capture. */
export function logLacks(truth: ScenarioDoc, log: ScenarioDoc): Difference[] {
  const parts: Difference[] = [
    ...(same(truth.memory, log.memory) ? [] : [{ path: 'machine.memory', why: null }]),
    ...(same(truth.nodes, log.nodes) ? [] : [{ path: 'machine.nodes', why: null }]),
    ...(truth.stale === log.stale ? [] : [{ path: 'machine.fill', why: 'a log does not show what lay in the memmap' }]),
    ...(truth.boots.length === log.boots.length ? [] : [{ path: 'boots', why: null }]),
  ];
  const boots = truth.boots.flatMap((boot, i) => {
    const other = log.boots[i];
    return other === undefined ? [] : bootDifferences(boot, other, i);
  });
  return [...parts, ...boots];
}
