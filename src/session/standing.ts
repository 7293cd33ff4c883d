// Where one stands in a history, in words that another history of the same scenario understands: boot, stage, thread, function
// and text of the statement, and how often that was reached since the stage; and going there. Knows nothing of commands.
import { type Position, position } from '../debugger/index.ts';
import type { State } from '../vm/index.ts';
import { BUDGET } from './budget.ts';
import { bootOf } from './load.ts';
import type { Cursor, Session } from './session.ts';
import { linesOf } from './text-lines.ts';

/** A place in a boot. `nth`: how often the statement was reached since the stage, this time included. */
export interface Standing {
  readonly boot: number;
  /** the last stage reached in that boot; null before the first */
  readonly stage: string | null;
  /** null: nothing can move any more */
  readonly statement: Statement | null;
  readonly nth: number;
}

interface Statement {
  readonly thread: string;
  readonly fn: string;
  readonly text: string;
}

/** Where one came to: `why` not the same place; null when it is. */
export interface Arrival {
  readonly cursor: Cursor;
  readonly why: string | null;
}

/** A search that says how far it is; `true` interrupts it, then it gives null. */
export type Walk = Generator<Position, Arrival | null, boolean | undefined>;

/** The statement that a thread stands at. */
function statementAt(session: Session, state: State, thread: number): Statement | null {
  const one = state.threads[thread];
  const top = one?.top;
  if (one === undefined || top == null) return null;
  const { kernel } = bootOf(session.loaded, state);
  const fn = kernel.linked.program.fns[top.fn];
  const line = fn?.pos[top.pc]?.[0] ?? 0;
  const text = linesOf(kernel.files, fn?.file ?? '')[line - 1] ?? '';
  return { thread: one.name, fn: top.fn, text: text.trim() };
}

const same = (a: Statement | null, b: Statement): boolean =>
  a !== null && a.thread === b.thread && a.fn === b.fn && a.text === b.text;

const stageBefore = (session: Session, boot: number, at: number) =>
  session.marks().findLast((mark) => mark.kind === 'stage' && mark.boot === boot && mark.at <= at);

/** Where the session stands: a walk from the stage on, which `true` interrupts; then it gives null. */
export function* standingOf(session: Session): Generator<Position, Standing | null, boolean | undefined> {
  const { cursor } = session.state;
  const { branch, at } = cursor;
  const state = session.now();
  const mover = session.time.mover(branch, at.at, state);
  const stage = stageBefore(session, state.boot, at.at);
  const start = session.bootStarts().find(({ boot }) => boot === state.boot)?.at ?? 0;
  const statement = mover < 0 ? null : statementAt(session, state, mover);
  let nth = 0;
  let from = position(Math.max(start, stage?.at ?? start));
  for (let turns = 0; statement !== null && from.at <= at.at; turns++) {
    const piece = session.time.pieceFrom(branch, from);
    if (piece === null) break;
    if (turns % 1024 === 1023 && (yield from) === true) return null;
    if (same(statementAt(session, piece.before, piece.thread), statement)) nth++;
    from = position(piece.end);
  }
  return { boot: state.boot, stage: stage?.label ?? null, statement, nth: Math.max(1, nth) };
}

/** Runs the history on to a position at which `there` holds; null when it ends or is interrupted before. */
function* runTo(
  session: Session,
  from: Position,
  there: (at: Position) => boolean,
): Generator<Position, Position | null, boolean | undefined> {
  let at = from;
  for (let turns = 0; !there(at); turns++) {
    const piece = turns < BUDGET ? session.time.pieceFrom(0, at) : null;
    if (piece === null) return null;
    at = position(piece.end);
    if (turns % 1024 === 1023 && (yield at) === true) return null;
  }
  return at;
}

/** Goes to a standing in a session that has not moved yet. */
export function* findStanding(session: Session, { boot, stage, statement, nth }: Standing): Walk {
  let interrupted = false;
  const stand = (at: Position, why: string | null): Arrival => ({
    cursor: { branch: 0, at, thread: session.mover(at, 0), level: 0 },
    why,
  });
  const watch = function* (
    from: Position,
    there: (at: Position) => boolean,
  ): Generator<Position, Position | null, boolean | undefined> {
    const walk = runTo(session, from, there);
    for (let next = walk.next(); ; next = walk.next(interrupted)) {
      if (next.done === true) return next.value;
      interrupted = (yield next.value) === true;
    }
  };
  const last = () => position(session.time.end(0));
  const startOf = () => session.bootStarts(0).find((one) => one.boot === boot);
  const start = yield* watch(position(0), () => startOf() !== undefined);
  if (interrupted) return null;
  if (start === null) return stand(last(), `boot ${boot} is not reached; this is the end`);
  let base = position(startOf()?.at ?? 0);
  const reached = () =>
    session.marks(0).find((mark) => mark.kind === 'stage' && mark.boot === boot && mark.label === stage);
  if (stage !== null) {
    const found = yield* watch(base, () => reached() !== undefined);
    if (interrupted) return null;
    if (found === null) return stand(last(), `the stage ${stage} is not reached; this is the end`);
    base = position(reached()?.at ?? 0);
  }
  if (statement === null) {
    yield* watch(base, () => false);
    return interrupted ? null : stand(last(), null);
  }
  const visits: Position[] = [];
  const over = (at: Position) =>
    at.at > base.at && stageBefore(session, boot, at.at)?.at !== (stage === null ? undefined : base.at);
  yield* watch(base, (at) => {
    const state = session.time.stateAt(0, at);
    const mover = state === null ? -1 : session.time.mover(0, at.at, state);
    if (state !== null && mover >= 0 && same(statementAt(session, state, mover), statement)) visits.push(at);
    return visits.length === nth || over(at);
  });
  if (interrupted) return null;
  const best = visits[nth - 1] ?? visits.at(-1);
  const after = stage === null ? 'the start of the boot' : `the stage ${stage}`;
  const what = `${statement.fn}: ${statement.text}`;
  if (best === undefined) return stand(base, `"${what}" is not reached after ${after}; this is ${after}`);
  return stand(
    best,
    visits.length >= nth ? null : `"${what}" is reached ${visits.length} times after ${after}, not ${nth}`,
  );
}
