// The compiled kernel text that the build ships, so that start-up does not pay for the parser.
import { makeConfig } from '../machine/index.ts';
import type { Program } from '../vm/index.ts';
import { baseProgram } from './environment.ts';

/** The program of the unpatched text; it is the same for every configuration. */
export function precompile(): Program {
  return baseProgram(makeConfig({}, 'zero', ''));
}
