// Kernel text that lies beside a scenario and declares what its actors call. Knows nothing of compiling.
import { realpathSync } from 'node:fs';
import { join, normalize, sep } from 'node:path';
import type { Files } from '../kernel/index.ts';
import { readTextFile } from './read-file.ts';
import type { Actor } from './scenario/index.ts';

/** The largest file that is read, in bytes, and how many there may be. */
const MOST_BYTES = 2 ** 20;
const MOST_FILES = 16;

/** The files by name, as they are shown, and a sentence for each that cannot be had. */
export interface OwnText {
  readonly files: Files;
  readonly errors: readonly string[];
}

/** Does the file, links followed, lie below the folder? One that is not there does: reading it says so. */
function below(folder: string, file: string): boolean {
  try {
    return realpathSync(file).startsWith(`${realpathSync(folder === '' ? '.' : folder)}${sep}`);
  } catch {
    return true;
  }
}

/** Reads the files that actors name. `place`: where the name of an actor's file stands. */
export function textOfActors(folder: string, actors: readonly Actor[], place: (index: number) => string): OwnText {
  const files: Record<string, string> = {};
  const errors: string[] = [];
  actors.forEach(({ from }, index) => {
    if (from === null) return;
    const name = normalize(from);
    if (Object.hasOwn(files, name)) return;
    const path = join(folder, name);
    const no = (why: string) => errors.push(`${place(index)}: cannot read "${from}": ${why}`);
    if (Object.keys(files).length === MOST_FILES) no(`more than ${MOST_FILES} files of kernel text; put them into one`);
    else if (!below(folder, path)) no("it leads out of the scenario's folder; put the file into it");
    else {
      const read = readTextFile(path, MOST_BYTES);
      if (read.ok) files[name] = read.text.replace(/\r\n/g, '\n');
      else no(`${read.why}; it is looked for beside the scenario`);
    }
  });
  return { files, errors };
}
