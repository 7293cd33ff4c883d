// The executions of a function, of a line of it, or of what the text calls that is no text, in the history of a branch: one row
// each, with arguments and caller. Reads the history; moves nobody.
import { type Position, position } from '../debugger/index.ts';
import { declaredParameters, type Kernel } from '../kernel/index.ts';
import { KernelFault, type Value } from '../machine/index.ts';
import { type Ex, type Fn, type Frame, linkExpression, type State } from '../vm/index.ts';
import { argumentsText } from './arguments.ts';
import { formatValue } from './format.ts';
import { bootOf } from './load.ts';
import type { Places } from './places.ts';
import { type Row, rowText } from './rows.ts';
import type { Session } from './session.ts';

/** What is looked for: statements, or calls of what is no text, by name. */
export type Wanted = { readonly places: Places; readonly entry: boolean } | { readonly intrinsic: string };

function callerText(kernel: Kernel, frame: Frame | null): string {
  if (frame === null) return '';
  return ` from ${frame.fn}:${kernel.linked.program.fns[frame.fn]?.pos[frame.pc]?.[0] ?? 0}`;
}

/** The operations of the statement at which a frame stands that call an intrinsic. */
function callsHere(fn: Fn | undefined, pc: number, name: string): number[] {
  const out: number[] = [];
  for (let i = pc; fn !== undefined && i < fn.ops.length && (i === pc || fn.pos[i]?.[2] !== 1); i++) {
    const op = fn.ops[i];
    if ((op?.[0] === 'mem' || op?.[0] === 'range') && op[2] === name) out.push(i);
  }
  return out;
}

/** Arguments of an intrinsic's call: those of a range operation stand in slots, which plain assignments before it fill. */
function argumentValues(kernel: Kernel, frame: Frame, pc: number): readonly (Value | undefined)[] {
  const ops = kernel.linked.program.fns[frame.fn]?.ops ?? [];
  const locals = [...frame.locals];
  const value = (ex: Ex) => linkExpression(ex, kernel.linked.env)(locals, undefined as never);
  for (const op of ops.slice(frame.pc, pc)) if (op[0] === 'set') locals[op[1]] = value(op[2]);
  const op = ops[pc];
  return op?.[0] === 'range' ? locals.slice(op[3], op[3] + op[4]) : op?.[0] === 'mem' ? op[3].map(value) : [];
}

/** They as text, by their declared names; nothing where working them out is what the kernel died of. */
function intrinsicArguments(kernel: Kernel, frame: Frame, pc: number, names: readonly string[]): string {
  try {
    const values = argumentValues(kernel, frame, pc);
    return values.map((one, i) => `${names[i] ?? ''}=${formatValue(one, names[i] ?? '')}`).join(', ');
  } catch (error) {
    if (error instanceof KernelFault) return '';
    throw error;
  }
}

/** Where in a turn that begins at `at` an intrinsic is called: micro-step by micro-step. */
function intrinsicRows(session: Session, branch: number, at: number, end: number, thread: number, name: string): Row[] {
  const out: Row[] = [];
  for (let here = at; here < end; here++) {
    const state = session.time.stateAt(branch, position(here));
    const frame = state?.threads[thread]?.top;
    if (state === null || frame == null) return out;
    const { kernel } = bootOf(session.loaded, state);
    const fn = kernel.linked.program.fns[frame.fn];
    const pc = callsHere(fn, frame.pc, name).find((one) => reaches(fn, frame.pc, one));
    if (pc === undefined) continue;
    const args = intrinsicArguments(kernel, frame, pc, declaredParameters(name) ?? []);
    const from = ` from ${frame.fn}:${fn?.pos[pc]?.[0] ?? 0}`;
    out.push({ at: here, text: rowText(state, thread, here, `${name} (${args})${from}`) });
  }
  return out;
}

/** Is `to` the next operation with an effect from `pc` on? Plain assignments lie between. */
function reaches(fn: Fn | undefined, pc: number, to: number): boolean {
  for (let i = pc; i < to; i++) if (!['set', 'nop'].includes(fn?.ops[i]?.[0] ?? '')) return false;
  return true;
}

/** Row of a statement at which the mover stands, if it is wanted. */
function statementRow(
  session: Session,
  state: State,
  thread: number,
  at: number,
  wanted: { places: Places; entry: boolean },
): Row[] {
  const frame = state.threads[thread]?.top;
  const place = wanted.places.get(state.boot);
  if (frame == null || place === undefined || frame.fn !== place.fn || !place.pcs.includes(frame.pc)) return [];
  const { kernel } = bootOf(session.loaded, state);
  const fn = kernel.linked.program.fns[frame.fn];
  const line = wanted.entry ? '' : `:${fn?.pos[frame.pc]?.[0] ?? 0}`;
  const words = `${frame.fn}${line} (${argumentsText(fn, frame)})${callerText(kernel, frame.up)}`;
  return [{ at, text: rowText(state, thread, at, words) }];
}

/** All executions of the branch one stands in, as far as it is recorded. Yields now and then; send true to interrupt. */
export function* executionsOf(
  session: Session,
  wanted: Wanted,
): Generator<Position, Row[] | null, boolean | undefined> {
  const { branch: id } = session.state.cursor;
  const { time } = session;
  const { at: entries } = time.branch(id);
  const out: Row[] = [];
  for (let i = 0; i < entries.length; i++) {
    const at = entries[i] as number;
    const state = time.stateAt(id, position(at));
    const thread = state === null ? -1 : time.mover(id, at, state);
    if (state !== null && thread >= 0) {
      if ('places' in wanted) out.push(...statementRow(session, state, thread, at, wanted));
      else {
        const frame = state.threads[thread]?.top;
        const fn = frame == null ? undefined : bootOf(session.loaded, state).kernel.linked.program.fns[frame.fn];
        if (frame != null && callsHere(fn, frame.pc, wanted.intrinsic).length > 0)
          out.push(...intrinsicRows(session, id, at, entries[i + 1] ?? at + 1, thread, wanted.intrinsic));
      }
    }
    if (i % 2048 === 2047 && (yield position(at)) === true) return null;
  }
  return out;
}
