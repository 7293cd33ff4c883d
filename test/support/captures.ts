// Captures of real kernels in test/fixtures: which there are, what they say, how the simulation compares.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { type CaptureOptions, conformCapture, isCapture } from '../../src/session/conform/capture/index.ts';

const FOLDER = join(import.meta.dirname, '../fixtures/captures');

/** Path of a capture by its name below the fixtures. */
export const captureFolder = (name: string): string => join(FOLDER, name);

/** The captures, by name. */
export function captureNames(): string[] {
  const inside = (below: string): string[] =>
    readdirSync(join(FOLDER, below), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .flatMap(({ name }) => {
        const path = join(below, name);
        return isCapture(join(FOLDER, path)) ? [path] : /^(?:variants|errors)$/.test(path) ? inside(path) : [];
      });
  return inside('').sort();
}

/** What a test reads of truth.json. */
export interface CapturedBoot {
  readonly kernel_lines: readonly string[];
  readonly preserve: readonly { readonly err: number }[];
  readonly phases: readonly {
    readonly name: string;
    readonly zones: readonly { readonly zone: string; readonly managed: number }[];
    readonly pageblock_counts: readonly { readonly CMA: number }[];
  }[];
}

/** The boots that a capture says. */
export function capturedBoots(name: string): readonly CapturedBoot[] {
  const text = gunzipSync(readFileSync(join(FOLDER, name, 'truth.json.gz'))).toString('utf8');
  return (JSON.parse(text) as { boots: CapturedBoot[] }).boots;
}

/** Numbers of figures that are equal and that differ, and how those differ. */
export function comparedCapture(name: string, options: CaptureOptions = {}) {
  const result = conformCapture(captureFolder(name), options);
  if (!result.ok) throw new Error(result.errors.join('\n'));
  const { tally, lacks, byLack } = result;
  const differ = tally.differ.map(({ where, expected, got }) => `${where}: expected ${expected}, got ${got}`);
  return { equal: tally.equal, open: tally.open, differ, lacks: lacks.map(({ path }) => path), byLack };
}
