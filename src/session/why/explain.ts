// Why something holds a value: the statement that wrote it, what that was made of, the tests that let it run, who called it,
// back to the scenario. Absences are another file's.
import { type Target, valueAt } from '../../debugger/index.ts';
import { equal, type Value } from '../../machine/index.ts';
import type { Access, Ex, Fn, Op } from '../../vm/index.ts';
import { formatValue, hex } from '../format.ts';
import { callersOf, spawnerOf } from './callers.ts';
import { type Cause, distinct, note, root as rootNote } from './cause.ts';
import { nodesAcross, unconsulted } from './consulted.ts';
import { callerTestsOf, testAround, testCause, testsOf } from './deciders.ts';
import { loopEnd } from './ended.ts';
import { flowOf, isCarried, operands } from './flow.ts';
import type { Past, Walk } from './past.ts';
import { intrinsicCauses, readCauses } from './reads.ts';
import { rootOfConstant } from './roots.ts';
import { type Leaf, type Origin, type Range, Slicer } from './slice.ts';
import type { Step } from './trace.ts';
import { unitOf, unitOfExpression } from './units.ts';
import { calledName, isConstant, leafText, localText, namedLocal, placeText, textOf } from './words.ts';
import { feedingField, valuesWritten } from './writers.ts';

/** Levels of causes that are looked for at most. */
const DEEPEST = 24;
/** Causes that are looked for at most. */
const MOST = 400;
/** Down to here a cause is told with its callers. */
const NEAR = 4;

/** Explains values in one history. */
export class Explainer {
  readonly slicer: Slicer;
  /** the boot that is asked about */
  private readonly boot: number;
  private made = 0;
  private readonly known = new Map<string, Cause[]>();

  constructor(
    readonly past: Past,
    /** levels that will be shown */
    readonly deepest: number = DEEPEST,
  ) {
    this.slicer = new Slicer(past);
    this.boot = past.stateAt(past.now).boot;
  }

  fnOf = (step: Step): Fn => this.slicer.fnOf(step.turn);

  /** A row for an operation. */
  row(step: Step, more: string, children: readonly Cause[]): Cause {
    const fn = this.fnOf(step);
    const earlier = step.before.boot === this.boot ? '' : `boot ${step.before.boot}: `;
    const text = `${earlier}${placeText(this.past, step, fn)}  ${textOf(this.past, step, fn)}${more === '' ? '' : `  ${more}`}`;
    return { text, at: step.at, thread: this.past.thread(step.turn), children };
  }

  private *once(key: string, depth: number, find: () => Walk<Cause[]>): Walk<Cause[]> {
    const known = this.known.get(key);
    if (known !== undefined) return known;
    if (depth > this.deepest || this.made > MOST) return [];
    this.made++;
    this.known.set(key, []);
    const found = yield* find();
    this.known.set(key, found);
    return found;
  }

  /** Why a place holds what it held before a position; empty when nobody wrote it in this boot. */
  *place(target: Target, before: number, depth: number, only = any): Walk<Cause[]> {
    const found = yield* this.lastWrite(target, before, only);
    return found === null ? [] : [yield* this.write(found, target, depth)];
  }

  /** The last write of a place before a position, in the boot that ran there. */
  *lastWrite(target: Target, before: number, only = any): Walk<Step | null> {
    const { past } = this;
    const to = past.turnBefore(before);
    if (to < 0) return null;
    yield* past.pause(to);
    const scan = { from: past.bootStart(to), to: to + 1, rw: 'w', backwards: true } as const;
    for (const turn of past.columns.touching([target], scan)) {
      const step = this.slicer
        .stepsOf(turn)
        .findLast(
          (one) =>
            one.at < before &&
            one.accesses.some((access) => access.rw === 'w' && only(access) && past.touches(one, access, target)),
        );
      if (step !== undefined) return step;
    }
    return null;
  }

  /** The row of a write, and its causes. */
  *write(step: Step, target: Target, depth: number): Walk<Cause> {
    const children = yield* this.once(`w ${step.at} ${step.pc}`, depth, () => this.causesOf(step, target, depth + 1));
    const words = [rangeText(step), this.changeText(step, target)].filter((one) => one !== '');
    return this.row(step, words.join(', '), children);
  }

  /** `0x0 → 0x1`; nothing where it is more than one field, or was not there. */
  private changeText(step: Step, target: Target): string {
    const [old, now] = [valueAt(step.before, target), valueAt(this.past.stateAt(step.at + 1), target)];
    if (old === undefined || now === undefined || old === null) return '';
    const name = String(target.field);
    return equal(old, now)
      ? `stays ${formatValue(now, name)}`
      : `${formatValue(old, name)} → ${formatValue(now, name)}`;
  }

