// khodbg import: a path in, a scenario on standard output or in a file out, assumptions on standard error. Knows nothing
// of what is read.
import { existsSync, linkSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { importPath, printable } from './session/index.ts';

/** What follows the path on the command line. */
export interface ImportOptions {
  readonly output?: string;
  readonly force?: boolean;
}

type Say = (text: string) => void;

/** Writes a file as a whole or not at all; without `force` never over another. Why not, or null. */
function writeWhole(file: string, text: string, force: boolean): string | null {
  const exists = `${file}: exists; --force overwrites it`;
  if (!force && existsSync(file)) return exists;
  const draft = `${file}.${process.pid}.tmp`;
  try {
    writeFileSync(draft, text, { flag: 'wx' });
    if (force) renameSync(draft, file);
    else linkSync(draft, file);
    return null;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'error';
    return code === 'EEXIST' ? exists : `${file}: cannot be written: ${code}`;
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Imports; the exit status. */
export function runImport(path: string, options: ImportOptions, print: Say, complain: Say): number {
  const result = importPath(path);
  if (!result.ok) {
    for (const error of result.errors) complain(printable(error, 1000));
    return 2;
  }
  for (const guess of result.guesses) complain(`assumed: ${printable(guess, 1000)}`);
  if (options.output === undefined || options.output === '-') {
    print(result.text.trimEnd());
    return 0;
  }
  const wrong = writeWhole(options.output, result.text, options.force === true);
  if (wrong !== null) complain(printable(wrong, 1000));
  return wrong === null ? 0 : 2;
}
