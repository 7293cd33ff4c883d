// What a question is about: a place in memory, a local, an expression and so what it is made of, or the stop where one
// stands. Knows nothing of how causes are found.
import type { Target } from '../../debugger/index.ts';
import { isRef } from '../../machine/index.ts';
import { type Access, compileExpression, type Ex, type Frame, type Op } from '../../vm/index.ts';
import { normalise } from '../expression.ts';
import { formatValue } from '../format.ts';
import type { Session } from '../session.ts';
import { readTarget } from '../targets.ts';
import { type Cause, note } from './cause.ts';
import type { Explainer } from './explain.ts';
import { parts } from './flow.ts';
import type { Walk } from './past.ts';
import { intrinsicCauses } from './reads.ts';
import { computed, type Step } from './trace.ts';

/** The frame one looks at, as something that values are asked of. */
export interface Here {
  readonly step: Step;
  /** a frame in which nothing was executed yet: the call that made it */
  readonly fresh: Step | null;
}

/** The selected frame as the place of a question; null when the thread has none. */
export function hereOf(explainer: Explainer): Here | null {
  const { past, slicer } = explainer;
  const { session } = past;
  const { thread, level } = session.state.cursor;
  const frame = session.frame();
  if (frame === null) return null;
  const depth = session.stack().length - level;
  let turn = past.turnBefore(past.now);
  while (turn >= 0 && past.thread(turn) !== thread) turn--;
  while (turn >= 0 && past.depth(turn) > depth) turn = past.up(turn);
  if (turn < 0) return null;
  const step: Step = {
    pc: frame.pc,
    op: ['nop'],
    at: past.now,
    turn,
    locals: frame.locals,
    before: past.stateAt(past.now),
    accesses: [],
    value: undefined,
    truth: null,
  };
  if (past.depth(turn) === depth && past.fn(turn) === frame.fn) return { step, fresh: null };
  const call = slicer.stepsOf(turn).findLast(({ op }) => op[0] === 'call' || op[0] === 'callv') ?? null;
  return call === null ? null : { step, fresh: call };
}

/** An expression in the selected frame; an error in words. */
export function readExpression(session: Session, text: string, frame: Frame | null) {
  const { kernel } = session;
  const { program } = kernel.linked;
  const names = {
    ...kernel.names,
    constants: new Set([...kernel.names.constants, ...Object.keys(session.variables())]),
  };
  const fn = frame === null ? undefined : program.fns[frame.fn];
  const scope = fn === undefined || frame === null ? null : { fn, pc: frame.pc };
  return compileExpression(normalise(text), names, program.constants, scope);
}

/** Answers about a place. */
type WhyPlace = (target: Target) => Walk<Cause[]>;

/** Why the parts of an expression hold what they do: its locals, the places it reads, one after the other. */
export function* partsOf(explainer: Explainer, ex: Ex, here: Here | null, whyPlace: WhyPlace): Walk<Cause[]> {
  const out: Cause[] = [];
  for (const part of leavesOf(ex)) {
    if (part[0] === 'l') out.push(...(yield* localCause(explainer, part[1], here)));
    else out.push(...(yield* readCauses(explainer, part, here, whyPlace)));
  }
  return out;
}

/** Why what an expression reads is what it is. */
function* readCauses(explainer: Explainer, part: Ex, here: Here | null, whyPlace: WhyPlace): Walk<Cause[]> {
  const { now } = explainer.past;
  const accesses = readsOf(explainer, part);
  if (part[0] !== 'in') {
    const out: Cause[] = [];
    for (const access of accesses) out.push(...(yield* whyPlace(targetOf(access))));
    return out;
  }
  const turn = here?.step.turn ?? explainer.past.turnBefore(now);
  if (turn < 0) return [];
  const locals = here?.step.locals ?? [];
  const before = explainer.past.stateAt(now);
  const op: Op = ['mem', -1, part[1], part[2]];
  const step: Step = {
    pc: here?.step.pc ?? 0,
    op,
    at: now,
    turn,
    locals,
    before,
    accesses,
    value: undefined,
    truth: null,
  };
  return yield* intrinsicCauses(explainer, step, 0, null);
}

/** Is an expression a question to what is no text, rather than the name of a place? */
export const asksMachine = (ex: Ex): boolean => ex[0] === 'in' && ex[1] !== 'pageblock';

const targetOf = ({ struct, at, field }: Access): Target => ({ struct, at, field });

/** The innermost parts of an expression that say something: locals, reads of memory. */
function leavesOf(ex: Ex): Ex[] {
  if (ex[0] === 'l' || ex[0] === 'ld' || ex[0] === 'in') return [ex, ...parts(ex).flatMap(leavesOf)];
  return parts(ex).flatMap(leavesOf);
}

/** What an expression of the debugger reads. */
function readsOf({ past }: Explainer, ex: Ex): Access[] {
  const state = past.stateAt(past.now);
  const { thread } = past.session.state.cursor;
  const locals = past.session.frame()?.locals ?? [];
  const { linked } = past.session.kernel;
  const value = (part: Ex) => computed(part, locals, state, thread, linked) ?? null;
  if (ex[0] === 'ld') {
    const base = value(ex[1]);
    const field = value(ex[2]);
    if (!isRef(base) || (typeof field !== 'string' && typeof field !== 'number')) return [];
    return [{ rw: 'r', struct: base.struct, at: base.at, field, op: 0 }];
  }
  if (ex[0] !== 'in') return [];
  const accesses: Access[] = [];
  computed(ex, locals, state, thread, linked, accesses);
  return accesses;
}

/** Why a local of the selected frame holds what it does. */
export function* localCause(explainer: Explainer, slot: number, here: Here | null): Walk<Cause[]> {
  if (here === null) return [];
  const frame = explainer.past.session.frame();
  const fn = frame === null ? undefined : explainer.past.session.kernel.linked.program.fns[frame.fn];
  const name = fn?.vars.find(([, one]) => one === slot)?.[0] ?? '';
  const { step, fresh } = here;
  if (fresh === null) return yield* explainer.local(slot, name, step, 0);
  const args = fresh.op[0] === 'call' || fresh.op[0] === 'callv' ? fresh.op[3] : [];
  const ex = args[slot];
  if (ex === undefined) return [note(`${name} has no value yet`)];
  const causes = yield* explainer.expression(ex, fresh, 1);
  return [explainer.row(fresh, `${name} = ${formatValue(explainer.slicer.value(ex, fresh), name)}`, causes)];
}

/** Names of places in a stop's words. */
const PLACE = /(?:page|pageblock|zone|node)\((?:0x[0-9a-f]+|\d+)(?:, \w+)?\)(?:(?:\.|->)\w+)?/;

/** How a broken invariant says of which pages, and what was found in them. */
const STRETCH = /\bpages (0x[0-9a-f]+)\.\.0x[0-9a-f]+: expected .*, found (\w+)/;

/** What the stop where one stands is about, as an expression; null when it names nothing. */
export function subjectOf(session: Session): string | null {
  const { lines } = session.state.stop;
  const watched = /watchpoint \d+: (.+?) {2}/.exec(lines[0] ?? '')?.[1];
  if (watched !== undefined) return watched;
  const text = lines.join('\n');
  const [, pfn, found] = STRETCH.exec(text) ?? [];
  if (pfn === undefined) return PLACE.exec(text)?.[0] ?? null;
  const field = `page(${pfn}).${found}`;
  return readTarget(session, field).ok ? field : `page(${pfn})`;
}