  private *causesOf(step: Step, target: Target, depth: number): Walk<Cause[]> {
    const near = depth <= NEAR;
    const asked = near ? yield* unconsulted(this, step, target) : [];
    // where it wrote a constant, what nobody asked says more than where the range of the write began
    const isFirst = writesConstant(step.op, target.field);
    const out: Cause[] = isFirst ? [...asked] : [];
    out.push(...(yield* this.operandsOf(step, depth, target)));
    out.push(...(yield* this.tests(step, depth, depth <= 1)));
    // of what a cause was made of in turn, who called says little
    if (!near) return distinct(out);
    out.push(...(yield* callerTestsOf(this, step, depth)));
    if (!isFirst) out.push(...asked);
    out.push(...this.callers(step));
    out.push(...(yield* this.overwritten(step, target, depth)));
    return distinct(out);
  }

  /** Who wrote what a write replaced, where that was something else. */
  private *overwritten(step: Step, target: Target, depth: number): Walk<Cause[]> {
    const [old, now] = [valueAt(step.before, target), valueAt(this.past.stateAt(step.at + 1), target)];
    if (old === undefined || now === undefined) return [];
    const before = yield* this.lastWrite(target, step.at);
    if (before === null) return [];
    // of a word of flags that one bit is written in, the rest is what it was
    if (equal(old, now)) return CHANGES_BITS.has(calledName(step.op)) ? [yield* this.write(before, target, depth)] : [];
    const row = this.row(before, '', []);
    return [{ ...row, text: `before that ${formatValue(old, String(target.field))}: ${row.text}` }];
  }

  /** The causes of an operation: what it computed with, the tests around it, its callers. */
  *operation(step: Step, depth: number): Walk<Cause[]> {
    return yield* this.once(`o ${step.at} ${step.pc}`, depth, () => this.ofOperation(step, depth));
  }

  /** What an operation computed with; not the value that it replaced. */
  private *operandsOf(step: Step, depth: number, replaced: Target | null): Walk<Cause[]> {
    if (step.op[0] === 'mem') return yield* this.intrinsic(step, depth, replaced);
    const out: Cause[] = [];
    for (const ex of feedingField(step.op, replaced?.field ?? '*', operands(step.op)))
      for (const leaf of this.slicer.leaves(ex, step)) {
        if (leaf.kind === 'load' && replaced !== null && isAt(leaf.step.accesses[0], replaced)) continue;
        out.push(...(yield* this.leaf(leaf, step, depth)));
      }
    return out;
  }

  private *ofOperation(step: Step, depth: number): Walk<Cause[]> {
    const out = yield* this.operandsOf(step, depth, null);
    out.push(...(yield* this.tests(step, depth, false)));
    if (depth > NEAR) return distinct(out);
    out.push(...(yield* callerTestsOf(this, step, depth)));
    out.push(...this.callers(step));
    return distinct(out);
  }

  /** What an expression was made of. */
  *expression(ex: Ex, step: Step, depth: number): Walk<Cause[]> {
    const out: Cause[] = [];
    for (const leaf of this.slicer.leaves(ex, step)) out.push(...(yield* this.leaf(leaf, step, depth)));
    return out;
  }

  *leaf(leaf: Leaf, user: Step, depth: number): Walk<Cause[]> {
    switch (leaf.kind) {
      case 'constant': {
        const root = rootOfConstant(this.past.session.loaded, this.past.boot(user.turn), leaf.name);
        return root === null ? [] : [rootNote(root.text)];
      }
      case 'local':
        return yield* this.local(leaf.slot, leaf.name, leaf.use, depth);
      case 'load':
        return yield* this.load(leaf.step, depth);
      case 'intrinsic':
        return yield* this.intrinsic(leaf.step, depth);
      case 'call':
        return yield* this.call(leaf.step, depth);
      case 'new':
        return [];
    }
  }

  /** Why a local held its value. */
  *local(slot: number, name: string, use: Step, depth: number): Walk<Cause[]> {
    const origin = this.slicer.origin(slot, use);
    const key = `l ${this.slicer.entry(use.turn)} ${slot} ${originKey(origin)}`;
    return yield* this.once(key, depth, () => this.fromOrigin(origin, slot, name, use, depth));
  }

