// A scenario with a small change of the kernel text or of itself, for tests of what breaks then.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createTwoFilesPatch } from 'diff';
import { type Patch, patchBefore, shippedPatch } from '../../src/kernel/index.ts';
import { type Loaded, loadScenarioText } from '../../src/session/index.ts';
import { scenarioFile } from './open.ts';

const TEXT = join(dirname(fileURLToPath(import.meta.url)), '../../src/kernel');

/** A change of one file: each pair is old text, which must be there once, and new text. */
export interface Change {
  readonly file: string;
  readonly edits: readonly (readonly [from: string, to: string])[];
}

/** Text with edits made; each must fit exactly once. */
export function edited(text: string, edits: Change['edits']): string {
  return edits.reduce((now, [from, to]) => {
    if (now.split(from).length !== 2) throw new Error(`'${from}' is there ${now.split(from).length - 1} times`);
    return now.replace(from, () => to);
  }, text);
}

/** The patch that makes a change of the text. */
export function patchText({ file, edits }: Change): string {
  const old = readFileSync(join(TEXT, file), 'utf8');
  return createTwoFilesPatch(`a/${file}`, `b/${file}`, old, edited(old, edits));
}

/** A scenario's text with edits of it, on a kernel with a change, loaded. */
export function loadPatched(name: string, change: Change | null, edits: Change['edits'] = []): Loaded {
  const file = scenarioFile(name);
  const folder = mkdtempSync(join(tmpdir(), 'khodbg-'));
  try {
    const patches: string[] = [];
    if (change !== null) {
      const path = join(folder, 'change.patch');
      writeFileSync(path, patchText(change));
      patches.push(path);
    }
    const result = loadScenarioText(file, edited(readFileSync(file, 'utf8'), edits), { patches });
    if (!result.ok) throw new Error(result.errors.join('\n'));
    return result.loaded;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A shipped patch with those that it goes on before it. */
export function patchWithThoseBefore(name: string): Patch[] {
  const text = shippedPatch(name);
  const before = patchBefore(text);
  return [...(before === null ? [] : patchWithThoseBefore(before)), { name, text }];
}
