// `find` and `rfind`: where in the history a condition begins to hold. Asks every state on the way, and moves only when one is
// found.
import { backward, forward, type Goal, type Outcome, position, type Search } from '../../debugger/index.ts';
import type { State } from '../../vm/index.ts';
import type { Session } from '../session.ts';
import { type Command, type Running, refuse, usage } from './command.ts';
import { arrive, type Way } from './move.ts';
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

function* find(session: Session, command: Command, text: string, way: Way): Running {
  if (text === '') return usage(command, 'a condition is missing');
  const wrong = conditionError(session, text, null);
  if (wrong !== null) return usage(command, wrong);
  const ask = session.condition(text);
  const holds = (state: State, thread: number) => Boolean(ask(state, thread));
  const { at, branch, thread } = session.state.cursor;
  const goal = new Beginning(holds, way, at.at, holds(session.now(), thread));
  const outcome = yield* through(session, way, goal);
  if (outcome.kind === 'interrupted') return arrive(session, outcome, way);
  // what held all the way back holds from the first position on
  if (goal.found === null && way === 'rev' && goal.held && at.at > 0) goal.found = 0;
  if (goal.found === null)
    return refuse(`${text} does not begin to hold ${way === 'fwd' ? 'after' : 'before'} this position`);
  const there = position(goal.found);
  const state = session.time.stateAt(branch, there);
  const mover = way === 'fwd' && state !== null ? state.current : session.mover(there);
  return arrive(session, { kind: 'done', at: there, thread: mover, piece: null }, way);
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
