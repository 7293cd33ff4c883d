// Commands that move through time by executing: step, next, finish, continue and the like, and the reverse of each.
import {
  comparePositions,
  depthOf,
  type Goal,
  goals,
  label,
  type Outcome,
  type Point,
  type Position,
  position,
  shallow,
  type Trigger,
} from '../../debugger/index.ts';
import type { Value } from '../../machine/index.ts';
import type { State } from '../../vm/index.ts';
import { branchText } from '../branches.ts';
import { placeLines, stopOf } from '../describe.ts';
import { formatValue } from '../format.ts';
import { readPlaces } from '../places.ts';
import { readPosition } from '../positions.ts';
import type { Cursor, Session } from '../session.ts';
import { type Command, noPosition, type Output, type Running, refuse, say, usage } from './command.ts';
import { lock, search, type Way } from './searching.ts';

/** Ends a movement: stands where the search ended, and says why. */
export function arrive(session: Session, outcome: Outcome, way: Way, extra: readonly string[] = []): Output {
  const stop = stopOf(session, outcome);
  const { branch } = session.state.cursor;
  const gone = session.time.stateAt(branch, outcome.at)?.threads[outcome.thread]?.top === null;
  const thread = gone ? session.mover(outcome.at) : outcome.thread;
  const next: Cursor = { branch, at: outcome.at, thread, level: 0 };
  const switched = next.thread !== session.state.cursor.thread && (outcome.kind === 'hits' || outcome.kind === 'fault');
  const name = session.now(next).threads[next.thread]?.name ?? '';
  const place = placeLines(session, next);
  const lines = stop.lines.length > 0 ? stop.lines : place.slice(0, 1);
  session.goto(next, { kind: stop.kind, lines: [...lines, ...extra] }, way);
  session.doing.arrived(outcome);
  if ('hits' in outcome && outcome.hits.length > 0) session.markStop(outcome, stop.lines[0] ?? '');
  return say(
    ...(switched ? [`[Switching to thread ${next.thread + 1} (${name})]`] : []),
    ...extra,
    ...stop.lines,
    ...place,
  );
}

function count(args: string): number | null {
  if (args === '') return 1;
  const n = /^(0x[0-9a-f]+|\d+)$/i.test(args) ? Number(args) : Number.NaN;
  return Number.isSafeInteger(n) && n > 0 ? n : null;
}

type MakeGoal = (session: Session, way: Way) => Goal | null;

/** Moves `times` times by one goal; ends early at the first stop that is not the goal's own. */
function* repeat(session: Session, way: Way, times: number, make: MakeGoal, stepping: boolean): Running {
  const start = session.state;
  let out: Output = say();
  for (let i = 0; i < times; i++) {
    const refused = way === 'fwd' ? lock(session, stepping) : null;
    if (refused !== null) return refuse(refused);
    const outcome = yield* search(session, way, make(session, way), session.livePoints(), stepping);
    out = arrive(session, outcome, way, waiting(session, outcome, stepping));
    if (stepping ? outcome.kind !== 'done' : outcome.kind !== 'hits') break;
    if (i + 1 < times && (yield outcome.at) === true) {
      out = interrupted(session, way);
      break;
    }
  }
  if (times > 1) session.asOneMove(start);
  return out;
}

/** Says that a locked thread has to wait, when that is what ended the movement. */
function waiting(session: Session, outcome: Outcome, stepping: boolean): string[] {
  const { locking, cursor } = session.state;
  if (outcome.kind !== 'done' || !(locking === 'on' || (locking === 'step' && stepping))) return [];
  const waits = session.time.stateAt(cursor.branch, outcome.at)?.threads[cursor.thread]?.waits;
  if (waits == null) return [];
  return [`thread ${cursor.thread + 1} waits for ${waits.for} ${waits.at}; scheduler-locking is ${locking}`];
}

const deepNow = (session: Session) => session.stack().length - session.state.cursor.level;

const lineNow = (session: Session) => {
  const frame = session.frame();
  return frame === null ? 0 : session.place(frame).line;
};

