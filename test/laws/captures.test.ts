// Every capture of a real kernel against the simulation of what is imported from it. With the tests a
// seeded share of them, all by `npm run laws`.
import { describe, expect, test } from 'vitest';
import { checkScenario } from '../../src/check-scenarios.ts';
import { captureNames, comparedCapture } from '../support/captures.ts';
import { scenarioFile } from '../support/open.ts';
import { SEED, share, WHOLE } from './support.ts';

const ALL = captureNames();

describe('real kernels', () => {
  test('there are captures', () => {
    expect(ALL.length).toBeGreaterThan(25);
  });

  test.each(share(ALL, 30))(`%s (seed ${SEED})`, (name) => {
    const { equal, differ } = comparedCapture(name);
    expect(differ).toEqual([]);
    expect(equal).toBeGreaterThan(1000);
  });

  test.each(WHOLE ? ['real/A-two-nodes', 'real/B-200-percent'] : [])('scenarios/%s', async (name) => {
    expect((await checkScenario(scenarioFile(name))).failures).toEqual([]);
  });

  test.each(WHOLE ? ALL : [])('%s by its log alone', (name) => {
    const { equal, differ } = comparedCapture(name, { log: true });
    expect(differ).toEqual([]);
    expect(equal).toBeGreaterThan(900);
  });
});
