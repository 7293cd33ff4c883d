// Runs a loaded scenario to its end, keeping no history: one loop, one recording trace, and the record that reports and
// expectations are made of.
import { newTrace, runToBlock, type State, step } from '../../vm/index.ts';
import { LOOK_EVERY, memoryFull } from '../budget.ts';
import { bootOf, type Loaded } from '../load.ts';
import { observeDeath, observeDeferredRange, observeReturn, observeThreads, reachStage } from './landmarks.ts';
import { observeAccesses, observeConsole, observeNotes } from './observe.ts';
import { newRecorder, type Recorder } from './recorder.ts';
import type { TurnSeen } from './turn.ts';

/** The record of one boot. */
export interface RecordedBoot extends Readonly<Recorder> {
  /** the state in which the boot ended */
  readonly last: State;
}

/** The record of a whole run. */
export interface Recorded {
  readonly loaded: Loaded;
  /** the boots that were reached, in order */
  readonly boots: readonly RecordedBoot[];
  /** position of the end, in micro-steps */
  readonly at: number;
  readonly turns: number;
  /** false when the budget ran out before the last boot ended */
  readonly ended: boolean;
  /** whether that was for the memory of this process */
  readonly full: boolean;
}

/** The record of the boot of a number; undefined when it was not reached. */
export function recordedBoot(recorded: Recorded, number: number): RecordedBoot | undefined {
  return recorded.boots.find((boot) => boot.boot.number === number);
}

/** The record of the last boot that was reached. */
export function lastRecord(recorded: Recorded): RecordedBoot {
  const last = recorded.boots.at(-1);
  if (last === undefined) throw new Error('a run begins with a boot');
  return last;
}

/** Limits of a run. */
export interface RunOptions {
  /** at most so many turns (statement pieces), some of which count for several; default: no limit */
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

/** What the turn adds that ends its boot: the machine it leaves is the next one's. */
function observeKexec(r: Recorder, turn: TurnSeen): void {
  reachStage(r, 'end', turn.start, turn.before);
}

/** Runs all boots to the end under the default schedule and records them. */
export function runScenario(loaded: Loaded, options: RunOptions = {}): Recorded {
  const maxTurns = options.maxTurns ?? Number.POSITIVE_INFINITY;
  const trace = newTrace(true);
  const boots: RecordedBoot[] = [];
  let state = loaded.first;
  let running = bootOf(loaded, state);
  const { linked } = running.kernel;
  let recorder = newRecorder(loaded, running, state);
  let at = 0;
  let turns = 0;
  let thread = runToBlock(linked, state);
  let spent = 0;
  let full = false;
  for (; thread >= 0 && spent < maxTurns && !full; thread = runToBlock(linked, state)) {
    const after = step(linked, state, { thread }, trace);
    const turn: TurnSeen = { start: at, end: at + trace.micro, thread, before: state, after, trace };
    if (after.boot === state.boot) observe(recorder, turn);
    else observeKexec(recorder, turn);
    options.onTurn?.(turn);
    at += trace.micro;
    turns++;
    spent += trace.weight;
    if (turns % LOOK_EVERY === 0) full = memoryFull();
    if (after.boot !== state.boot) {
      boots.push({ ...recorder, last: state });
      running = bootOf(loaded, after);
      recorder = newRecorder(loaded, running, after);
    }
    state = after;
  }
  const ended = thread < 0;
  if (ended) reachStage(recorder, 'end', at, state);
  boots.push({ ...recorder, last: state });
  return { loaded, boots, at, turns, ended, full };
}