  private *fromOrigin(origin: Origin, slot: number, name: string, use: Step, depth: number): Walk<Cause[]> {
    switch (origin.kind) {
      case 'statement': {
        const { step } = origin;
        if (step.op[0] === 'new') return [];
        // what is only handed on is no cause
        if (step.op[0] === 'set' && step.op[2][0] === 'l' && step.op[2][1] < this.fnOf(step).slots)
          return yield* this.expression(step.op[2], step, depth);
        const leaves = this.slicer.leavesOfStep(step);
        const value = step.value === undefined ? this.slicer.valueAfter(step) : step.value;
        const ended = yield* loopEnd(this, slot, step, use, depth + 1);
        if (leaves.every(({ kind }) => kind === 'constant') && this.isCounter(slot, use)) return ended;
        const causes: Cause[] = [...ended];
        for (const leaf of leaves) causes.push(...(yield* this.leaf(leaf, step, depth + 1)));
        causes.push(...(yield* this.tests(step, depth + 1, false)));
        const operand = this.operandTexts(leaves, step);
        const shown = localText(this.fnOf(step), slot, name, value);
        return [this.row(step, `= ${shown}${operand}`, distinct(causes))];
      }
      case 'argument': {
        const { step, ex } = origin;
        if (ex[0] === 'l' && ex[1] < this.fnOf(step).slots) return yield* this.expression(ex, step, depth);
        const value = this.slicer.value(ex, step);
        const causes = yield* this.expression(ex, step, depth + 1);
        const shown = namedLocal(this.fnOf(use), slot, name, value);
        return [this.row(step, shown, distinct(causes))];
      }
      case 'range': {
        const { range } = origin;
        const { loop, last, test, start } = range;
        // not stepped yet: it is what it began with
        const isFirst = last === null || last.pc < loop.from || last.pc > loop.to;
        if (test === null && isFirst) return yield* this.fromOrigin(start, slot, name, use, depth);
        return [yield* this.range(range, name, depth)];
      }
      case 'bottom':
        return yield* this.threadStart(use, slot, depth);
    }
  }

  private isCounter(slot: number, use: Step): boolean {
    const fn = this.fnOf(use);
    return flowOf(fn).loops.some((loop) => isCarried(fn, loop, slot));
  }

  /** Values of the locals that a statement computed with. */
  private operandTexts(leaves: readonly Leaf[], step: Step): string {
    const flat = leaves.flatMap((leaf) =>
      leaf.kind === 'intrinsic' || leaf.kind === 'call'
        ? operands(leaf.step.op).flatMap((ex) => this.slicer.leaves(ex, leaf.step))
        : [leaf],
    );
    const texts = flat.flatMap((leaf) =>
      leaf.kind === 'local' || leaf.kind === 'load' ? [leafText(this.slicer, leaf)] : [],
    );
    const shown = [...new Set(texts)].slice(0, 3);
    return shown.length === 0 || step.op[0] === 'new' ? '' : `: ${shown.join(', ')}`;
  }

  /** A local that a loop steps through: its first value, and what it goes up to. */
  *range(range: Range, name: string, depth: number): Walk<Cause> {
    const { test, bound, use } = range;
    const start = yield* this.fromOrigin(range.start, range.slot, name, use, depth + 1);
    const value = use.locals[range.slot];
    const text = (one: Value | undefined) => localText(this.fnOf(use), range.slot, name, one);
    if (test === null || bound === null)
      return this.row(range.last ?? use, `${name} = ${text(value)}, in steps from ${text(range.first)}`, start);
    const end = this.slicer.value(bound, test);
    const to = yield* this.expression(bound, test, depth + 1);
    // a counter says nothing beyond its value, which the row above shows
    if (start.length === 0 && unitOf(this.fnOf(use), range.slot) === null) return note('');
    // a loop that goes down, or along a list, has no range
    const isRange = Number(range.first) <= Number(value) && Number(value) <= Number(end);
    const from = isRange ? `of ${text(range.first)}..${text(end)}` : `in steps from ${text(range.first)}`;
    const words = `${name} = ${text(value)} ${from}`;
    const across = this.slicer.numberOf(range.first, end)
      ? nodesAcross(this, range, Number(range.first), Number(end))
      : [];
    return this.row(test, words, distinct([...across, ...start, ...to]));
  }

  /** Why a field held what was read of it. */
  *load(step: Step, depth: number): Walk<Cause[]> {
    const [access] = step.accesses;
    if (access === undefined) return [];
    const key = `p ${access.struct} ${access.at} ${access.field} ${this.past.turnBefore(step.at)}`;
    return yield* this.once(key, depth, () => readCauses(this, access, step, depth));
  }

  /** What an intrinsic made its value of. */
  intrinsic = (step: Step, depth: number, replaced: Target | null = null): Walk<Cause[]> =>
    intrinsicCauses(this, step, depth, replaced);

