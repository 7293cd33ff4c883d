// `khodbg run`: a scenario run to its end without history, its expectations checked, its stops listed, as report and text.

import { type Hit, hitsOf, label, type Point, position } from '../debugger/index.ts';
import { drained } from '../explore/index.ts';
import { KernelFault } from '../machine/index.ts';
import type { State } from '../vm/index.ts';
import { BUDGET, givenUp, spentIn } from './budget.ts';
import { begin, splitLine } from './commands/table.ts';
import { evaluate } from './expression.ts';
import { INVARIANT_NAMES, InvariantWatch, type PlacedTurn } from './invariants/index.ts';
import { kernelOf } from './kernel-of.ts';
import { bootOf, type Loaded, lastBoot } from './load.ts';
import { replayOf } from './replay.ts';
import {
  checkExpectations,
  exitStatus,
  lastRecord,
  type Recorded,
  type Report,
  type ReportInvariant,
  type ReportStop,
  type RunEnd,
  RunWriter,
  reportOf,
  reportText,
  runSlices,
  type TurnSeen,
} from './report/index.ts';
import { Session } from './session.ts';
import { stageReader } from './stages.ts';

export type RunResult =
  | {
      readonly ok: true;
      readonly report: Report;
      readonly text: string;
      readonly status: number;
      readonly recorded: Recorded;
      /** which budget ran out, and where; null when none did */
      readonly exhausted: string | null;
    }
  | { readonly ok: false; readonly errors: readonly string[] };

/** Sets a stop; its number, or why it is refused. One that is set already keeps its number. */
function setStop(session: Session, line: string): number | string {
  const output = begin(session, line);
  if ('next' in output) return `${splitLine(line)[0]} sets no stop`;
  if (!output.ok) return output.lines[0] ?? '';
  return Number(/\d+/.exec(output.lines[0] ?? '')?.[0] ?? 0);
}

/** Sets stops, each with its place in the scenario; their numbers by text, or the first that is refused. */
function setStops(
  loaded: Loaded,
  session: Session,
  stops: readonly { readonly line: string; readonly path: readonly (string | number)[]; readonly name: string }[],
): { numbers: Map<string, number>; error: string | null } {
  const numbers = new Map<string, number>();
  for (const { line, path, name } of stops) {
    const made = numbers.get(line) ?? setStop(session, line);
    if (typeof made === 'string') return { numbers, error: `${loaded.place(path)}: ${name}: ${made}` };
    numbers.set(line, made);
  }
  return { numbers, error: null };
}

/** One row for each invariant: whether it held, else where it was broken first, and how. */
function invariantRows({ broken }: InvariantWatch, loaded: Loaded): ReportInvariant[] {
  const named = loaded.scenario.expect.flatMap((one) => ('breaks' in one ? [one.breaks] : []));
  return INVARIANT_NAMES.map((name) => {
    const found = broken.get(name);
    if (found === undefined) return { name, ok: true };
    return { name, ok: false, at: label(found.at), what: found.what, expected: named.includes(name) };
  });
}

/** Does a boot run text that is not shipped? */
const ownText = (loaded: Loaded): boolean =>
  loaded.boots.some(({ boot, variant }) =>
    [...variant.patches.map(({ name }) => name), ...boot.actors.map(({ from }) => from ?? '')].some((name) =>
      name.includes('/'),
    ),
  );

/** A run that is being reported: told of its turns, it gives the report at the end. */
export class ReportRun {
  private readonly writer: RunWriter;
  private readonly invariants: InvariantWatch;
  private readonly stageOf: ReturnType<typeof stageReader>;
  private readonly points: readonly Point[];
  private readonly scenarioPoints: ReadonlySet<number>;
  private readonly stops: (ReportStop & { boot: number })[] = [];
  private unreadable: string | null = null;
  private readonly seen: { point: number; fn: string }[] = [];

  constructor(
    private readonly loaded: Loaded,
    private readonly session: Session,
    /** numbers of the scenario's own stops, and of those that it expects something of */
    own: ReadonlyMap<string, number>,
    private readonly asked: ReadonlyMap<string, number>,
  ) {
    const kernel = (state: State) => kernelOf(loaded, state);
    this.writer = new RunWriter(loaded);
    this.invariants = new InvariantWatch(loaded.first, 0, { kernel, replay: replayOf(kernel) });
    this.stageOf = stageReader(kernel);
    this.points = session.livePoints();
    this.scenarioPoints = new Set(own.values());
  }

  /** One turn more, under the default schedule; its trace is valid during the call. */
  turn(turn: TurnSeen): void {
    if (this.unreadable === null) this.sheltered(() => this.writer.turn(turn, this.look));
  }

