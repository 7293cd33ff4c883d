// Every pair X-before.json, X-after.json under scenarios/: compare names the first divergent function and effect. A seeded
// share of them, all when laws run whole.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { compareVariants, differs, readOperands } from '../../src/session/index.ts';
import { SEED, share } from '../laws/support.ts';

const FOLDER = join(import.meta.dirname, '../../scenarios');

const pairs = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('-before.json'))
  .map((before) => ({ before, after: before.replace(/-before\.json$/, '-after.json') }))
  .filter(({ after }) => existsSync(join(FOLDER, after)))
  .sort((a, b) => a.before.localeCompare(b.before));

describe('before and after', () => {
  test('there are pairs', () => expect(pairs.length).toBeGreaterThan(1));

  test.each(share(pairs, 40))(`$before (seed ${SEED})`, ({ before, after }) => {
    const read = readOperands([before, after].map((name) => join(FOLDER, name)));
    if (!read.ok) throw new Error(read.errors.join('\n'));
    const result = compareVariants(read.variants);
    if (!result.ok) throw new Error(result.errors.join('\n'));
    const { comparison } = result;
    expect(differs(comparison)).toBe(true);
    const found = comparison.pairs[0]?.divergence ?? comparison.pairs[0]?.order;
    const first = found?.first === 'A' ? found.a : found?.b;
    expect(first?.own).toBe(true);
    expect(first?.moment?.function).toMatch(/^\w+$/);
    expect(first?.moment?.effects.join('')).not.toBe('');
    expect(first?.moment?.source.some((line) => line.current)).toBe(true);
  });
});
