// The shipped scenarios by their paths. Knows nothing of what is done with them.
import { join } from 'node:path';
import { findScenarios } from '../../src/check-scenarios.ts';

const ROOT = join(import.meta.dirname, '../..');

/** The shipped scenarios below scenarios/, without those that test/laws/captures.test.ts runs. */
export function shippedFiles(): string[] {
  const { files } = findScenarios([join(ROOT, 'scenarios')]);
  return files.map((file) => file.slice(ROOT.length + 1)).filter((file) => !file.startsWith('scenarios/real/'));
}