const stepGoal: MakeGoal = (session) => goals.step(session.time, session.state.cursor.thread);
const nextGoal: MakeGoal = (session) => goals.next(session.time, session.state.cursor.thread, deepNow(session));

function moving(names: string[], way: Way, help: string, make: MakeGoal, stepping = true): Command {
  const command: Command = {
    names,
    group: 'running',
    usage: `${names[0]} [COUNT]`,
    help,
    repeats: true,
    run(session, args) {
      const times = count(args);
      return times === null ? usage(command, `'${args}' is not a count`) : repeat(session, way, times, make, stepping);
    },
  };
  return command;
}

function interrupted(session: Session, way: Way): Output {
  const { at, thread } = session.state.cursor;
  return arrive(session, { kind: 'interrupted', at, thread }, way);
}

/** To a position `times` micro-steps on or back, or to the first stop on the way. */
function* straight(session: Session, way: Way, times: number): Running {
  const { branch, at, thread } = session.state.cursor;
  const back = at.sub > 0 ? at.at + 1 - times : at.at - times;
  const to = way === 'fwd' ? position(at.at + times) : position(Math.max(0, back));
  const goal: Goal = {
    reached: (_state, _mover, piece) => (way === 'fwd' ? piece.end >= to.at : piece.start.at <= to.at),
    may: (columns, i) => (way === 'fwd' ? columns.at(i + 1) >= to.at : columns.at(i) <= to.at),
  };
  const outcome = yield* search(session, way, goal, session.livePoints(), true, to);
  const beyond = way === 'fwd' ? comparePositions(outcome.at, to) > 0 : comparePositions(outcome.at, to) < 0;
  if (outcome.kind !== 'done' && !beyond) {
    if (outcome.kind === 'start' && back >= 0) return there(session, way, to);
    return arrive(session, outcome, way);
  }
  if (outcome.kind === 'done' && way === 'fwd' && !beyond && comparePositions(outcome.at, to) < 0) {
    return arrive(session, outcome, way, waiting(session, outcome, true));
  }
  const state = session.time.stateAt(branch, to);
  return state === null ? arrive(session, { kind: 'end', at, thread }, way) : there(session, way, to);
}

function there(session: Session, way: Way, to: Position): Output {
  const state = session.time.stateAt(session.state.cursor.branch, to);
  const mover = way === 'fwd' && state !== null ? state.current : session.mover(to);
  return arrive(session, { kind: 'done', at: to, thread: mover, piece: null }, way);
}

/** Micro-steps, one after the other, over calls. */
function* overCalls(session: Session, way: Way, times: number): Running {
  const start = session.state;
  let out: Output = say();
  for (let i = 0; i < times; i++) {
    const { thread } = session.state.cursor;
    const deep = session.stack().length;
    const was = session.state.stop;
    if (way === 'fwd' ? standsAtCall(session) : comesFromCall(session, deep)) {
      const back: Goal = {
        reached: (then, mover) => mover === thread && depthOf(then, thread) <= deep,
        may: shallow(thread, deep),
      };
      const goal = way === 'fwd' ? goals.next(session.time, thread, deep) : back;
      out = arrive(session, yield* search(session, way, goal, session.livePoints(), true), way);
    } else out = yield* straight(session, way, 1);
    if (session.state.stop === was || session.state.stop.kind !== 'step') break;
    if (i + 1 < times && (yield session.state.cursor.at) === true) {
      out = interrupted(session, way);
      break;
    }
  }
  session.asOneMove(start);
  return out;
}

/** One micro-step or several: from inside a range operation to its end. */
function* micro(session: Session, way: Way, times: number, over: boolean): Running {
  const refused = way === 'fwd' ? lock(session, true) : null;
  if (refused !== null) return refuse(refused);
  return yield* over ? overCalls(session, way, times) : straight(session, way, times);
}

function standsAtCall(session: Session): boolean {
  const frame = session.stack()[0];
  if (frame === undefined) return false;
  const op = session.kernel.linked.program.fns[frame.fn]?.ops[frame.pc]?.[0];
  return op === 'call' || op === 'callv';
}