  /** Reads memory, in which a user's own text may have left what no report can be made of: then that is what is reported. */
  private sheltered<T>(read: () => T): T | null {
    try {
      return read();
    } catch (error) {
      const expected = error instanceof TypeError || error instanceof RangeError || error instanceof KernelFault;
      if (!expected || !ownText(this.loaded)) throw error;
      const what = 'the text left values in memory that no report can be made of';
      this.unreadable = `${this.loaded.file}: ${what}: ${error.message.split('\n')[0]}`;
      return null;
    }
  }

  private readonly look = ({ start, end, thread, before, after, trace }: TurnSeen): void => {
    // written out: this is done for each turn
    const turn = { start: position(start), end, thread, before, after, trace };
    this.invariants.turn(turn, this.stageOf(turn.after, turn.trace.returned));
    const hits = hitsOf(turn, this.points);
    if (hits.length > 0) this.stop(turn, hits);
  };

  private stop({ before, thread }: PlacedTurn, hits: readonly Hit[]): void {
    const top = before.threads[thread]?.top;
    const fn = top ? bootOf(this.loaded, before).kernel.linked.program.fns[top.fn] : undefined;
    for (const hit of hits) this.seen.push({ point: hit.point.number, fn: top?.fn ?? '' });
    const first = hits.find((hit) => this.scenarioPoints.has(hit.point.number));
    if (first === undefined) return;
    const row = this.session.state.points.find((p) => p.number === first.point.number);
    this.stops.push({
      boot: before.boot,
      at: label(first.at),
      kind: `${row?.type ?? ''} ${row?.what ?? ''}`.trim(),
      thread: before.threads[thread]?.name ?? '',
      function: top?.fn ?? '',
      line: fn?.pos[top?.pc ?? 0]?.[0] ?? 0,
    });
  }

  /** What came of a run that went as far as that; `budget`: turns that it might take. */
  finish(end: RunEnd, budget: number = BUDGET): RunResult {
    const result = this.unreadable === null ? this.sheltered(() => this.finished(end, budget)) : null;
    return result ?? { ok: false, errors: [this.unreadable ?? ''] };
  }

  private finished(end: RunEnd, budget: number): RunResult {
    const { ended, full } = end;
    const { loaded, invariants, seen, asked } = this;
    const recorded = this.writer.finish(end);
    if (ended) invariants.stage('end', lastRecord(recorded).last, recorded.at);
    const checked = checkExpectations(
      recorded,
      (text, state) => evaluate(bootOf(loaded, state).kernel, text, { state, thread: state.current, frame: null }),
      (command, fn) => {
        const point = asked.get(command);
        return { ok: true, count: seen.filter((s) => s.point === point && (fn === undefined || s.fn === fn)).length };
      },
      (name) => invariants.broken.get(name)?.what ?? null,
    );
    const rows = invariantRows(invariants, loaded);
    const report = reportOf(recorded, { stops: this.stops, expect: checked, invariants: rows });
    const text = reportText(report, { title: loaded.scenario.title, patches: lastBoot(loaded).patches }).trimEnd();
    const { last } = lastRecord(recorded);
    const exhausted = ended ? spentIn(loaded, last) : givenUp(loaded, last, budget, full);
    return { ok: true, report, text, status: ended ? exitStatus(report) : 3, recorded, exhausted };
  }
}

/** Sets what a report looks for; the run to be told of its turns, or the first stop that is refused. */
export function startReport(loaded: Loaded): { ok: true; run: ReportRun } | { ok: false; errors: readonly string[] } {
  const session = new Session(loaded);
  const { stops: wanted, expect } = loaded.scenario;
  const own = setStops(
    loaded,
    session,
    wanted.map((line, i) => ({ line, path: ['stops', i], name: `stops[${i}]` })),
  );
  const expected = expect.flatMap((one, i) =>
    'stop' in one ? [{ line: one.stop, path: ['expect', i, 'stop'], name: `expect[${i}].stop` }] : [],
  );
  const asked = own.error === null ? setStops(loaded, session, expected) : own;
  if (asked.error !== null) return { ok: false, errors: [asked.error] };
  return { ok: true, run: new ReportRun(loaded, session, own.numbers, asked.numbers) };
}

/** Runs a loaded scenario in slices, each of which yields the position that it came to. */
export function* runReportSlices(loaded: Loaded, budget: number = BUDGET): Generator<number, RunResult, undefined> {
  const started = startReport(loaded);
  if (!started.ok) return started;
  const { run } = started;
  return run.finish(yield* runSlices(loaded, budget, (turn) => run.turn(turn)), budget);
}

/** Runs a loaded scenario. The exit status is 0, 1 when an expectation failed, 3 when it did not end within its budget. */
export function runReport(loaded: Loaded, budget: number = BUDGET): RunResult {
  return drained(runReportSlices(loaded, budget));
}
