// A loop that stepped over pages: the statement that took its local from before them to behind them. Knows nothing of what
// the loop did.
import type { Ex } from '../../vm/index.ts';
import { type Cause, distinct } from './cause.ts';
import type { Explainer } from './explain.ts';
import { carriedBy, defines, type Loop, operands } from './flow.ts';
import type { Walk } from './past.ts';
import type { Pages } from './reach.ts';
import type { Step } from './trace.ts';
import { unitOf } from './units.ts';
import { localText } from './words.ts';

/** The next operation of a loop that gave a slot a value, after another; null when there was none so far. */
function nextStep({ past, slicer }: Explainer, slot: number, { turn, pc }: Step, loop: Loop): Step | null {
  for (let i = turn; i >= 0 && past.at(i) < past.now; i = past.next(i)) {
    const found = slicer
      .stepsOf(i)
      .find(
        (one) => defines(one.op) === slot && one.pc >= loop.from && one.pc <= loop.to && (i !== turn || one.pc > pc),
      );
    if (found !== undefined) return found;
  }
  return null;
}

/** The statement by which a loop stepped a local over pages, and what it was made of; nothing when it did not. */
export function* steppedOver(explainer: Explainer, slot: number, name: string, use: Step, pages: Pages): Walk<Cause[]> {
  const fn = explainer.fnOf(use);
  const loop = carriedBy(fn, slot, use.pc);
  const unit = unitOf(fn, slot);
  const step = loop === null || unit === null ? null : nextStep(explainer, slot, use, loop);
  if (step === null) return [];
  const size = unit === 'pfn' ? 1 : 2 ** step.before.machine.config.pageShift;
  const before = step.locals[slot] ?? null;
  const after = step.value ?? explainer.slicer.valueAfter(step) ?? null;
  if (!(Number(before) < pages.start * size && Number(after) >= pages.end * size)) return [];
  const causes: Cause[] = [];
  for (const ex of operands(step.op)) causes.push(...(yield* otherLeaves(explainer, ex, step, slot)));
  const text = (value: typeof after) => localText(fn, slot, name, value);
  return [explainer.row(step, `stepped over it, ${text(before)} → ${text(after)}`, distinct(causes))];
}

/** What an operand was made of, but for the local that is stepped. */
function* otherLeaves(explainer: Explainer, ex: Ex, step: Step, slot: number): Walk<Cause[]> {
  const out: Cause[] = [];
  for (const leaf of explainer.slicer.leaves(ex, step))
    if (leaf.kind !== 'local' || leaf.slot !== slot) out.push(...(yield* explainer.leaf(leaf, step, 2)));
  return out;
}
