// What the columns of a branch come to, added up as they grow and never counted again: how often each operation was executed,
// which thread moved when, which turns belong to which call of a function. Knows nothing of lines and screens.
import { type Columns, FLAG } from '../../debugger/index.ts';
import { Lanes } from './lanes.ts';

/** A list of numbers that grows. */
class Numbers {
  private list = new Uint32Array(16);
  length = 0;

  push(n: number): void {
    if (this.length === this.list.length) {
      const wider = new Uint32Array(2 * this.length);
      wider.set(this.list);
      this.list = wider;
    }
    this.list[this.length++] = n;
  }

  at(i: number): number {
    return this.list[i] as number;
  }

  /** How many of the numbers, which are in order, are less than `n`. */
  before(n: number): number {
    let low = 0;
    let high = this.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.list[middle] as number) < n) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Turns of one thread at one depth of its stack. */
interface Level {
  readonly turns: Numbers;
  /** the first turn of each call */
  readonly calls: Numbers;
}

/** A call of a function: the first execution of each operation in it, as far as it was asked for. */
interface Call {
  readonly level: Level;
  readonly first: number;
  /** index in the turns of the level of the next turn to look at */
  next: number;
  /** turn of the first execution, by operation */
  readonly executed: Map<number, number>;
}

/** The sums of one branch. */
export class Tally {
  readonly lanes = new Lanes();
  private hits = new Uint32Array(1024);
  private readonly levels: Level[][] = [];
  private readonly depths: number[] = [];
  private done = 0;
  /** positions before this have been looked at */
  private seen = 0;
  private call: Call | null = null;

  constructor(private readonly columns: Columns) {}

  /** Adds up what is new; `starts`: the positions at which boots begin. */
  update(starts: readonly number[]): this {
    const { columns } = this;
    const { length } = columns;
    let next = starts.find((start) => start >= this.seen) ?? Number.POSITIVE_INFINITY;
    for (; this.done < length; this.done++) {
      const i = this.done;
      const at = columns.at(i);
      const thread = columns.thread(i);
      if (at >= next) {
        // threads of another boot are other threads
        this.depths.length = 0;
        next = starts.find((start) => start > at) ?? Number.POSITIVE_INFINITY;
      }
      this.seen = at + 1;
      if ((columns.flags(i) & FLAG.statement) !== 0) this.hit(columns.codeAt(i));
      this.lanes.add(at, thread);
      this.stood(i, thread, columns.depth(i));
    }
    return this;
  }

  private hit(code: number): void {
    if (code >= this.hits.length) {
      const wider = new Uint32Array(Math.max(code + 1, 2 * this.hits.length));
      wider.set(this.hits);
      this.hits = wider;
    }
    this.hits[code] = (this.hits[code] as number) + 1;
  }

  private stood(turn: number, thread: number, depth: number): void {
    this.levels[thread] ??= [];
    const levels = this.levels[thread] as Level[];
    while (levels.length <= depth) levels.push({ turns: new Numbers(), calls: new Numbers() });
    for (let d = (this.depths[thread] ?? 0) + 1; d <= depth; d++) (levels[d] as Level).calls.push(turn);
    this.depths[thread] = depth;
    (levels[depth] as Level).turns.push(turn);
  }

  /** How often the statement at an operation was begun. */
  hitsOf(code: number): number {
    return code < 0 ? 0 : (this.hits[code] ?? 0);
  }

  /** The last turn before turn `end` in which a thread moved, and how deep its stack was then. */
  private lastTurn(thread: number, end: number): { readonly turn: number; readonly depth: number } {
    let turn = -1;
    let depth = 0;
    for (const [d, { turns }] of (this.levels[thread] ?? []).entries()) {
      const count = turns.before(end);
      if (count === 0 || turns.at(count - 1) <= turn) continue;
      turn = turns.at(count - 1);
      depth = d;
    }
    return { turn, depth };
  }

  /**
   * Says of operations whether the frame of a thread at a depth has begun them before turn `end`. `start`: the first turn of the
   * boot, before which its threads were others.
   */
  executedBy(thread: number, depth: number, end: number, start: number): (code: number) => boolean {
    const last = this.lastTurn(thread, end);
    const level = this.levels[thread]?.[depth];
    if (level === undefined || last.turn < start || depth > last.depth) return () => false;
    const first = level.calls.at(level.calls.before(last.turn + 1) - 1);
    const call = this.callAt(level, first);
    for (; call.next < level.turns.length && level.turns.at(call.next) < end; call.next++) {
      const turn = level.turns.at(call.next);
      const code = this.columns.codeAt(turn);
      if ((this.columns.flags(turn) & FLAG.statement) !== 0 && !call.executed.has(code)) call.executed.set(code, turn);
    }
    return (code) => (call.executed.get(code) ?? Number.POSITIVE_INFINITY) < end;
  }

  private callAt(level: Level, first: number): Call {
    if (this.call?.level !== level || this.call.first !== first)
      this.call = { level, first, next: level.turns.before(first), executed: new Map() };
    return this.call;
  }
}

const TALLIES = new WeakMap<Columns, Tally>();

/** The sums of a branch's columns, up to date. */
export function tallyOf(columns: Columns, starts: readonly number[]): Tally {
  const known = TALLIES.get(columns) ?? new Tally(columns);
  TALLIES.set(columns, known);
  return known.update(starts);
}
