// A session: one scenario opened, where the user stands in its history, what he has asked to be stopped by. Commands move it;
// views show it. State changes as one value; the history itself belongs to the timeline.
import {
  type Branch,
  comparePositions,
  type Evaluate,
  label,
  type Outcome,
  type Piece,
  type Point,
  type Position,
  position,
  stackOf,
  Timeline,
} from '../debugger/index.ts';
import type { Kernel } from '../kernel/index.ts';
import type { Value } from '../machine/index.ts';
import { entries } from '../machine/index.ts';
import { type Frame, runnable, type State, type Thread } from '../vm/index.ts';
import { BUDGET, givenUp, LOOK_EVERY, memoryFull, spentIn } from './budget.ts';
import { condition, type Evaluated, evaluate, type Variables } from './expression.ts';
import { HistoryBudget } from './history-budget.ts';
import { InvariantLog } from './invariant-log.ts';
import { sharedUpTo } from './lineage.ts';
import { bootOf, type Loaded, lastBoot } from './load.ts';
import { PointWork } from './point-work.ts';
import type { Cursor, Mark, SessionState } from './session-state.ts';
import { stageReached } from './stages.ts';
import { linesOf } from './text-lines.ts';
import type { LogLine, StopView } from './view.ts';

export type { Checkpoint, Cursor, Display, Locking, Mark, PointRow, Prints, SessionState } from './session-state.ts';

/** The position at which a boot enters start_kernel(). */
export interface BootStart {
  readonly boot: number;
  readonly at: number;
}

/** How the history of a session is kept, for those who open one for another end than to debug. */
export interface HistoryOptions {
  /** so many states are kept, of older ones keyframes */
  readonly recent?: number;
  /** turns after which a branch is given up */
  readonly budget?: number;
  /** told of each turn of the first branch, once and in order; the trace is valid during the call */
  readonly watch?: (turn: Piece) => void;
}

/** Lines that the log has at least, of those that were said. */
const LOGGED = 2000;

/** One opened scenario. */
export class Session {
  time: Timeline;
  invariants = new InvariantLog(this);
  state: SessionState;
  /** the file it was opened from or saved into last */
  file: string | null = null;
  /** what a front end wants to find again of itself, as plain JSON; undefined: nothing */
  screen: () => unknown = () => undefined;
  readonly budget: number;
  /** what the history may take of this process's memory */
  historyBudget: HistoryBudget;
  /** what points have to do besides stopping, since a command began */
  readonly doing = new PointWork(this);
  private spent: string | null = null;
  private stages: Map<number, Mark[]> = new Map();
  private starts: Map<number, BootStart[]> = new Map();

  constructor(
    public loaded: Loaded,
    { recent, watch, budget = BUDGET }: HistoryOptions = {},
  ) {
    this.budget = budget;
    const { linked } = bootOf(loaded, loaded.first).kernel;
    const observe: Timeline['observe'] = (branch, at, state, trace) => {
      const { boot } = state;
      this.addStart(branch, { boot, at });
      const stage = stageReached(bootOf(loaded, state).kernel.initcalls, state, trace.returned);
      if (stage !== null) this.addStage(branch, { at, boot, kind: 'stage', label: stage });
      const death = state.threads[state.current]?.death;
      if (death?.kind === 'budget') this.spent = spentIn(loaded, state);
      if (death) this.addStage(branch, { at, boot, kind: 'fault', label: death.what });
    };
    this.time = new Timeline(linked, loaded.first, observe, recent === undefined ? {} : { recent }, watch);
    this.historyBudget = new HistoryBudget(this.time);
    const full = () => {
      this.historyBudget.look();
      return memoryFull();
    };
    this.time.limits = { turns: budget, every: LOOK_EVERY, full };
    const cursor: Cursor = { branch: 0, at: position(0), thread: 0, level: 0 };
    this.state = {
      cursor,
      previous: cursor,
      points: [],
      nextPoint: 1,
      displays: [],
      nextDisplay: 1,
      stop: { kind: 'start', lines: [`start of boot ${loaded.first.boot}: ${loaded.scenario.title}`] },
      direction: 'fwd',
      locking: 'off',
      past: [],
      future: [],
      trail: [],
      marks: {},
      nextMark: 1,
      branchNames: {},
      memmapSince: null,
      checkpoints: [],
      nextCheckpoint: 1,
      log: [],
      dmesg: 0,
      values: [],
      listed: null,
      busy: null,
      results: null,
      comparison: null,
      comparedEnds: null,
      tour: { at: 0, places: [cursor] },
    };
  }

