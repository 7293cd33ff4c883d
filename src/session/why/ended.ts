// How a loop ended that counted a local: the test by which a round left it, or the tests by which no round did. Knows nothing
// of what the count is for.
import type { Fn } from '../../vm/index.ts';
import type { Cause } from './cause.ts';
import { isLoop, testCause } from './deciders.ts';
import type { Explainer } from './explain.ts';
import { flowOf, isCarried, type Loop, leadsTo, statementOf } from './flow.ts';
import type { Walk } from './past.ts';
import type { Step } from './trace.ts';

/** Rounds of a loop that are told. */
const MOST_ROUNDS = 6;

const holds = (loop: Loop, pc: number): boolean => pc >= loop.from && pc <= loop.to;

/** The loop that counted a slot, between the operation that gave it its value and a use behind the loop; null: none did. */
function countingLoop(fn: Fn, slot: number, made: number, use: number): Loop | null {
  const over = flowOf(fn).loops.filter((loop) => loop.to < use && (holds(loop, made) || made < loop.from));
  return over.findLast((loop) => isCarried(fn, loop, slot)) ?? null;
}

/** Where the body of a loop leaves it: by break, or by return. */
const exitsOf = (fn: Fn, loop: Loop): number[] =>
  fn.ops.flatMap((op, pc) => {
    if (!holds(loop, pc)) return [];
    return op[0] === 'ret' || (op[0] === 'jmp' && op[1] > loop.to) ? [pc] : [];
  });

/** The tests of the rounds of a loop's last run that could have left it, the last round first. */
function testsOfRounds(
  { past, slicer }: Explainer,
  fn: Fn,
  loop: Loop,
  branches: ReadonlySet<number>,
  use: Step,
): Step[] {
  const out: Step[] = [];
  let isInside = false;
  for (let i = slicer.firstTurnOf(use); i >= 0; i = past.prev(i)) {
    if (!holds(loop, past.pc(i))) {
      if (isInside) return out;
      continue;
    }
    isInside = true;
    const last = slicer
      .stepsOf(i)
      .findLast((step) => branches.has(step.pc) && step.truth !== null && !isLoop(fn, step));
    if (last !== undefined) out.push(last);
  }
  return out;
}

/** Of a local that a loop counted, used behind the loop: the test that ended the loop, or those that let it run on. */
export function* loopEnd(explainer: Explainer, slot: number, made: Step, use: Step, depth: number): Walk<Cause[]> {
  const fn = explainer.fnOf(use);
  const loop = countingLoop(fn, slot, made.pc, use.pc);
  if (loop === null) return [];
  const exits = exitsOf(fn, loop);
  const { controls } = flowOf(fn);
  const heads = exits.flatMap((pc) => (controls[pc] ?? []).map(({ branch }) => branch).filter((pc) => holds(loop, pc)));
  const froms = new Set(heads.map((pc) => statementOf(fn, pc).from));
  const branches = new Set(
    fn.ops.flatMap((op, pc) => (isBranch(op) && froms.has(statementOf(fn, pc).from) ? [pc] : [])),
  );
  const rounds = testsOfRounds(explainer, fn, loop, branches, use);
  const [last] = rounds;
  if (last === undefined || last.truth === null) return [];
  const hasLeft = exits.some((pc) => leadsTo(fn, last.pc, last.truth ?? false, pc));
  const told = hasLeft ? [last] : rounds.slice(0, MOST_ROUNDS).reverse();
  const out: Cause[] = [];
  for (const step of told) out.push(yield* testCause(explainer, step, step.truth ?? false, depth));
  return out;
}

const isBranch = ([kind]: Fn['ops'][number]): boolean => kind === 'jz' || kind === 'jnz';
