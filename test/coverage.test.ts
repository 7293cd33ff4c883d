// docs/coverage.md against its list of names and against what scenarios say of themselves. That it is fresh is tested with
// the other pages.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { NOT_MODELLED, UNDER_OTHER_NAMES } from '../scripts/docs/not-modelled.ts';

const ROOT = join(import.meta.dirname, '..');
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');
const NAMES = read('test/fixtures/kernel-names.txt')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => line.split(' ')[0] ?? '');
const ROWS = [
  ...read('docs/coverage.md').matchAll(/^\| `([^`]+)`(?: \([^)]*\))? \| ([^|]*) \| (.*) \| (\d*) \|$/gm),
].map(([, name = '', how = '', where = '', scenarios = '']) => ({ name, how, where, scenarios }));

test('every name of the list has one row, in the order of the list', () => {
  expect(new Set(NAMES).size).toBe(NAMES.length);
  expect(ROWS.map(({ name }) => name)).toEqual(NAMES);
});

test('what is not modelled has a reason that is a sentence, and reasons are given for names of the list only', () => {
  for (const row of ROWS.filter(({ how }) => how === '**not modelled**')) expect(row.where).toMatch(/^\S.{20,}\.$/);
  const listed = new Set(NAMES);
  const reasons = [...Object.keys(NOT_MODELLED), ...Object.keys(UNDER_OTHER_NAMES)];
  expect(reasons.filter((name) => !listed.has(name))).toEqual([]);
});

test('every boot starts in start_kernel, no function is executed by more scenarios than there are', () => {
  const files = readdirSync(join(ROOT, 'scenarios'), { recursive: true, encoding: 'utf8' });
  const shipped = files.filter((name) => name.endsWith('.json')).length;
  const counts = new Map(ROWS.filter(({ how }) => how === 'text').map((row) => [row.name, Number(row.scenarios)]));
  expect(counts.get('start_kernel')).toBe(shipped);
  expect(Math.max(...counts.values())).toBe(shipped);
});

test('no reason is given for a name that is modelled, no other name for one that is there under its own', () => {
  const how = new Map(ROWS.map((row) => [row.name, row.how]));
  expect(Object.keys(NOT_MODELLED).filter((name) => how.get(name) !== '**not modelled**')).toEqual([]);
  expect(Object.keys(UNDER_OTHER_NAMES).filter((name) => how.get(name) !== 'other name')).toEqual([]);
});

test('every function of kernel text is executed by a shipped scenario', () => {
  expect(ROWS.filter(({ how, scenarios }) => how === 'text' && !(Number(scenarios) > 0))).toEqual([]);
  expect(read('docs/coverage.md')).toMatch(/^Of the \d+ functions of kernel text .* execute all\.$/m);
});