  /** Which budget ran out in a history of this session, and where; null when none did. */
  get exhausted(): string | null {
    const branch = this.time.branches.find((one) => one.exhausted !== null);
    if (branch === undefined) return this.spent;
    const state = this.time.stateAt(branch.id, position(this.time.end(branch.id)));
    return state === null ? null : givenUp(this.loaded, state, this.budget, branch.exhausted === 'memory');
  }

  /** Goes on as another session of the same scenario, in its history; what was said so far stays said. */
  become(other: Session): void {
    const { loaded, time, stages, starts, spent, historyBudget } = other;
    historyBudget.bytes = this.historyBudget.bytes;
    Object.assign(this, { loaded, time, stages, starts, spent, historyBudget, invariants: new InvariantLog(this) });
    const { cursor, stop, points } = other.state;
    const { console } = this.now(cursor).machine;
    this.change((draft) => {
      const fresh = {
        past: [],
        future: [],
        trail: [],
        marks: {},
        branchNames: {},
        memmapSince: null,
        checkpoints: [],
        listed: null,
        results: null,
      };
      Object.assign(draft, { cursor, previous: cursor, stop, points, dmesg: console?.length ?? 0, ...fresh });
      draft.tour = { at: draft.tour.at, places: draft.tour.places.map(() => null) };
    });
  }

  /** Goes to the first step of the last boot, which is where a scenario opens. */
  openAtLastBoot(): void {
    const last = lastBoot(this.loaded).number;
    const { branch } = this.state.cursor;
    for (;;) {
      const at = position(this.time.end(branch));
      const state = this.time.stateAt(branch, at);
      if (state === null || state.boot === last) {
        const cursor: Cursor = { branch, at, thread: Math.max(0, this.mover(at)), level: 0 };
        const stop: StopView = { kind: 'start', lines: [`start of boot ${last}: ${this.loaded.scenario.title}`] };
        this.change((draft) => {
          Object.assign(draft, { cursor, previous: cursor, stop, tour: { at: 0, places: [cursor] } });
        });
        return;
      }
      if (this.time.branch(branch).ended) return;
      this.time.stateAt(branch, position(at.at + 1));
    }
  }

  private addStart(branch: number, start: BootStart): void {
    const own = this.starts.get(branch) ?? [];
    // asked after each turn: most are of a boot whose start is known
    if (start.boot <= (own.at(-1)?.boot ?? this.loaded.first.boot)) return;
    if (start.boot > (this.bootStarts(branch).at(-1)?.boot ?? 0)) this.starts.set(branch, [...own, start]);
  }

  /** Where each boot of the branch one stands in begins, as far as the history goes. */
  bootStarts(branch: number = this.state.cursor.branch): readonly BootStart[] {
    const b: Branch = this.time.branch(branch);
    const own = this.starts.get(branch) ?? [];
    if (b.parent === null) return [{ boot: this.loaded.first.boot, at: 0 }, ...own];
    return [...this.bootStarts(b.parent).filter((start) => start.at <= b.from), ...own];
  }

  private addStage(branch: number, mark: Mark): void {
    const list = this.stages.get(branch) ?? [];
    if (list.some((m) => m.at === mark.at && m.label === mark.label)) return;
    this.stages.set(branch, [...list, mark]);
  }

  /** The kernel that runs where one stands. */
  get kernel(): Kernel {
    return this.kernelAt(this.state.cursor);
  }

