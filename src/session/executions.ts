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
import { firstAtLeast, type Listing, listing, type Row, rowText } from './rows.ts';
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

/** Row of a statement at which the mover stands. */
function statementRow(session: Session, state: State, thread: number, at: number, entry: boolean): Row[] {
  const frame = state.threads[thread]?.top;
  if (frame == null) return [];
  const { kernel } = bootOf(session.loaded, state);
  const fn = kernel.linked.program.fns[frame.fn];
  const line = entry ? '' : `:${fn?.pos[frame.pc]?.[0] ?? 0}`;
  const words = `${frame.fn}${line} (${argumentsText(fn, frame)})${callerText(kernel, frame.up)}`;
  return [{ at, text: rowText(state, thread, at, words) }];
}

/** Where a turn that calls an intrinsic can begin, in all boots. */
function placesCalling(session: Session, name: string): { boot: number; fn: string; pc: number }[] {
  return session.loaded.boots.flatMap(({ number: boot, kernel }) =>
    Object.values(kernel.linked.program.fns).flatMap((fn) =>
      fn.ops.flatMap((_, pc) => (callsHere(fn, pc, name).length > 0 ? [{ boot, fn: fn.name, pc }] : [])),
    ),
  );
}

/** The turns of a branch that begin at wanted statements; their rows are made when they are asked for. */
class Executions implements Listing {
  readonly turns: number[] = [];

  constructor(
    private readonly session: Session,
    private readonly branch: number,
    private readonly entry: boolean,
  ) {}

  get length(): number {
    return this.turns.length;
  }

  before(here: number): number {
    const columns = this.session.time.columns(this.branch);
    return firstAtLeast(this.turns, (turn) => columns.at(turn) >= here);
  }

  rows(first: number, count: number): Row[] {
    const { session, branch, entry } = this;
    const columns = session.time.columns(branch);
    return this.turns.slice(first, first + count).flatMap((turn) => {
      const at = columns.at(turn);
      const state = session.time.stateAt(branch, position(at));
      return state === null ? [] : statementRow(session, state, columns.thread(turn), at, entry);
    });
  }
}

/** Turns between two chances to interrupt: looked at in the columns, run again. */
const SCANNED = 262_144;
const PAUSE = 256;

/** All executions of the branch one stands in, as far as it is recorded. Yields now and then; send true to interrupt. */
export function* executionsOf(
  session: Session,
  wanted: Wanted,
): Generator<Position, Listing | null, boolean | undefined> {
  const { branch } = session.state.cursor;
  const columns = session.time.columns(branch);
  const isText = 'places' in wanted;
  const stood = isText
    ? [...wanted.places].flatMap(([boot, { fn, pcs }]) => pcs.map((pc) => ({ boot, fn, pc })))
    : placesCalling(session, wanted.intrinsic);
  const codes = new Set(stood.map(({ boot, fn, pc }) => columns.code(boot, fn, pc)));
  const turns = new Executions(session, branch, isText && wanted.entry);
  const calls: Row[] = [];
  for (let i = 0; i < columns.length; i++) {
    if (i % SCANNED === SCANNED - 1 && (yield position(columns.at(i))) === true) return null;
    if (!codes.has(columns.codeAt(i))) continue;
    const at = columns.at(i);
    turns.turns.push(i);
    if (isText) continue;
    calls.push(...intrinsicRows(session, branch, at, columns.at(i + 1), columns.thread(i), wanted.intrinsic));
    if (turns.length % PAUSE === 0 && (yield position(at)) === true) return null;
  }
  return isText ? turns : listing(calls);
}
