// `khodbg run`: a scenario run to its end without history, its expectations checked, its stops listed, as report and text.

import { hitsOf, label, position } from '../debugger/index.ts';
import { KernelFault } from '../machine/index.ts';
import type { State } from '../vm/index.ts';
import { BUDGET, givenUp, spentIn } from './budget.ts';
import { begin, splitLine } from './commands/table.ts';
import { evaluate } from './expression.ts';
import { INVARIANT_NAMES, InvariantWatch } from './invariants/index.ts';
import { kernelOf } from './kernel-of.ts';
import { bootOf, type Loaded, lastBoot } from './load.ts';
import { replayOf } from './replay.ts';
import {
  checkExpectations,
  exitStatus,
  lastRecord,
  type Report,
  type ReportInvariant,
  type ReportStop,
  reportOf,
  reportText,
  runScenario,
} from './report/index.ts';
import { Session } from './session.ts';
import { stageReader } from './stages.ts';

export type RunResult =
  | {
      readonly ok: true;
      readonly report: Report;
      readonly text: string;
      readonly status: number;
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

/** Runs a loaded scenario. What a user's own text left in memory may be nothing that a report can be made of. */
export function runReport(loaded: Loaded, budget: number = BUDGET): RunResult {
  try {
    return reported(loaded, budget);
  } catch (error) {
    const expected = error instanceof TypeError || error instanceof RangeError || error instanceof KernelFault;
    if (!expected || !ownText(loaded)) throw error;
    const what = 'the text left values in memory that no report can be made of';
    return { ok: false, errors: [`${loaded.file}: ${what}: ${error.message.split('\n')[0]}`] };
  }
}

/** Runs a loaded scenario. The exit status is 0, 1 when an expectation failed, 3 when it did not end within its budget. */
function reported(loaded: Loaded, budget: number): RunResult {
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
  const scenarioPoints = new Set(own.numbers.values());
  const points = session.livePoints();
  const stops: (ReportStop & { boot: number })[] = [];
  const seen: { point: number; fn: string }[] = [];
  const kernel = (state: State) => kernelOf(loaded, state);
  const invariants = new InvariantWatch(loaded.first, 0, { kernel, replay: replayOf(kernel) });
  const stageOf = stageReader(kernel);
  const recorded = runScenario(loaded, {
    maxTurns: budget,
    onTurn: ({ start, end, thread, before, after, trace }) => {
      const turn = { start: position(start), end, thread, before, after, trace };
      invariants.turn(turn, stageOf(after, trace.returned));
      const hits = hitsOf(turn, points);
      if (hits.length === 0) return;
      const top = before.threads[thread]?.top;
      const fn = top ? bootOf(loaded, before).kernel.linked.program.fns[top.fn] : undefined;
      const line = fn?.pos[top?.pc ?? 0]?.[0] ?? 0;
      for (const hit of hits) seen.push({ point: hit.point.number, fn: top?.fn ?? '' });
      const first = hits.find((hit) => scenarioPoints.has(hit.point.number));
      if (first === undefined) return;
      const row = session.state.points.find((p) => p.number === first.point.number);
      stops.push({
        boot: before.boot,
        at: label(first.at),
        kind: `${row?.type ?? ''} ${row?.what ?? ''}`.trim(),
        thread: before.threads[thread]?.name ?? '',
        function: top?.fn ?? '',
        line,
      });
    },
  });
  if (recorded.ended) invariants.stage('end', lastRecord(recorded).last, recorded.at);
  const checked = checkExpectations(
    recorded,
    (text, state) => evaluate(bootOf(loaded, state).kernel, text, { state, thread: state.current, frame: null }),
    (command, fn) => {
      const point = asked.numbers.get(command);
      return { ok: true, count: seen.filter((s) => s.point === point && (fn === undefined || s.fn === fn)).length };
    },
    (name) => invariants.broken.get(name)?.what ?? null,
  );
  const report = reportOf(recorded, { stops, expect: checked, invariants: invariantRows(invariants, loaded) });
  const text = reportText(report, { title: loaded.scenario.title, patches: lastBoot(loaded).patches }).trimEnd();
  const { last } = lastRecord(recorded);
  const exhausted = recorded.ended ? spentIn(loaded, last) : givenUp(loaded, last, budget, recorded.full);
  return { ok: true, report, text, status: recorded.ended ? exitStatus(report) : 3, exhausted };
}
