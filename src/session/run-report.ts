// `khodbg run`: a scenario run to its end without history, its expectations checked, its stops listed, as report and text.
import { hitsOf, label, position } from '../debugger/index.ts';
import type { Output } from './commands/command.ts';
import { findCommand, splitLine } from './commands/table.ts';
import { evaluate } from './expression.ts';
import type { Loaded } from './load.ts';
import {
  checkExpectations,
  exitStatus,
  type Report,
  type ReportStop,
  reportOf,
  reportText,
  runScenario,
} from './report/index.ts';
import { Session } from './session.ts';

export type RunResult =
  | { readonly ok: true; readonly report: Report; readonly text: string; readonly status: number }
  | { readonly ok: false; readonly errors: readonly string[] };

/** Turns after which a run is given up unless it is told otherwise: some seconds, or a machine of some 40 GiB. */
export const BUDGET = 2_500_000;

/** Executes a stop command on a session; null, or why it is refused. */
function setStop(session: Session, line: string): string | null {
  const [word, args] = splitLine(line);
  const command = findCommand(word);
  if (typeof command === 'string') return command;
  const output = command.run(session, args);
  return 'next' in output || (output as Output).ok ? null : ((output as Output).lines[0] ?? '');
}

/** Runs a loaded scenario. The exit status is 0, 1 when an expectation failed, 3 when it did not end within its budget. */
export function runReport(loaded: Loaded, budget: number = BUDGET): RunResult {
  const session = new Session(loaded);
  const { stops: wanted, expect } = loaded.scenario;
  for (const [i, line] of wanted.entries()) {
    const wrong = setStop(session, line);
    if (wrong !== null) return { ok: false, errors: [`${loaded.place(['stops', i])}: stops[${i}]: ${wrong}`] };
  }
  const scenarioPoints = new Set(session.state.points.map((point) => point.number));
  const counted = new Map<string, number>();
  for (const [i, one] of expect.entries()) {
    if (!('stop' in one) || counted.has(one.stop)) continue;
    const before = session.state.nextPoint;
    const wrong = setStop(session, one.stop);
    if (wrong !== null)
      return { ok: false, errors: [`${loaded.place(['expect', i, 'stop'])}: expect[${i}].stop: ${wrong}`] };
    counted.set(
      one.stop,
      session.state.nextPoint > before
        ? before
        : (session.state.points.find((p) => one.stop.endsWith(p.what))?.number ?? 0),
    );
  }
  const points = session.livePoints();
  const stops: ReportStop[] = [];
  const seen: { point: number; fn: string }[] = [];
  const recorded = runScenario(loaded, {
    maxTurns: budget,
    onTurn: ({ start, end, thread, before, after, trace }) => {
      const hits = hitsOf({ start: position(start), end, thread, before, after, trace }, points);
      if (hits.length === 0) return;
      const top = before.threads[thread]?.top;
      const line = top ? session.place(top).line : 0;
      for (const hit of hits) seen.push({ point: hit.point.number, fn: top?.fn ?? '' });
      const own = hits.filter((hit) => scenarioPoints.has(hit.point.number));
      const [first] = own;
      if (first === undefined) return;
      const row = session.state.points.find((p) => p.number === first.point.number);
      stops.push({
        at: label(first.at),
        kind: `${row?.type ?? ''} ${row?.what ?? ''}`.trim(),
        thread: before.threads[thread]?.name ?? '',
        function: top?.fn ?? '',
        line,
      });
    },
  });
  const checked = checkExpectations(
    recorded,
    (text, state) => evaluate(loaded.kernel, text, { state, thread: state.current, frame: null }),
    (command, fn) => {
      const point = counted.get(command);
      return { ok: true, count: seen.filter((s) => s.point === point && (fn === undefined || s.fn === fn)).length };
    },
  );
  const report = reportOf(recorded, { stops, expect: checked });
  const text = reportText(report, { title: loaded.scenario.title, patches: loaded.patches }).trimEnd();
  return { ok: true, report, text, status: recorded.ended ? exitStatus(report) : 3 };
}