  /** What a function returned, and why that. */
  *call(step: Step, depth: number): Walk<Cause[]> {
    const back = this.slicer.returnOf(step);
    if (back === null) return [];
    const key = `r ${back.at} ${back.pc}`;
    return yield* this.once(key, depth, () => this.returned(back, depth));
  }

  private *returned(back: Step, depth: number): Walk<Cause[]> {
    const ex = back.op[0] === 'ret' ? back.op[1] : null;
    // a constant is what the tests made of it, and what was done with it
    if (ex !== null && isConstant(ex)) {
      const around = yield* this.tests(back, depth, false);
      const chosen = [...this.doneWith(back), ...(around.length > 0 ? around : yield* this.tests(back, depth, true))];
      if (chosen.length > 0) return chosen;
      const checked = yield* testAround(this, back, depth);
      if (checked.length > 0) return checked;
    }
    const causes = ex === null ? [] : yield* this.expression(ex, back, depth + 1);
    causes.push(...(yield* this.tests(back, depth + 1, false)));
    const value = ex === null ? undefined : this.slicer.value(ex, back);
    const fn = this.fnOf(back);
    const unit = ex === null ? null : unitOfExpression(fn, ex, back.pc);
    const own = ex?.[0] === 'l' ? fn.vars.find(([, slot]) => slot === ex[1])?.[0] : undefined;
    const shown = value === undefined ? '' : `= ${formatValue(value, unit === null ? (own ?? fn.name) : 'pfn')}`;
    return [this.row(back, shown, distinct(causes))];
  }

  /** What a function stored since the last test before it returned. */
  private doneWith(back: Step): Cause[] {
    const { past, slicer } = this;
    const [last] = slicer.deciders(back);
    const out: Cause[] = [];
    for (let i = past.prev(back.turn); last !== undefined && i > last.step.turn; i = past.prev(i))
      for (const step of slicer.stepsOf(i)) {
        const [access] = step.accesses;
        if (step.op[0] !== 'store' || access === undefined) continue;
        out.unshift(this.row(step, this.changeText(step, target(access)), []));
      }
    return out;
  }

  /** The tests that let a statement run. */
  tests = (step: Step, depth: number, guards: boolean): Walk<Cause[]> => testsOf(this, step, depth, guards);

  /** The row of a test, with what it compared. */
  test = (test: Step, sense: boolean, depth: number): Walk<Cause> => testCause(this, test, sense, depth);

  /** Who called the function of an operation. */
  callers = (step: Step): Cause[] => callersOf(this, step);

  /** What a thread was given to begin with. */
  private *threadStart(use: Step, slot: number, depth: number): Walk<Cause[]> {
    const spawned = spawnerOf(this.slicer, use.turn);
    if (spawned === null || spawned.op[0] !== 'mem') return [];
    const ex = spawned.op[3][slot + 1];
    const causes = ex === undefined ? [] : yield* this.expression(ex, spawned, depth + 1);
    return [this.row(spawned, `starts T${this.past.thread(use.turn) + 1}`, causes)];
  }
}

/** What changes some bits of a word and leaves the others. */
const CHANGES_BITS: ReadonlySet<string> = new Set([
  '__SetPageReserved()',
  '__ClearPageReserved()',
  'clear_page_flags_at_prep()',
  'clear_compound_order()',
  'prep_compound_head()',
]);

/** Does an operation write what stands in the text, whatever it was called with? */
function writesConstant(op: Op, field: string | number): boolean {
  const values = valuesWritten(op, field, operands(op));
  return values.length > 0 && values.every(isConstant);
}

const any = (_access: Access): boolean => true;

/** The place of an access. */
export const target = ({ struct, at, field }: Access): Target => ({ struct, at, field });

/** Is an access one of a place itself? */
export const isAt = (access: Access | undefined, { struct, at, field }: Target): boolean =>
  access !== undefined && access.struct === struct && access.at === at && access.field === field;

const originKey = (origin: Origin): string =>
  origin.kind === 'range'
    ? `range ${origin.range.loop.from} ${origin.range.start.kind === 'statement' ? origin.range.start.step.at : ''}`
    : origin.kind === 'bottom'
      ? 'bottom'
      : `${origin.step.at} ${origin.step.pc}`;

/** The pages that an operation did at once. */
function rangeText({ op, accesses }: Step): string {
  const access = accesses.find(({ rw, end }) => rw === 'w' && end !== undefined);
  if (op[0] !== 'range' || access?.end === undefined || access.end - Number(access.at) < 2) return '';
  return `pages ${hex(Number(access.at))}..${hex(access.end)}`;
}
