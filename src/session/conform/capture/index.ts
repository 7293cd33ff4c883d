// `khodbg conform` of a capture folder: import it, run what was imported, compare. The only file here that opens files.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { CUT, importPath, logLacks, type ScenarioDoc, scenarioText } from '../../import/index.ts';
import { type LoadOptions, loadScenarioText } from '../../load.ts';
import { runScenario } from '../../report/index.ts';
import { compareBoot, newTally, type Tally } from './compare.ts';
import { type TruthBoot, truthSchema } from './truth.ts';
import { watcher } from './watch.ts';

export type { Differing, Tally } from './compare.ts';
export { OPEN } from './open.ts';

/** Turns after which the run of a capture is given up. */
const BUDGET = 100_000_000;

/** How a capture is compared. */
export interface CaptureOptions extends LoadOptions {
  /** imports the console log alone; what the capture says besides is only compared with */
  readonly log?: boolean;
}

/** A part of a scenario that no log contains, and why. */
export interface Lacking {
  readonly path: string;
  readonly why: string;
}

/** `byLack`: figures that differ by what is lacking; they count as open. */
export type CaptureResult =
  | { readonly ok: true; readonly tally: Tally; readonly lacks: readonly Lacking[]; readonly byLack: number }
  | Refused;

interface Refused {
  readonly ok: false;
  readonly errors: readonly string[];
}

function unpacked(path: string): string | null {
  if (!existsSync(path)) return null;
  const raw = readFileSync(path);
  return new TextDecoder('latin1').decode(raw[0] === 0x1f && raw[1] === 0x8b ? gunzipSync(raw, CUT) : raw);
}

/** Is this a folder that `conform` reads as a capture? */
export const isCapture = (path: string): boolean =>
  existsSync(join(path, 'truth.json')) || existsSync(join(path, 'truth.json.gz'));

/** The console lines of each boot, by the banner each begins with. */
function consoles(folder: string): string[][] {
  const text = unpacked(join(folder, 'serial.log.gz')) ?? unpacked(join(folder, 'serial.log')) ?? '';
  const boots: string[][] = [];
  for (const line of text.split(/\r?\n/)) {
    if (/KD\|/.test(line)) continue;
    if (/\[\s*0\.000000\] Linux version /.test(line)) boots.push([]);
    boots.at(-1)?.push(line);
  }
  return boots;
}

function readCapture(folder: string): { readonly ok: true; readonly boots: readonly TruthBoot[] } | Refused {
  const text = unpacked(join(folder, 'truth.json')) ?? unpacked(join(folder, 'truth.json.gz')) ?? '';
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return { ok: false, errors: [`${folder}: truth.json is not JSON: ${(error as Error).message}`] };
  }
  const truth = truthSchema.safeParse(json);
  if (truth.success) return { ok: true, boots: truth.data.boots };
  const errors = truth.error.issues
    .slice(0, 5)
    .map((issue) => `${folder}: truth.json: ${issue.path.join('.')}: ${issue.message}`);
  return { ok: false, errors };
}

/** Runs a scenario and compares each boot of the capture with it. */
function compared(folder: string, boots: readonly TruthBoot[], text: string, options: LoadOptions): CaptureResult {
  const loaded = loadScenarioText(join(folder, '(imported)'), text, { ...options, everyBoot: true, exact: true });
  if (!loaded.ok) return loaded;
  const watch = watcher();
  const recorded = runScenario(loaded.loaded, { maxTurns: BUDGET, onTurn: watch.onTurn });
  const tally = newTally();
  const logs = consoles(folder);
  for (const boot of boots) compareBoot(tally, boot, recorded, watch.boots.get(boot.boot), logs[boot.boot - 1] ?? []);
  return { ok: true, tally, lacks: [], byLack: 0 };
}

/** The document of the log with the parts in it that only the capture has. */
function completed(log: ScenarioDoc, truth: ScenarioDoc, lacks: readonly Lacking[]): ScenarioDoc {
  const lacking = new Set(lacks.map(({ path }) => path));
  const boots = log.boots.map((boot, i) => {
    const keys = (Object.keys(boot) as (keyof typeof boot)[]).filter((key) => lacking.has(`boots[${i}].${key}`));
    return { ...boot, ...Object.fromEntries(keys.map((key) => [key, truth.boots[i]?.[key]])) };
  });
  return { ...log, boots, stale: lacking.has('machine.fill') ? truth.stale : log.stale };
}

/**
 * The log alone against the capture. What differs by the parts that no log contains is open, and that is not taken on trust:
 * with these parts of the capture put in, and no other, all of it has to be equal.
 */
function compareLog(folder: string, boots: readonly TruthBoot[], options: LoadOptions): CaptureResult {
  const path = ['serial.log.gz', 'serial.log'].map((name) => join(folder, name)).find(existsSync);
  if (path === undefined) return { ok: false, errors: [`${folder}: there is no serial.log or serial.log.gz`] };
  const [log, truth] = [importPath(path), importPath(folder)];
  if (!log.ok) return log;
  if (!truth.ok) return truth;
  const differences = logLacks(truth.document, log.document);
  const lacks = differences.flatMap(({ path, why }) => (why === null ? [] : [{ path, why }]));
  const alone = compared(folder, boots, log.text, options);
  if (!alone.ok) return alone;
  const whole = compared(folder, boots, scenarioText(completed(log.document, truth.document, lacks)), options);
  if (!whole.ok) return whole;
  const { tally } = alone;
  const differ = [
    ...differences
      .filter(({ why }) => why === null)
      .map(({ path }) => ({ where: `imported ${path}`, expected: 'as in the capture', got: 'something else' })),
    ...whole.tally.differ,
  ];
  const byLack = Math.max(0, tally.differ.length - whole.tally.differ.length);
  return { ok: true, lacks, byLack, tally: { ...tally, open: tally.open + byLack, differ } };
}

/** Compares a capture with the simulation of what is imported from it. */
export function conformCapture(folder: string, { log = false, ...options }: CaptureOptions = {}): CaptureResult {
  const capture = readCapture(folder);
  if (!capture.ok) return capture;
  if (log) return compareLog(folder, capture.boots, options);
  const imported = importPath(folder);
  return imported.ok ? compared(folder, capture.boots, imported.text, options) : imported;
}
