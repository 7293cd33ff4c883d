// Runs a loaded scenario to its end, keeping no history: one loop, one recording trace, and the record that reports and
// expectations are made of.
import { newTrace, runToBlock, type State, step } from '../../vm/index.ts';
import type { Loaded } from '../load.ts';
import { observeDeath, observeDeferredRange, observeReturn, observeThreads, reachStage } from './landmarks.ts';
import { observeAccesses, observeConsole, observeNotes } from './observe.ts';
import { newRecorder, type Recorder } from './recorder.ts';
import type { TurnSeen } from './turn.ts';

/** The record of a whole run. */
export interface Recorded extends Readonly<Recorder> {
  /** the state in which the run ended */
  readonly last: State;
  /** its position, in micro-steps */
  readonly at: number;
  readonly turns: number;
  /** false when the budget ran out before the boot ended */
  readonly ended: boolean;
}

/** Limits of a run. */
export interface RunOptions {
  /** at most so many turns (statement pieces); default: no limit */
  readonly maxTurns?: number;
  /** told of each turn; its trace is valid during the call */
  onTurn?(turn: TurnSeen): void;
}

function observe(r: Recorder, turn: TurnSeen): void {
  const { before, after, trace, thread } = turn;
  if (trace.accesses !== null && trace.accesses.length > 0) observeAccesses(r, turn);
  if (trace.notes !== null && trace.notes.length > 0) observeNotes(r, turn);
  if (before.machine.console !== after.machine.console) observeConsole(r, turn);
  const moved = after.threads[thread];
  if (moved?.death != null) observeDeath(r, turn);
  else if (moved?.top?.fn === 'padata_do_multithreaded') observeDeferredRange(r, turn);
  if (trace.returned !== null) observeReturn(r, turn, trace.returned);
  if (moved?.top === null || after.threads.length > before.threads.length) observeThreads(r, turn);
}

/** Runs the last boot to its end under the default schedule and records it. */
export function runScenario(loaded: Loaded, options: RunOptions = {}): Recorded {
  const { linked } = loaded.kernel;
  const maxTurns = options.maxTurns ?? Number.POSITIVE_INFINITY;
  const recorder = newRecorder(loaded);
  const trace = newTrace(true);
  let state = loaded.first;
  let at = 0;
  let turns = 0;
  let thread = runToBlock(linked, state);
  for (; thread >= 0 && turns < maxTurns; thread = runToBlock(linked, state)) {
    const after = step(linked, state, { thread }, trace);
    const turn: TurnSeen = { start: at, end: at + trace.micro, thread, before: state, after, trace };
    observe(recorder, turn);
    options.onTurn?.(turn);
    state = after;
    at += trace.micro;
    turns++;
  }
  const ended = thread < 0;
  if (ended) reachStage(recorder, 'end', at, state);
  return { ...recorder, last: state, at, turns, ended };
}
