// khodbg import: a path in, a scenario on standard output or in a file out, assumptions on standard error. Knows nothing
// of what is read.
import { importPath, printable, writeTextFile } from './session/index.ts';

/** What follows the path on the command line. */
export interface ImportOptions {
  readonly output?: string;
  readonly force?: boolean;
}

type Say = (text: string) => void;

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
  const stays = () => (options.force === true ? null : 'exists; --force overwrites it');
  const wrong = writeTextFile(options.output, result.text, stays);
  if (wrong !== null) complain(printable(`${options.output}: ${wrong}`, 1000));
  return wrong === null ? 0 : 2;
}
