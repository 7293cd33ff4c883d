// Time: branches of states, one entry for each turn, the recent ones kept and older ones thinned to keyframes from which
// every position is rebuilt. What is kept is a cache: the law is that seek(n) equals n micro-steps. Knows nothing of
// breakpoints.
import {
  atStatement,
  type Linked,
  linkedFor,
  newTrace,
  runToBlock,
  type State,
  step,
  type Trace,
} from '../vm/index.ts';
import { Columns } from './columns.ts';
import type { Position } from './position.ts';

/** Which states are kept: those of the newest `recent` entries, and of older ones one in `every`, from which it rebuilds. */
export interface Keeping {
  readonly recent: number;
  readonly every: number;
}

/** What is kept unless somebody asks for less. */
const KEEPING: Keeping = { recent: 100_000, every: 64 };

/** A choice of thread that the policy would not have made: who moves at that position. */
export interface Choice {
  readonly at: number;
  readonly thread: number;
}

/** Index of the first choice at or after a position; choices are in order. */
function firstFrom(choices: readonly Choice[], at: number): number {
  let low = 0;
  let high = choices.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((choices[middle] as Choice).at < at) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** One history: positions and states of its entries, and the choices that make it differ from its parent. */
export interface Branch {
  readonly id: number;
  readonly parent: number | null;
  /** where it leaves its parent */
  readonly from: number;
  readonly choices: readonly Choice[];
  /** position of each entry, ascending */
  readonly at: number[];
  /** state of each entry, or undefined where it was dropped */
  readonly states: (State | undefined)[];
  /** what happened from each entry to the next */
  readonly columns: Columns;
  /** entries below this index have been thinned */
  thinned: number;
  /** no thread can move at the last entry */
  ended: boolean;
  /** turns, some of which count for several */
  spent: number;
  /** why it was given up before its end */
  exhausted: 'turns' | 'memory' | null;
}

/** When a branch is given up: after so many turns, or when `full` says so, which is asked once in `every` turns. */
export interface Limits {
  readonly turns: number;
  readonly every: number;
  full(): boolean;
}

/** One turn of the history: from an entry (or a position inside it) to the next. `trace` is valid until the next call. */
export interface Piece {
  readonly start: Position;
  readonly end: number;
  readonly thread: number;
  readonly before: State;
  readonly after: State;
  readonly trace: Trace;
}

/** All branches of a history, one boot or several. Grows by itself where a later position is asked for. */
export class Timeline {
  readonly branches: Branch[] = [];
  limits: Limits | null = null;
  private readonly trace = newTrace(true);
  private readonly quiet = newTrace(false);
  /** of turns that nobody asked for but the columns */
  private readonly recorded = newTrace(true);
  private keeping: Keeping;
  /** states of the entries from a keyframe on, as far as somebody asked */
  private rebuilt: { branch: number; from: number; states: State[] } = { branch: -1, from: 0, states: [] };

  constructor(
    readonly linked: Linked,
    first: State,
    /** told of each turn that is new in its branch, with the position at its end */
    readonly observe: (branch: number, at: number, state: State, trace: Trace) => void = () => {},
    keeping: Partial<Keeping> = {},
    /** told of each turn of the first branch, once and in order, with its trace */
    readonly watch: ((turn: Piece) => void) | null = null,
  ) {
    this.keeping = { ...KEEPING, ...keeping };
    const at = [0];
    this.branches.push({
      id: 0,
      parent: null,
      from: 0,
      choices: [],
      at,
      states: [first],
      columns: new Columns(at),
      thinned: 0,
      ended: false,
      spent: 0,
      exhausted: null,
    });
  }

  branch(id: number): Branch {
    const found = this.branches[id];
    if (found === undefined) throw new Error(`no branch ${id}`);
    return found;
  }

  /** Last position recorded so far. */
  end(id: number): number {
    return this.branch(id).at.at(-1) ?? 0;
  }

  /** The columns of a branch. They grow with it. */
  columns(id: number): Columns {
    return this.branch(id).columns;
  }

  /** Keeps fewer states from now on, or more of what is still to come. */
  keep(keeping: Keeping): void {
    this.keeping = keeping;
    for (const branch of this.branches) {
      const { states } = branch;
      const old = Math.max(branch.thinned, states.length - keeping.recent);
      for (let i = 0; i < old; i++) if (i % keeping.every !== 0) states[i] = undefined;
      branch.thinned = old;
    }
    this.rebuilt = { branch: -1, from: 0, states: [] };
  }

  /** Which states are kept. */
  get kept(): Keeping {
    return this.keeping;
  }

  /** Who moves from this state at this position, or -1. */
  mover(id: number, at: number, state: State): number {
    const { choices } = this.branch(id);
    const choice = choices[firstFrom(choices, at)];
    if (choice?.at === at) return choice.thread;
    return runToBlock(this.linked, state);
  }

  /** A new branch in which `thread` moves at `at`. The old one stays as it is. Returns its id. */
  fork(id: number, at: number, thread: number): number {
    const parent = this.branch(id);
    this.stateAt(id, { at, sub: 0 });
    const keep = this.indexOf(parent, at) + 1;
    const positions = parent.at.slice(0, keep);
    const branch: Branch = {
      id: this.branches.length,
      parent: id,
      from: at,
      choices: [...parent.choices.filter((choice) => choice.at < at), { at, thread }],
      at: positions,
      states: parent.states.slice(0, keep),
      columns: parent.columns.fork(positions, keep - 1),
      thinned: Math.min(parent.thinned, keep),
      ended: false,
      spent: keep,
      exhausted: null,
    };
    branch.states[keep - 1] = this.entry(parent, keep - 1);
    this.branches.push(branch);
    const part = branch.at.at(-1) === at ? null : this.pieceBefore(id, { at, sub: 0 });
    if (part !== null) {
      branch.columns.add(this.linked, part.before, part.after, part.thread, part.trace);
      this.push(branch, at, part.after);
    }
    return branch.id;
  }

  /** Records one turn more at the end of a branch; false when no thread can move there. */
  grow(id: number): boolean {
    return this.extend(this.branch(id), this.recorded);
  }

  /** The state at a position, running on if it lies ahead; null when the history ends before it. */
  stateAt(id: number, p: Position): State | null {
    const branch = this.branch(id);
    while (this.end(id) < p.at) if (!this.grow(id)) return null;
    const i = this.indexOf(branch, p.at);
    let state = this.entry(branch, i);
    let at = branch.at[i] as number;
    while (at < p.at) {
      state = step(this.linked, state, { thread: this.mover(id, at, state), limit: p.at - at }, this.quiet);
      at += this.quiet.micro;
    }
    return p.sub === 0 ? state : this.inside(id, p, state);
  }

  /** The state inside the range operation that follows `state`, after `sub` pages; null when there is none so long. */
  private inside(id: number, p: Position, state: State): State | null {
    const thread = this.mover(id, p.at, state);
    if (thread < 0) return null;
    const cut = ({ from, to }: { from: number; to: number }) => Math.min(to, from + p.sub);
    const next = step(this.linked, state, { thread, limit: 1, cut }, this.quiet);
    return this.quiet.partial ? next : null;
  }

  /** The turn that begins at a position, recorded; null when no thread can move there. */
  pieceFrom(id: number, start: Position): Piece | null {
    const branch = this.branch(id);
    const before = this.stateAt(id, start);
    if (before === null) return null;
    const i = this.indexOf(branch, start.at);
    if (start.sub === 0 && branch.at[i] === start.at && i === branch.at.length - 1) {
      if (!this.extend(branch, this.trace)) return null;
      const after = branch.states.at(-1) as State;
      return { start, end: this.end(id), thread: after.current, before, after, trace: this.trace };
    }
    const thread = this.mover(id, start.at, before);
    if (thread < 0) return null;
    const next = branch.at[i + 1];
    const limit = next === undefined ? undefined : next - start.at;
    const after = step(this.linked, before, { thread, ...(limit === undefined ? {} : { limit }) }, this.trace);
    return { start, end: start.at + this.trace.micro, thread, before, after, trace: this.trace };
  }

  /** The turn that leads to `p`, from the last entry before it up to `p` and no further. Null at the start. */
  pieceBefore(id: number, p: Position): Piece | null {
    const branch = this.branch(id);
    this.stateAt(id, { at: p.at, sub: 0 });
    let i = this.indexOf(branch, p.at);
    if (branch.at[i] === p.at && p.sub === 0) i--;
    if (i < 0) return null;
    const at = branch.at[i] as number;
    const before = this.entry(branch, i);
    const thread = this.mover(id, at, before);
    if (thread < 0) return null;
    const whole = p.at - at;
    const cut = ({ op, from, to }: { op: number; from: number; to: number }) => (op === whole ? from + p.sub : to);
    const after = step(this.linked, before, { thread, limit: p.sub > 0 ? whole + 1 : whole, cut }, this.trace);
    return { start: { at, sub: 0 }, end: at + this.trace.micro, thread, before, after, trace: this.trace };
  }

  /** True when the thread that moves at this state stands at the beginning of a statement. */
  atStatement(state: State, thread: number): boolean {
    const top = state.threads[thread]?.top;
    return top != null && atStatement(linkedFor(this.linked, state), top);
  }

  /** Index of the last entry at or before a position. */
  private indexOf(branch: Branch, at: number): number {
    let high = branch.at.length - 1;
    if ((branch.at[high] as number) <= at) return high;
    let low = 0;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((branch.at[middle] as number) <= at) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** State of an entry, rebuilt from the keyframe before it when it was dropped. */
  private entry(branch: Branch, i: number): State {
    const kept = branch.states[i];
    if (kept !== undefined) return kept;
    let from = i;
    while (branch.states[from] === undefined) from--;
    if (this.rebuilt.branch !== branch.id || this.rebuilt.from !== from)
      this.rebuilt = { branch: branch.id, from, states: [branch.states[from] as State] };
    const { states } = this.rebuilt;
    for (let k = from + states.length - 1; k < i; k++) {
      const at = branch.at[k] as number;
      const state = states[k - from] as State;
      const limit = (branch.at[k + 1] as number) - at;
      states.push(step(this.linked, state, { thread: this.mover(branch.id, at, state), limit }, this.quiet));
    }
    return states[i - from] as State;
  }

  /** One turn more at the end of the branch; false when nothing can move. Choices all lie behind: a fork begins with its own. */
  private extend(branch: Branch, trace: Trace): boolean {
    if (branch.ended) return false;
    const at = branch.at.at(-1) as number;
    const state = branch.states.at(-1) as State;
    const thread = this.mover(branch.id, at, state);
    if (thread < 0) {
      branch.ended = true;
      return false;
    }
    if (this.isSpent(branch)) return false;
    const next = step(this.linked, state, { thread }, trace);
    branch.spent += trace.weight;
    branch.columns.add(this.linked, state, next, thread, trace);
    this.push(branch, at + trace.micro, next);
    this.observe(branch.id, at + trace.micro, next, trace);
    if (branch.id === 0 && this.watch !== null)
      this.watch({ start: { at, sub: 0 }, end: at + trace.micro, thread, before: state, after: next, trace });
    if (this.mover(branch.id, at + trace.micro, next) < 0) branch.ended = true;
    return true;
  }

  /** Is the branch given up? */
  private isSpent(branch: Branch): boolean {
    if (this.limits === null || branch.exhausted !== null) return branch.exhausted !== null;
    if (branch.spent >= this.limits.turns) branch.exhausted = 'turns';
    else if (branch.at.length % this.limits.every === 0 && this.limits.full()) branch.exhausted = 'memory';
    return branch.exhausted !== null;
  }

  private push(branch: Branch, at: number, state: State | null): void {
    if (state === null) throw new Error(`no state at #${at}`);
    branch.at.push(at);
    branch.states.push(state);
    const { recent, every } = this.keeping;
    const old = branch.states.length - recent;
    if (old - branch.thinned < recent / 4) return;
    for (let i = branch.thinned; i < old; i++) if (i % every !== 0) branch.states[i] = undefined;
    branch.thinned = old;
  }
}
