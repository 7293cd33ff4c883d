// From the record of a run to the report, to the vectors' events, and to the exit status.
import { entries } from '../../machine/index.ts';
import { hex } from '../format.ts';
import type { HandedOver } from './recorder.ts';
import { type Recorded, type RecordedBoot, recordedBoot } from './run.ts';
import { nodeNumbers, pageblockRuns, stageOf } from './stage.ts';
import type { Report, ReportBoot, ReportExpectation, ReportFault, ReportInvariant, ReportStop } from './types.ts';

/** What the report holds that others find out. */
export interface ReportParts {
  /** stops of the scenario's stop commands, in order, and the boot each is in */
  readonly stops: readonly (ReportStop & { readonly boot: number })[];
  /** the scenario's expectations, checked */
  readonly expect: readonly ReportExpectation[];
  /** default: none were watched */
  readonly invariants?: readonly ReportInvariant[];
}

const EMPTY: ReportBoot = {
  kernel: 'handover',
  stages: [],
  deferred_ranges: [],
  pageblock_runs: [],
  init_runs: [],
  pageblock_set_runs: [],
  preserved: [],
  radix_pages: 0,
  scratch: [],
  restored: [],
  uninit: [],
  stops: [],
  faults: [],
  console: [],
};

type Handed = Pick<ReportBoot, 'preserved' | 'radix_pages' | 'scratch'>;

function handed({ preserved, radixPages, scratch }: HandedOver): Handed {
  return {
    preserved: preserved.map(({ start, order }) => ({ phys: hex(start), order })),
    radix_pages: radixPages,
    scratch: scratch.map(({ start, size }) => ({ start: hex(start), size: hex(size) })),
  };
}

function kernelBoot(_recorded: Recorded, record: RecordedBoot, stops: readonly ReportStop[]): ReportBoot {
  const { boot, last } = record;
  const { machine } = last;
  return {
    kernel: boot.boot.kernel,
    stages: record.stages.map(stageOf),
    deferred_ranges: nodeNumbers(machine).map((node) => record.deferredRanges.get(node) ?? null),
    pageblock_runs: pageblockRuns(machine),
    init_runs: record.initRuns,
    pageblock_set_runs: record.setRuns,
    ...handed(record.handed),
    restored: record.restored,
    uninit: record.uninit,
    stops,
    faults: record.faults,
    console: entries(machine.console),
  };
}

/** The report of a run. `scenario` is the file as the user named it. */
export function reportOf(recorded: Recorded, parts: ReportParts): Report {
  const { loaded } = recorded;
  const boots = loaded.scenario.boots.map((boot, i): ReportBoot => {
    if (boot.kind === 'handover') return { ...EMPTY, ...handed({ ...boot, radixPages: loaded.radixPages }) };
    const record = recordedBoot(recorded, i + 1);
    if (record === undefined) return { ...EMPTY, kernel: boot.kernel };
    return kernelBoot(
      recorded,
      record,
      parts.stops.filter((stop) => stop.boot === i + 1).map(({ boot: _boot, ...stop }) => stop),
    );
  });
  return { format: 1, scenario: loaded.file, boots, expect: parts.expect, invariants: parts.invariants ?? [] };
}

/** Anomalies in the words of the known-answer vectors: the first `first`, and how many there were. */
export function eventsOf(record: RecordedBoot, first = 12): { events: readonly string[]; total: number } {
  return { events: record.events.slice(0, first), total: record.eventsTotal };
}

/** How an expectation of a fault is worded in the report. */
export function faultWords(text: string, fn: string | undefined): string {
  return fn === undefined ? `fault ${text}` : `fault ${text} in ${fn}`;
}

/** How an expectation of a broken invariant is worded in the report. */
export const breaksWords = (name: string): string => `breaks ${name}`;

/** True when the fault killed its thread. */
export function isDeath(fault: ReportFault): boolean {
  return fault.kind !== 'WARN' && fault.kind !== 'bad-page';
}

/** Deaths that no expectation names. */
export function unexpectedDeaths(report: Report): ReportFault[] {
  const expected = new Set(report.expect.map((one) => one.what));
  const deaths = report.boots.flatMap((boot) => boot.faults).filter(isDeath);
  return deaths.filter(
    ({ text, stack }) => !expected.has(faultWords(text, undefined)) && !expected.has(faultWords(text, stack[0])),
  );
}

/** Broken invariants that no expectation names. */
export function unexpectedBreaks(report: Report): ReportInvariant[] {
  return report.invariants.filter(({ ok, expected }) => !ok && expected !== true);
}

/** 0: all well; 1: an expectation failed, or an invariant broke or a thread died and no expectation names that; 3: a budget ran out. */
export function exitStatus(report: Report): 0 | 1 | 3 {
  if (report.boots.some(({ faults }) => faults.some(({ kind }) => kind === 'budget'))) return 3;
  const failed = report.expect.some((one) => !one.ok);
  return failed || unexpectedBreaks(report).length > 0 || unexpectedDeaths(report).length > 0 ? 1 : 0;
}
