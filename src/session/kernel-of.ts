// Which kernel runs in a state. Knows nothing of how kernels are built.
import type { Kernel } from '../kernel/index.ts';
import type { State } from '../vm/index.ts';
import { bootOf, type Loaded } from './load.ts';

/** The kernel of the boot that a state belongs to. */
export function kernelOf(loaded: Loaded, state: State): Kernel {
  return bootOf(loaded, state).kernel;
}