  /** The kernel that runs at a place in time. */
  kernelAt(cursor: Cursor): Kernel {
    return bootOf(this.loaded, this.now(cursor)).kernel;
  }

  /** Stages and faults of the branch one stands in, those of its parents included, by position. */
  marks(branch: number = this.state.cursor.branch): readonly Mark[] {
    const b: Branch = this.time.branch(branch);
    const own = this.stages.get(branch) ?? [];
    if (b.parent === null) return own;
    return [...this.marks(b.parent).filter((mark) => mark.at <= b.from), ...own];
  }

  /** Where something stopped before, in this branch and before it left its parents. */
  stopMarks(branch: number = this.state.cursor.branch): readonly Mark[] {
    const b: Branch = this.time.branch(branch);
    const above = b.parent === null ? [] : this.stopMarks(b.parent).filter((mark) => mark.at <= b.from);
    return [...above, ...(this.state.marks[branch] ?? [])];
  }

  /**
   * Changes the state by a recipe, which sets fields to new values. The fields are copied here and not by immer: it would go
   * through every list that grows with what was done, at each step.
   */
  change(recipe: (draft: { -readonly [K in keyof SessionState]: SessionState[K] }) => void): void {
    const draft = { ...this.state };
    recipe(draft);
    this.state = draft;
  }

  /** The simulated state where one stands. */
  now(cursor: Cursor = this.state.cursor): State {
    const state = this.time.stateAt(cursor.branch, cursor.at);
    if (state === null) throw new Error(`no state at ${label(cursor.at)}`);
    return state;
  }

  thread(cursor: Cursor = this.state.cursor): Thread | null {
    return this.now(cursor).threads[cursor.thread] ?? null;
  }

  /** The frames of the selected thread, innermost first. */
  stack(cursor: Cursor = this.state.cursor): Frame[] {
    return stackOf(this.now(cursor), cursor.thread);
  }

  /** The selected frame; null when the thread has ended. */
  frame(cursor: Cursor = this.state.cursor): Frame | null {
    return this.stack(cursor)[cursor.level] ?? null;
  }

  /** File and line of a frame; of a caller, the line of its call. */
  place(frame: Frame, cursor: Cursor = this.state.cursor): { file: string; line: number; fn: string } {
    const fn = this.kernelAt(cursor).linked.program.fns[frame.fn];
    return { file: fn?.file ?? '', line: fn?.pos[frame.pc]?.[0] ?? 0, fn: frame.fn };
  }

  /** Text of a source line, tabs kept. */
  sourceLine(file: string, line: number, cursor: Cursor = this.state.cursor): string {
    return linesOf(this.kernelAt(cursor).files, file)[line - 1] ?? '';
  }

  /** Convenience variables: $_step, $_thread, $_pfn, $bpnum, $ and $1, $2, … */
  variables(): Variables {
    const { cursor, values, nextPoint } = this.state;
    const out: Record<string, Value> = { $_step: cursor.at.at, $_thread: cursor.thread + 1 };
    if (nextPoint > 1) out.$bpnum = nextPoint - 1;
    const local = this.frame();
    const pfn =
      local === null
        ? undefined
        : evaluate(this.kernel, 'pfn', { state: this.now(), thread: cursor.thread, frame: local });
    if (pfn?.ok) out.$_pfn = pfn.value;
    values.forEach((value, i) => {
      out[`$${i + 1}`] = value;
      out.$ = value;
      out.$_ = value;
    });
    return out;
  }

  /** An expression in the selected frame. */
  evaluate(text: string): Evaluated {
    return evaluate(
      this.kernel,
      text,
      { state: this.now(), thread: this.state.cursor.thread, frame: this.frame() },
      this.variables(),
    );
  }

  /** The stop points as the debugger layer wants them. */
  livePoints(): Point[] {
    return this.state.points.map((row) => ({
      number: row.number,
      trigger: row.trigger,
      enabled: row.enabled,
      temporary: row.temporary,
      thread: row.thread,
      condition: row.condition === null ? null : this.condition(row.condition),
    }));
  }

