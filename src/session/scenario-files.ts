// Where scenarios lie: files by their paths, shipped ones by the names that the gallery gives them. Knows nothing of what is in
// them.
import { existsSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type FileText, readTextFile } from './read-file.ts';

/** The largest scenario that is read, in bytes. */
const MOST_BYTES = 16 * 2 ** 20;

/** A path from the working directory where the file lies below it, else as it is. */
export function nearPath(file: string): string {
  const near = relative('', file);
  return near.startsWith('..') ? file : near;
}

/** A shipped scenario by the name that the gallery gives it, `today/grow-zone`, or by its path in a checkout; null: none. */
export function shippedFile(given: string): string | null {
  const name = given.replace(/^scenarios\//, '');
  if (!/^[\w-]+(\/[\w-]+)*(\.json)?$/.test(name)) return null;
  const file = join(scenariosFolder(), name.endsWith('.json') ? name : `${name}.json`);
  return existsSync(file) ? nearPath(file) : null;
}

/** The name of a shipped scenario's file, null for any other. */
export function shippedName(file: string): string | null {
  const name = relative(scenariosFolder(), resolve(file)).replaceAll('\\', '/');
  const isShipped = !name.startsWith('..') && !isAbsolute(name) && shippedFile(name) !== null;
  return isShipped ? name.replace(/\.json$/, '') : null;
}

/** The text of a scenario file. */
export const readScenarioFile = (file: string): FileText => readTextFile(file, MOST_BYTES);

/** The shipped scenarios' folder, in a checkout and when installed. */
export function scenariosFolder(): string {
  const own = fileURLToPath(import.meta.url);
  return join(dirname(own), basename(own) === 'scenario-files.ts' ? '../../scenarios' : '../scenarios');
}
