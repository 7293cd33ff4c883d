// `khodbg check`: which scenarios there are below the given paths, each run and its tour pressed. Prints nothing.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Piece } from './debugger/index.ts';
import { setStops } from './line-mode.ts';
import {
  type CheckFailure,
  type CheckResult,
  type Loaded,
  loadScenario,
  Port,
  type ReportRun,
  type RunEnd,
  type RunResult,
  reportFailures,
  runReport,
  startReport,
} from './session/index.ts';

/** Scenario files in order, each once, or why there are none. */
export function findScenarios(paths: readonly string[]): { files: string[]; errors: string[] } {
  const files = new Set<string>();
  const errors: string[] = [];
  for (const path of paths) {
    if (!existsSync(path)) errors.push(`${path}: no such file or folder; give scenarios, or folders that hold them`);
    else if (!statSync(path).isDirectory()) files.add(path);
    else {
      const found = readdirSync(path, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.json'));
      if (found.length === 0) errors.push(`${path}: holds no scenario; their names end in .json`);
      for (const name of found.sort()) files.add(join(path, name));
    }
  }
  return { files: [...files], errors };
}

/** States of a tour's history that are kept: it mostly goes forwards, and collecting garbage costs by what is kept. */
const RECENT = 512;

/** Presses the tour; the report is told of the turns of its history, which then goes on to the end of the run. */
async function runWithTour(loaded: Loaded, run: ReportRun): Promise<{ end: RunEnd; failures: CheckFailure[] }> {
  // written out: this is done for each turn
  const watch = ({ start, end, thread, before, after, trace }: Piece) =>
    run.turn({ start: start.at, end, thread, before, after, trace });
  const port = new Port(loaded, { recent: RECENT, watch });
  const failures = await pressedTour(port);
  const { time } = port.session;
  while (time.grow(0));
  const { ended, exhausted } = time.branch(0);
  return { end: { ended, full: exhausted === 'memory' }, failures };
}

async function pressedTour(port: Port): Promise<CheckFailure[]> {
  const wrong = await setStops(port);
  if (wrong !== null) return [{ kind: 'scenario', what: wrong }];
  const { runTour } = await import('../components/index.ts');
  const failed = await runTour(port, port.session.loaded.scenario.tour);
  if (failed === null) return [];
  const { step, keys, shows } = failed;
  const what = `tour[${step - 1}]: after ${JSON.stringify(keys)} the screen does not show ${JSON.stringify(shows)}`;
  return [{ kind: 'tour', what, detail: failed.screen }];
}

function runFailures(result: RunResult): CheckFailure[] {
  if (!result.ok) return result.errors.map((what) => ({ kind: 'scenario', what }));
  if (result.exhausted !== null) return [{ kind: 'budget', what: result.exhausted }];
  return reportFailures(result.report);
}

/** Runs a scenario once: for its report, and where it has a tour, for that too. */
async function runOnce(loaded: Loaded): Promise<{ result: RunResult; tour: CheckFailure[] }> {
  const started = startReport(loaded);
  if (!started.ok) return { result: started, tour: [] };
  const { run } = started;
  if (loaded.scenario.tour.length === 0) return { result: runReport(loaded), tour: [] };
  const { end, failures } = await runWithTour(loaded, run);
  return { result: run.finish(end), tour: failures };
}

/** Checks one scenario: its file, its run with what it expects and with its invariants, its tour. */
export async function checkScenario(file: string): Promise<CheckResult> {
  const started = performance.now();
  const done = (failures: CheckFailure[], loaded: Loaded | null, invariants = 0): CheckResult => ({
    file,
    failures,
    expectations: loaded?.scenario.expect.length ?? 0,
    invariants,
    steps: loaded?.scenario.tour.length ?? 0,
    seconds: (performance.now() - started) / 1000,
  });
  const read = loadScenario(file);
  if (!read.ok)
    return done(
      read.errors.map((what) => ({ kind: 'scenario', what })),
      null,
    );
  const { result, tour } = await runOnce(read.loaded);
  return done([...runFailures(result), ...tour], read.loaded, result.ok ? result.report.invariants.length : 0);
}
