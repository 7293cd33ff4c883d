// `find` and `rfind`: where in the history a condition begins to hold. Asks every state on the way, and moves only when one is
// found.
import {
  backward,
  forward,
  type Goal,
  type Outcome,
  type Position,
  position,
  type Search,
} from '../../debugger/index.ts';
import type { State } from '../../vm/index.ts';
import { type Prepared, prepare } from '../expression.ts';
import { type Asked, findBackward, findForward } from '../finding.ts';
import { bootOf } from '../load.ts';
import type { Session } from '../session.ts';
import { type Command, type Running, refuse, usage } from './command.ts';
import { arrive } from './move.ts';
import type { Way } from './searching.ts';
import { conditionError } from './stops.ts';

/** Asks whether the condition begins to hold at the turns of a search; `found` is the position of the first. */
class Beginning implements Goal {
  found: number | null = null;

  constructor(
    private readonly holds: (state: State, thread: number) => boolean,
    private readonly way: Way,
    private readonly from: number,
    public held: boolean,
  ) {}

  reached(state: State, thread: number, { end }: { readonly end: number }): boolean {
    const now = this.holds(state, thread);
    const begins = this.way === 'fwd' ? now && !this.held : this.held && !now && end < this.from;
    if (begins) this.found = end;
    this.held = now;
    return begins;
  }
}

/** Runs until the goal is reached, over faults of threads, which are no end of the history. */
function* through({ time, state }: Session, way: Way, goal: Goal): Search {
  const { branch } = state.cursor;
  let { at } = state.cursor;
  for (;;) {
    const run = way === 'fwd' ? forward : backward;
    const outcome: Outcome = yield* run(time, branch, at, [], goal);
    if (outcome.kind !== 'fault') return outcome;
    ({ at } = outcome);
  }
}

/** The condition as one over memory alone, in each boot's own text; null when its names are none that memory has. */
export function overMemory(session: Session, text: string): Asked | null {
  const variables = session.variables();
  const byBoot = new Map<number, Prepared | null>();
  const of = (state: State): Prepared | null => {
    const known = byBoot.get(state.boot);
    if (known !== undefined) return known;
    const read = prepare(bootOf(session.loaded, state).kernel, text, { state, thread: 0, frame: null }, variables);
    byBoot.set(state.boot, read.ok ? read.prepared : null);
    return read.ok ? read.prepared : null;
  };
  const here = of(session.now());
  if (here === null) return null;
  return {
    holds: (state) => Boolean(of(state)?.evaluate(state, 0)),
    reads: (state) => of(state)?.reads(state, 0) ?? null,
    still: here.still && session.loaded.boots.length === 1,
  };
}

/** The position at which it begins to hold, over every turn on the way: for what rests on more than memory. */
function* throughAll(session: Session, text: string, way: Way): Generator<Position, Outcome, boolean | undefined> {
  const ask = session.condition(text);
  const holds = (state: State, thread: number) => Boolean(ask(state, thread));
  const { at, branch, thread } = session.state.cursor;
  const goal = new Beginning(holds, way, at.at, holds(session.now(), thread));
  const outcome = yield* through(session, way, goal);
  if (outcome.kind === 'interrupted') return outcome;
  // what held all the way back holds from the first position on
  if (goal.found === null && way === 'rev' && goal.held && at.at > 0) goal.found = 0;
  return foundAt(session, branch, goal.found === null ? null : position(goal.found), way);
}

function foundAt({ time }: Session, branch: number, at: Position | null, way: Way): Outcome {
  const state = at === null ? null : time.stateAt(branch, at);
  if (at === null || state === null) return { kind: way === 'fwd' ? 'end' : 'start', at: position(0), thread: 0 };
  return { kind: 'done', at, thread: way === 'fwd' ? state.current : -1, piece: null };
}

function* find(session: Session, command: Command, text: string, way: Way): Running {
  if (text === '') return usage(command, 'a condition is missing');
  const wrong = conditionError(session, text, null);
  if (wrong !== null) return usage(command, wrong);
  const { at, branch, thread } = session.state.cursor;
  const asked = overMemory(session, text);
  const found = asked === null ? 'not memory' : yield* (way === 'fwd' ? findForward : findBackward)(session, asked);
  let outcome: Outcome;
  if (found === 'interrupted') outcome = { kind: 'interrupted', at, thread };
  else if (found === 'not memory') outcome = yield* throughAll(session, text, way);
  else outcome = foundAt(session, branch, found.at, way);
  if (outcome.kind === 'end' || outcome.kind === 'start')
    return refuse(`${text} does not begin to hold ${way === 'fwd' ? 'after' : 'before'} this position`);
  if (outcome.kind === 'done' && outcome.thread < 0)
    outcome = { ...outcome, thread: session.mover(outcome.at, branch) };
  return arrive(session, outcome, way);
}

function row(names: readonly string[], way: Way, help: string): Command {
  const command: Command = {
    names,
    group: 'time',
    usage: `${names[0]} CONDITION`,
    help,
    run: (session, args) => find(session, command, args, way),
  };
  return command;
}

/** The commands of this file. */
export const findCommands: readonly Command[] = [
  row(['find'], 'fwd', 'to the next position at which CONDITION begins to hold'),
  row(['rfind', 'reverse-find'], 'rev', 'back to the position before here at which CONDITION last began to hold'),
];
