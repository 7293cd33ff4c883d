// The contract of the virtual machine.
export { arithmetic } from './arithmetic.ts';
export { type Compiled, compile, compileExpression } from './compile.ts';
export { isHostName } from './limits.ts';
export {
  type Context,
  type Environment,
  type Intrinsic,
  type Intrinsics,
  type Linked,
  link,
  linkExpression,
  linkedFn,
  linkedFor,
  newThread,
  type Run,
} from './link.ts';
export {
  bare,
  type Ex,
  type Fn,
  type IntrinsicKind,
  type Names,
  type Op,
  type Param,
  type Pos,
  type Program,
} from './ops.ts';
export { REFUSALS, type Refusal } from './refusals.ts';
export { loadState, saveState } from './save.ts';
export { atStatement, choices, runnable, runToBlock } from './schedule.ts';
export {
  type Access,
  type Death,
  depth,
  type Frame,
  frames,
  localsOf,
  type Note,
  type Recorded,
  type State,
  stateHash,
  type Thread,
  type Wait,
} from './state.ts';
export { step } from './step.ts';
export { didYouMean, nearest } from './suggest.ts';
export { newTrace, type RangeOp, resetTrace, type Trace, type Turn } from './turn.ts';
