// The tests that let a statement run, or that would have kept it from running. Knows nothing of values.
import type { Ex, Fn } from '../../vm/index.ts';
import { type Cause, distinct } from './cause.ts';
import type { Explainer } from './explain.ts';
import { flowOf, type Loop, operands, outcome, statementOf } from './flow.ts';
import type { Walk } from './past.ts';
import type { Step } from './trace.ts';
import { unitOf } from './units.ts';
import { leafText } from './words.ts';

/**
 * The tests that let a statement run: those around it and, where `guards`, those that would have left before it; where
 * `telling`, only those that ask about pages, flags or the configuration.
 */
export function* testsOf(
  explainer: Explainer,
  step: Step,
  depth: number,
  guards: boolean,
  telling = false,
): Walk<Cause[]> {
  const out: Cause[] = [];
  const groups = new Map<number, { step: Step; sense: boolean }[]>();
  for (const { step: test, control } of explainer.slicer.deciders(step)) {
    const fn = explainer.fnOf(test);
    const around = encloses(fn, test.pc, step.pc);
    if (isLoop(fn, test) || isCheck(fn, test) || !(around || guards)) continue;
    if (telling && !tells(explainer, test)) continue;
    const { from } = statementOf(fn, test.pc);
    groups.set(from, [...(groups.get(from) ?? []), { step: test, sense: control.sense }]);
  }
  // of a test with several parts, the last one decided
  for (const [last, ...parts] of groups.values())
    if (last !== undefined)
      out.push(
        yield* testCause(
          explainer,
          last.step,
          last.sense,
          depth,
          parts.map((one) => one.step),
        ),
      );
  return out;
}

/** The nearest test around a statement, be it an assertion or a test for errors; nothing where none is around it. */
export function* testAround(explainer: Explainer, step: Step, depth: number): Walk<Cause[]> {
  const fn = explainer.fnOf(step);
  const found = explainer.slicer
    .deciders(step)
    .find(({ step: test }) => encloses(fn, test.pc, step.pc) && !isLoop(fn, test));
  return found === undefined ? [] : [yield* testCause(explainer, found.step, found.control.sense, depth)];
}

/** The tests around the calls that led to an operation. */
export function* callerTestsOf(explainer: Explainer, step: Step, depth: number): Walk<Cause[]> {
  const out: Cause[] = [];
  const names: string[] = [];
  const calls: Step[] = [];
  for (let call = explainer.slicer.callOf(step.turn); call !== null; call = explainer.slicer.callOf(call.turn)) {
    calls.push(call);
    names.push(explainer.fnOf(call).name);
  }
  // the tests of a function that calls itself say how deep it went
  for (const call of calls)
    if (names.filter((name) => name === explainer.fnOf(call).name).length === 1)
      out.push(...(yield* testsOf(explainer, call, depth, false, true)));
  return out;
}

/** Does a test ask about pages, flags or the configuration, rather than count something? */
function tells({ slicer }: Explainer, test: Step): boolean {
  const [ex] = operands(test.op);
  const leaves = ex === undefined ? [] : slicer.leaves(ex, test);
  return leaves.some((leaf) => {
    if (leaf.kind === 'constant') return leaf.name !== '';
    if (leaf.kind !== 'local') return true;
    return typeof leaf.value !== 'number' || unitOf(slicer.fnOf(leaf.use.turn), leaf.slot) !== null;
  });
}

/** Is a test one for errors: of a pointer against NULL, or an assertion? */
function isCheck(fn: Fn, test: Step): boolean {
  const { from } = statementOf(fn, test.pc);
  const ops = fn.ops.slice(from, test.pc + 1);
  const asserts = ops.some((op) => op[0] === 'mem' && /^(?:VM_)?(?:WARN|BUG)_ON/.test(op[2]));
  const ex = operands(test.op)[0];
  return asserts || asksError(fn, test) || (ex?.[0] === 'b' && ex[3][0] === 'k' && ex[3][1] === null);
}

/** Does a test ask whether a call before it has failed? */
export function asksError(fn: Fn, test: Step): boolean {
  const ex = operands(test.op)[0];
  return ex?.[0] === 'b' && ex[3][0] === 'k' && isErrno(fn, ex[2]);
}

/** Is a test the one that ends a loop? What the loop went through is said otherwise. */
export function isLoop(fn: Fn, { op, pc }: Step): boolean {
  const { loops } = flowOf(fn);
  const to = op[0] === 'jz' || op[0] === 'jnz' ? op[2] : -1;
  return loops.some((loop) => {
    const leaves = to < loop.from || to > loop.to;
    return pc >= loop.from && pc <= loop.to && ((leaves && isHead(fn, loop, pc)) || to === loop.from);
  });
}

/** The row of a test, with what it compared. */
export function* testCause(
  explainer: Explainer,
  test: Step,
  sense: boolean,
  depth: number,
  parts: readonly Step[] = [],
): Walk<Cause> {
  const texts: string[] = [];
  const causes: Cause[] = [];
  for (const one of [...parts].reverse().concat(test)) {
    const ex = operands(one.op)[0];
    for (const leaf of ex === undefined ? [] : explainer.slicer.leaves(ex, one)) {
      texts.push(leafText(explainer.slicer, leaf));
      causes.push(...(yield* explainer.leaf(leaf, one, depth + 1)));
    }
  }
  const values = [...new Set(texts)].filter((text) => text !== '');
  const came = outcome(explainer.fnOf(test), test.pc, sense);
  const words = `${came === null ? `in part ${sense}` : `is ${came}`}${values.length === 0 ? '' : `: ${values.join(', ')}`}`;
  return explainer.row(test, words, distinct(causes));
}

/** Does the branch at `branch` have an operation in its body or in its else part? */
export function encloses(fn: Fn, branch: number, pc: number): boolean {
  const op = fn.ops[branch];
  if (op?.[0] !== 'jz' && op?.[0] !== 'jnz') return false;
  const to = op[2];
  if (pc > branch && pc < to) return true;
  // behind the body stands the jump over the else part; break and continue are statements
  const end = fn.ops[to - 1];
  return end?.[0] === 'jmp' && fn.pos[to - 1]?.[2] !== 1 && end[1] > pc && pc >= to;
}

/** Does a branch belong to the first statement of a loop? */
const isHead = (fn: Fn, loop: Loop, pc: number): boolean => statementOf(fn, pc).from === loop.from;

/** Is an expression a local called err? */
const isErrno = (fn: Fn, ex: Ex): boolean =>
  ex[0] === 'l' && fn.vars.some(([name, slot]) => slot === ex[1] && name === 'err');
