// Runs a loaded scenario to its end, keeping no history: one loop, one recording trace, and the record that reports and
// expectations are made of.

import { drained } from '../../explore/index.ts';
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
  /** the state in which it began, and at which position */
  readonly first: State;
  readonly from: number;
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

/** How far a run went: until nothing could move any more, or until it was given up. `full`: for want of memory. */
export interface RunEnd {
  readonly ended: boolean;
  readonly full: boolean;
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

/** Writes the record of a run, whoever runs it: all turns under the default schedule, in order. */
export class RunWriter {
  private readonly boots: RecordedBoot[] = [];
  private recorder: Recorder;
  private state: State;
  private begun: { readonly first: State; readonly from: number };
  private at = 0;
  private turns = 0;

  constructor(private readonly loaded: Loaded) {
    this.state = loaded.first;
    this.begun = { first: loaded.first, from: 0 };
    this.recorder = newRecorder(loaded, bootOf(loaded, loaded.first), loaded.first);
  }

  /** One turn more; its trace is valid during the call. */
  turn(turn: TurnSeen, onTurn?: (turn: TurnSeen) => void): void {
    const { before, after } = turn;
    if (after.boot === before.boot) observe(this.recorder, turn);
    else observeKexec(this.recorder, turn);
    onTurn?.(turn);
    if (after.boot !== before.boot) {
      this.boots.push({ ...this.recorder, ...this.begun, last: before });
      this.begun = { first: after, from: turn.end };
      this.recorder = newRecorder(this.loaded, bootOf(this.loaded, after), after);
    }
    this.state = after;
    this.at = turn.end;
    this.turns++;
  }

  /** The record of a run that went as far as that. */
  finish({ ended, full }: RunEnd): Recorded {
    const { loaded, at, turns, state, recorder, begun } = this;
    if (ended) reachStage(recorder, 'end', at, state);
    return { loaded, boots: [...this.boots, { ...recorder, ...begun, last: state }], at, turns, ended, full };
  }
}

/** Turns after which a run in slices says how far it is. */
const SLICE = 512;

/** Runs all boots under the default schedule, as long as their turns count for less than `most`; yields now and then. */
export function* runSlices(
  loaded: Loaded,
  most: number,
  onTurn: (turn: TurnSeen) => void,
): Generator<number, RunEnd, undefined> {
  const trace = newTrace(true);
  const { linked } = bootOf(loaded, loaded.first).kernel;
  let state = loaded.first;
  let at = 0;
  let spent = 0;
  let full = false;
  let thread = runToBlock(linked, state);
  for (let n = 1; thread >= 0 && spent < most && !full; n++, thread = runToBlock(linked, state)) {
    const after = step(linked, state, { thread }, trace);
    onTurn({ start: at, end: at + trace.micro, thread, before: state, after, trace });
    at += trace.micro;
    spent += trace.weight;
    state = after;
    if (n % LOOK_EVERY === 0) full = memoryFull();
    if (n % SLICE === 0) yield at;
  }
  return { ended: thread < 0, full };
}

/** Runs all boots to the end under the default schedule and records them. */
export function runScenario(loaded: Loaded, options: RunOptions = {}): Recorded {
  const writer = new RunWriter(loaded);
  const onTurn = options.onTurn?.bind(options);
  const most = options.maxTurns ?? Number.POSITIVE_INFINITY;
  return writer.finish(drained(runSlices(loaded, most, (turn) => writer.turn(turn, onTurn))));
}
