// Files from the seeded mutator, 200 by `npm run laws` and 40 with the tests, as `khodbg run` would take them: still valid
// and run to an end, or refused with the place of the mistake. None shows a stack trace, none takes long.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { loadScenarioText, runReport } from '../../src/session/index.ts';
import { mutate } from '../session/mutator.ts';
import { scenarioFile } from '../support/open.ts';
import { WHOLE } from './support.ts';

const FILES = WHOLE ? 200 : 40;

const NAMES = [
  'seed-000/uninit-boundary-before',
  'seed-000/uninit-boundary-after',
  'seed-000/uninit-mid-before',
  'seed-000/uninit-mid-after',
  'seed-000/uninit-order9',
  'seed-000/uninit-boundary-before-debug',
  'two-nodes',
];

/** Offset in the text of a line and column. */
function offset(text: string, line: number, col: number): number {
  const lines = text.split('\n');
  return lines.slice(0, line - 1).reduce((sum, l) => sum + l.length + 1, 0) + col - 1;
}

function outcome(name: string, text: string): { status: number; errors: readonly string[] } {
  const loaded = loadScenarioText(name, text);
  if (!loaded.ok) return { status: 2, errors: loaded.errors };
  const result = runReport(loaded.loaded);
  return result.ok ? { status: result.status, errors: [] } : { status: 2, errors: result.errors };
}

test('every mutation is run to an end or refused with file, line and column', () => {
  let refused = 0;
  for (let seed = 0; seed < FILES; seed++) {
    const name = NAMES[seed % NAMES.length] ?? '';
    const file = scenarioFile(name);
    const { text, what, value } = mutate(readFileSync(file, 'utf8'), seed + 7000);
    const { status, errors } = outcome(file, text);
    if (status !== 2) {
      expect([0, 1, 3], `seed ${seed}: ${what}`).toContain(status);
      continue;
    }
    refused++;
    const places = errors.flatMap((error) => {
      const found = /^(.*?):(\d+):(\d+): /.exec(error);
      return found === null ? [] : [offset(text, Number(found[2]), Number(found[3]))];
    });
    expect(places.length, `seed ${seed}: ${what}: ${errors.join(' | ')}`).toBe(errors.length);
    expect(errors.join('\n')).not.toMatch(/^\s+at /m);
    if (value === null) continue;
    const inside = places.some((at) => at >= value.start && at <= value.end);
    expect(inside, `seed ${seed}: ${what}: ${errors.join(' | ')}`).toBe(true);
  }
  expect(refused).toBeGreaterThanOrEqual(FILES * 0.6);
});
