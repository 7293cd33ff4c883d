// Where the execution that came nearest to some pages went: the regions it went by, the range it was in, and the statement of a
// loop that stepped over the pages. Knows nothing of what was to be done with them.
import { isRef } from '../../machine/index.ts';
import type { Ex, Fn } from '../../vm/index.ts';
import { type Cause, distinct } from './cause.ts';
import type { Explainer } from './explain.ts';
import { carriedBy, defines, feeding, type Loop, operands } from './flow.ts';
import type { Walk } from './past.ts';
import type { Pages } from './reach.ts';
import { coveringCause, regionCause } from './regions.ts';
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
function* steppedOver(explainer: Explainer, slot: number, name: string, use: Step, pages: Pages): Walk<Cause[]> {
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

/** What stepped over the pages; or else what region lies there, and where the nearest range ends and what region it was. */
export function* bounds(explainer: Explainer, fn: Fn, step: Step, pages: Pages): Walk<Cause[]> {
  const named = [...new Set(operands(step.op).flatMap((ex) => placesIn(explainer, ex, step)))];
  const carried = named.filter((slot) => carriedBy(fn, slot, step.pc) !== null);
  const stepped = carried.length > 0 ? carried : named;
  const nameOf = (slot: number) => fn.vars.find(([, one]) => one === slot)?.[0] ?? '';
  const children: Cause[] = [];
  for (const slot of stepped) children.push(...(yield* steppedOver(explainer, slot, nameOf(slot), step, pages)));
  if (children.length === 0) children.push(...(yield* regions(explainer, fn, step, pages)));
  for (const slot of stepped) children.push(...(yield* explainer.local(slot, nameOf(slot), step, 2)));
  return [explainer.row(step, 'came nearest', children)];
}

/** The region that lies where the pages are, and those that an operation went by. */
function* regions(explainer: Explainer, fn: Fn, step: Step, pages: Pages): Walk<Cause[]> {
  const out = yield* coveringCause(explainer, 'reserved', pages.start * 4096, 'flags', step, 2);
  for (const slot of feeding(fn, step.pc)) {
    const held = step.locals[slot] ?? null;
    if (!isRef(held) || held.struct !== 'memblock_region') continue;
    const access = { rw: 'r', struct: held.struct, at: held.at, field: 'base', op: 0 } as const;
    out.push(...(yield* regionCause(explainer, access, step, 2)));
  }
  return out;
}

/** The locals that are pfns or addresses of which an operand was made. */
function placesIn({ slicer }: Explainer, ex: Ex, step: Step): number[] {
  return slicer
    .leaves(ex, step)
    .flatMap((leaf) =>
      leaf.kind === 'local' && unitOf(slicer.fnOf(step.turn), leaf.slot) !== null ? [leaf.slot] : [],
    );
}
