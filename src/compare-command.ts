// khodbg compare: scenarios and words that change the first one in, what they do differently out. Knows nothing of how it
// is found out.
import { compareVariants, comparisonText, differs, printable, printableJson, readOperands } from './session/index.ts';

/** What follows the operands on the command line. */
export interface CompareOptions {
  readonly json?: boolean;
  readonly all?: boolean;
  readonly exitCode?: boolean;
  readonly budget: number;
}

type Say = (text: string) => void;

/** `-PATCH` is a word that drops a patch, not an option: written so that the reader of options lets it pass. */
export function dropWords(argv: readonly string[]): string[] {
  if (argv[0] !== 'compare') return [...argv];
  return argv.map((word) => (/^-[^-]./.test(word) ? `base,${word}` : word));
}

/** Compares; the exit status: 0, with `exitCode` 1 where they differ, 2 bad input, 3 a budget ran out. */
export function runCompare(operands: readonly string[], options: CompareOptions, print: Say, complain: Say): number {
  const read = readOperands(operands);
  if (!read.ok) {
    for (const error of read.errors) complain(printable(error, 1000));
    return 2;
  }
  const result = compareVariants(read.variants, options.budget);
  if (!result.ok) {
    for (const error of result.errors) complain(printable(error, 1000));
    return result.status;
  }
  const { comparison } = result;
  print(options.json === true ? printableJson(comparison) : comparisonText(comparison, { all: options.all === true }));
  return options.exitCode === true && differs(comparison) ? 1 : 0;
}