/** Does a micro-step back lead into a function that has just returned here? */
function comesFromCall(session: Session, deep: number): boolean {
  const { branch, at, thread } = session.state.cursor;
  if (at.sub > 0 || at.at === 0) return false;
  const before = session.time.stateAt(branch, position(at.at - 1));
  return before !== null && depthOf(before, thread) > deep;
}

function microCommand(names: string[], way: Way, help: string, over: boolean): Command {
  const command: Command = {
    names,
    group: 'running',
    usage: `${names[0]} [COUNT]`,
    help,
    repeats: true,
    run(session, args) {
      const times = count(args);
      return times === null ? usage(command, `'${args}' is not a count`) : micro(session, way, times, over);
    },
  };
  return command;
}

/** What a function has given back where a search ended: also where a point stops in the rest of the caller's statement. */
function valueReturned(session: Session, outcome: Outcome, name: string, deep: number): Value {
  if (outcome.kind !== 'done' && outcome.kind !== 'hits') return null;
  const { branch, thread } = session.state.cursor;
  const piece = session.time.pieceBefore(branch, outcome.at);
  const isEnd = piece !== null && piece.end === outcome.at.at && piece.thread === thread;
  if (!isEnd || piece.trace.returned !== name || depthOf(piece.after, thread) >= deep) return null;
  return piece.trace.value;
}

function* finish(session: Session, way: Way): Running {
  const frame = session.frame();
  const { thread } = session.state.cursor;
  if (frame === null) return refuse('the thread has returned; there is no frame to finish');
  const deep = deepNow(session);
  if (deep <= 1) return refuse('not meaningful in the outermost frame; up and info threads show where else one can go');
  const refused = way === 'fwd' ? lock(session, true) : null;
  if (refused !== null) return refuse(refused);
  const intro = `Run ${way === 'fwd' ? 'till exit' : 'back to call'} of #${session.state.cursor.level} ${frame.fn} ()`;
  const outcome = yield* search(
    session,
    way,
    goals.finish(session.time, thread, deep, way === 'rev'),
    session.livePoints(),
    true,
  );
  const value = way === 'fwd' ? valueReturned(session, outcome, frame.fn, deep) : null;
  const extra: string[] = [];
  if (value !== null) {
    session.change((draft) => {
      draft.values = [...draft.values, value];
    });
    extra.push(`Value returned is $${session.state.values.length} = ${formatValue(value)}`);
  }
  const out = arrive(session, outcome, way, extra);
  return { ok: out.ok, lines: [intro, ...out.lines], told: extra };
}

function temporary(trigger: Trigger, thread: number | null): Point {
  return { number: 0, trigger, enabled: true, temporary: true, thread, condition: null };
}

