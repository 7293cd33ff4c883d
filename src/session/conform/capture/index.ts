// `khodbg conform` of a capture folder: import it, run what was imported, compare. The only file here that opens files.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { CUT, importPath } from '../../import/index.ts';
import { type LoadOptions, loadScenarioText } from '../../load.ts';
import { runScenario } from '../../report/index.ts';
import { compareBoot, newTally, type Tally } from './compare.ts';
import { truthSchema } from './truth.ts';
import { watcher } from './watch.ts';

export type { Differing, Tally } from './compare.ts';
export { OPEN } from './open.ts';

/** Turns after which the run of a capture is given up. */
const BUDGET = 100_000_000;

export type CaptureResult =
  | { readonly ok: true; readonly tally: Tally; readonly guesses: readonly string[] }
  | { readonly ok: false; readonly errors: readonly string[] };

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

/** Compares a capture with the simulation of what is imported from it. */
export function conformCapture(folder: string, options: LoadOptions = {}): CaptureResult {
  const text = unpacked(join(folder, 'truth.json')) ?? unpacked(join(folder, 'truth.json.gz')) ?? '';
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return { ok: false, errors: [`${folder}: truth.json is not JSON: ${(error as Error).message}`] };
  }
  const truth = truthSchema.safeParse(json);
  if (!truth.success) {
    const errors = truth.error.issues
      .slice(0, 5)
      .map((issue) => `${folder}: truth.json: ${issue.path.join('.')}: ${issue.message}`);
    return { ok: false, errors };
  }
  const imported = importPath(folder);
  if (!imported.ok) return imported;
  const loaded = loadScenarioText(join(folder, '(imported)'), imported.text, { ...options, everyBoot: true });
  if (!loaded.ok) return loaded;
  const watch = watcher();
  const recorded = runScenario(loaded.loaded, { maxTurns: BUDGET, onTurn: watch.onTurn });
  const tally = newTally();
  const logs = consoles(folder);
  for (const boot of truth.data.boots)
    compareBoot(tally, boot, recorded, watch.boots.get(boot.boot), logs[boot.boot - 1] ?? []);
  return { ok: true, tally, guesses: imported.guesses };
}