  /** A condition, asked in the kernel of the boot in which it is asked. */
  condition(text: string): Evaluate {
    const variables = this.variables();
    const byBoot = new Map<number, Evaluate>();
    return (state, thread) => {
      const asked = byBoot.get(state.boot) ?? condition(bootOf(this.loaded, state).kernel, text, variables);
      byBoot.set(state.boot, asked);
      return asked(state, thread);
    };
  }

  /** The thread that moves next at a cursor, or the one that moved last when none can. */
  mover(at: Position, branch: number = this.state.cursor.branch): number {
    const state = this.time.stateAt(branch, at);
    if (state === null) return 0;
    const next = this.time.mover(branch, at.at, state);
    return next < 0 ? state.current : next;
  }

  canMove(thread: number): boolean {
    return runnable(this.kernel.linked, this.now(), thread);
  }

  /** Lines of the console that the log has of the history which two branches share. */
  private printedBefore(a: number, b: number): number {
    const shared = this.time.stateAt(b, position(sharedUpTo(this.time, a, b)));
    return Math.min(this.state.dmesg, shared?.machine.console?.length ?? 0);
  }

  /** Goes somewhere and remembers where one was. `stop`: why one stands there. */
  goto(cursor: Cursor, stop: StopView, direction: 'fwd' | 'rev' = this.state.direction): void {
    const { cursor: was, past, trail, log } = this.state;
    const moved = was.branch !== cursor.branch || comparePositions(was.at, cursor.at) !== 0;
    const { console } = this.now(cursor).machine;
    const seen = was.branch === cursor.branch ? this.state.dmesg : this.printedBefore(was.branch, cursor.branch);
    const fresh = entries(console, seen).map((text): LogLine => ({ kind: 'dmesg', text }));
    this.change((draft) => {
      if (moved) {
        draft.previous = was;
        draft.past = [...past.slice(-999), was];
        draft.future = [];
      }
      draft.trail = [...trail.slice(-999), was];
      draft.cursor = cursor;
      draft.stop = stop;
      draft.direction = direction;
      draft.listed = null;
      draft.dmesg = Math.max(seen, console?.length ?? 0);
      if (fresh.length > 0) draft.log = [...log, ...fresh];
    });
  }

  /** What has been done since `start` was one movement: back and undo-move take it back as a whole. */
  asOneMove(start: SessionState): void {
    const { cursor } = this.state;
    if (start.cursor.branch === cursor.branch && comparePositions(start.cursor.at, cursor.at) === 0) return;
    this.change((draft) => {
      draft.previous = start.cursor;
      draft.past = [...start.past.slice(-999), start.cursor];
      draft.trail = [...start.trail.slice(-999), start.cursor];
    });
  }

  /** Adds lines to the log. */
  say(kind: LogLine['kind'], lines: readonly string[]): void {
    if (lines.length === 0) return;
    this.change((draft) => {
      const { log } = draft;
      const kept = log.length > 2 * LOGGED ? log.slice(-LOGGED) : log;
      draft.log = [...kept, ...lines.map((text): LogLine => ({ kind, text: text.replace(/\t+/g, '  ') }))];
    });
  }

  /** A mark of the user's own stops on the timeline. */
  markStop(outcome: Outcome, text: string): void {
    this.mark(outcome.at.at, text);
  }

  /** A mark on the timeline of the branch one stands in; a position has one. */
  mark(at: number, text: string): void {
    const { branch } = this.state.cursor;
    const boot = this.time.stateAt(branch, position(at))?.boot ?? this.now().boot;
    this.change((draft) => {
      const own = draft.marks[branch] ?? [];
      if (own.some((m) => m.at === at)) return;
      const mark: Mark = { at, boot, kind: 'stop', label: text, number: draft.nextMark };
      draft.nextMark++;
      draft.marks = { ...draft.marks, [branch]: [...own, mark].sort((x, y) => x.at - y.at) };
    });
  }
}