/** Is it written as only a position is? `+5` and `12` are lines after until, as in gdb. */
const isPosition = (text: string): boolean => /^(?:#|\$|\d+%$|(?:cp|mark|fault)\s*\d+$|checkpoint\s|")/.test(text);

/** To a position of this branch, unless something stops on the way. */
function* toPosition(session: Session, text: string, command: Command, way: Way): Running {
  const { at, branch } = session.state.cursor;
  const read = yield* readPosition(session, text);
  if (!read.ok) return noPosition(command, read.error);
  const to = read.value;
  if (to.branch !== branch)
    return usage(command, `${label(to.at)} lies in ${branchText(session, to.branch)}; seek goes there`);
  const times = way === 'fwd' ? to.at.at - at.at : at.at + Math.sign(at.sub) - to.at.at;
  if (times > 0 && to.at.sub === 0) return yield* straight(session, way, times);
  const why = to.at.sub > 0 ? 'lies inside a range operation' : `does not lie ${way === 'fwd' ? 'ahead' : 'behind'}`;
  return usage(command, `${label(to.at)} ${why}; seek goes there`);
}

function* until(session: Session, args: string, command: Command, way: Way): Running {
  const { thread } = session.state.cursor;
  const deep = deepNow(session);
  const refused = way === 'fwd' ? lock(session, true) : null;
  if (refused !== null) return refuse(refused);
  const isUntil = command.names[0] !== 'advance';
  if (args === '') {
    if (!isUntil) return usage(command, 'a place is missing');
    const from = lineNow(session);
    const beyond = (state: State) => {
      const top = state.threads[thread]?.top;
      const line = top ? session.place(top).line : from;
      return way === 'fwd' ? line > from : line < from;
    };
    const goal = goals.until(session.time, thread, deep, beyond, way === 'rev');
    return arrive(session, yield* search(session, way, goal, session.livePoints(), true), way);
  }
  if (isPosition(args)) return yield* toPosition(session, args, command, way);
  const places = readPlaces(session, args);
  if (!places.ok) return usage(command, places.error);
  const stop: Trigger = { kind: 'location', places: places.value };
  const points = [...session.livePoints(), temporary(stop, isUntil ? thread : null)];
  const left = goals.finish(session.time, thread, deep, way === 'rev');
  const outcome = yield* search(session, way, isUntil ? left : null, points, true);
  return arrive(session, outcome, way);
}

const untilCommand: Command = {
  names: ['until', 'u'],
  group: 'running',
  usage: 'until [LOCATION | #POSITION]',
  help: 'to a line below this one in this frame (leaves loops), or to LOCATION or a position, or until the frame returns',
  repeats: true,
  run: (session, args) => until(session, args, untilCommand, 'fwd'),
  words: (session) => Object.keys(session.kernel.linked.program.fns),
};

const reverseUntilCommand: Command = {
  names: ['reverse-until', 'ru'],
  group: 'running',
  usage: 'reverse-until [LOCATION | #POSITION]',
  help: 'back to a line above this one in this frame (out of loops), or to LOCATION or a position, or to the call of this function',
  repeats: true,
  run: (session, args) => until(session, args, reverseUntilCommand, 'rev'),
  words: (session) => Object.keys(session.kernel.linked.program.fns),
};

const advanceCommand: Command = {
  names: ['advance'],
  group: 'running',
  usage: 'advance LOCATION | #POSITION',
  help: 'runs on to LOCATION, in any thread, or to a position; other than seek, it stops on the way',
  run: (session, args) => until(session, args, advanceCommand, 'fwd'),
  words: (session) => Object.keys(session.kernel.linked.program.fns),
};

/** The commands that move by executing. */
export const moveCommands: readonly Command[] = [
  moving(['step', 's'], 'fwd', 'to the next statement of this thread, into calls', stepGoal),
  moving(['reverse-step', 'rs'], 'rev', 'back to the statement of this thread before this one, into calls', stepGoal),
  moving(['next', 'n'], 'fwd', 'to the next statement of this thread, over calls', nextGoal),
  moving(['reverse-next', 'rn'], 'rev', 'back to the statement of this thread before this one, over calls', nextGoal),
  microCommand(['stepi', 'si'], 'fwd', 'one micro-step: one access to memory, call or return of one thread', false),
  microCommand(['reverse-stepi', 'rsi'], 'rev', 'one micro-step back', false),
  microCommand(['nexti', 'ni'], 'fwd', 'one micro-step, over calls', true),
  microCommand(['reverse-nexti', 'rni'], 'rev', 'one micro-step back', true),
  {
    names: ['finish', 'fin', 'fi'],
    group: 'running',
    usage: 'finish',
    help: 'until this frame has returned',
    repeats: true,
    run: (session) => finish(session, 'fwd'),
  },
  {
    names: ['reverse-finish'],
    group: 'running',
    usage: 'reverse-finish',
    help: 'back to the call of this function',
    repeats: true,
    run: (session) => finish(session, 'rev'),
  },
  moving(
    ['continue', 'c', 'cont', 'con', 'fg'],
    'fwd',
    'until something stops; COUNT: the COUNTth stop',
    () => null,
    false,
  ),
  moving(['reverse-continue', 'rc'], 'rev', 'back until something stops; COUNT: the COUNTth stop', () => null, false),
  untilCommand,
  reverseUntilCommand,
  advanceCommand,
];
