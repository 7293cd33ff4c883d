// The history of a branch as something to walk backwards through: its turns, the turn before each in the same frame, the turn
// that called it. Reads the timeline's columns; knows nothing of what is asked.
import { type Columns, FLAG, label, type Position, position, type Target, touching } from '../../debugger/index.ts';
import type { Access, Recorded, State } from '../../vm/index.ts';
import { bootOf, type LoadedBoot } from '../load.ts';
import type { Session } from '../session.ts';

/** Turns between two chances to interrupt. */
const PAUSE = 65_536;

/** A generator that says where it is now and then. What is sent true throws Interrupted. */
export type Walk<T> = Generator<Position, T, boolean | undefined>;

/** The user has had enough. */
export class Interrupted extends Error {}

type Ints = ReturnType<typeof ints>;

const ints = (length: number) => new Int32Array(length);

function larger(old: Ints): Ints {
  const out = ints(old.length * 2);
  out.set(old);
  return out;
}

/** For each turn: the one before and the one after it in its frame, and the one that called; -1: none. */
class Links {
  prev = ints(4096);
  next = ints(4096);
  up = ints(4096);
  private length = 0;
  /** by thread: its last turn at each depth, and how deep it was last */
  private stacks: { readonly last: number[]; top: number }[] = [];

  /** Links turns as far as they are recorded. `starts`: positions at which boots begin. */
  *grow(columns: Columns, starts: readonly number[]): Walk<void> {
    let boot = starts.findIndex((at) => at >= columns.at(this.length));
    if (boot < 0) boot = starts.length;
    for (let i = this.length; i < columns.length; i++) {
      if (columns.at(i) === starts[boot]) {
        this.stacks = [];
        boot++;
      }
      this.push(i, columns.thread(i), columns.depth(i));
      if (i % PAUSE === PAUSE - 1 && (yield position(columns.at(i))) === true) throw new Interrupted();
    }
  }

  private push(i: number, thread: number, depth: number): void {
    if (i >= this.prev.length) {
      this.prev = larger(this.prev);
      this.next = larger(this.next);
      this.up = larger(this.up);
    }
    this.stacks[thread] ??= { last: [], top: -1 };
    const stack = this.stacks[thread];
    // what lies above was of frames that have returned
    const before = depth <= stack.top ? (stack.last[depth] ?? -1) : -1;
    this.prev[i] = before;
    this.next[i] = -1;
    this.up[i] = stack.last[depth - 1] ?? -1;
    if (before >= 0) this.next[before] = i;
    stack.last[depth] = i;
    stack.top = depth;
    this.length = i + 1;
  }
}

/** The turns of a history by where they stood: those of one operation lie together, in order. */
class Places {
  private readonly first: Ints;
  private readonly turns: Ints;

  constructor(columns: Columns) {
    let most = 0;
    for (let i = 0; i < columns.length; i++) most = Math.max(most, columns.codeAt(i));
    this.first = ints(most + 2);
    this.turns = ints(columns.length);
    for (let i = 0; i < columns.length; i++) this.add(columns.codeAt(i) + 1, 1);
    for (let code = 0; code <= most; code++) this.add(code + 1, this.first[code] as number);
    const next = this.first.slice();
    for (let i = 0; i < columns.length; i++) {
      const at = next[columns.codeAt(i)] as number;
      this.turns[at] = i;
      next[columns.codeAt(i)] = at + 1;
    }
  }

  private add(code: number, n: number): void {
    this.first[code] = (this.first[code] as number) + n;
  }

  /** Turns in [from, to] that stood at an operation. */
  of(code: number, from: number, to: number): number[] {
    const out: number[] = [];
    if (code < 0 || code + 1 >= this.first.length) return out;
    for (let k = this.first[code] as number; k < (this.first[code + 1] as number); k++) {
      const turn = this.turns[k] as number;
      if (turn >= from && turn <= to) out.push(turn);
    }
    return out;
  }

  get length(): number {
    return this.turns.length;
  }
}

const KEPT = new WeakMap<Columns, Links>();
const PLACES = new WeakMap<Columns, Places>();

/** The history of the branch one stands in, up to where one stands. */
export class Past {
  private constructor(
    readonly session: Session,
    readonly branch: number,
    readonly columns: Columns,
    private readonly links: Links,
    /** what is asked about is what was there at this position */
    readonly now: number,
    /** pages that the range operation before it has done, where it is not over; 0: it is */
    private readonly done: number,
  ) {}

  /** Opens the history where one stands. */
  static *open(session: Session): Walk<Past> {
    const { branch, at } = session.state.cursor;
    const now = at.at + (at.sub > 0 ? 1 : 0);
    session.time.stateAt(branch, position(now));
    const columns = session.time.columns(branch);
    const links = KEPT.get(columns) ?? new Links();
    KEPT.set(columns, links);
    yield* links.grow(
      columns,
      session.bootStarts(branch).map((start) => start.at),
    );
    return new Past(session, branch, columns, links, now, at.sub);
  }

  /** The last turn that began before a position; -1 at the start. */
  turnBefore(at: number): number {
    return at <= 0 || this.columns.length === 0 ? -1 : this.columns.turnAt(at - 1);
  }

  at = (i: number): number => this.columns.at(i);
  thread = (i: number): number => this.columns.thread(i);
  depth = (i: number): number => this.columns.depth(i);
  fn = (i: number): string => this.columns.place(i).fn;
  pc = (i: number): number => this.columns.place(i).pc;
  isStatement = (i: number): boolean => (this.columns.flags(i) & FLAG.statement) !== 0;
  prev = (i: number): number => this.links.prev[i] ?? -1;
  next = (i: number): number => this.links.next[i] ?? -1;
  up = (i: number): number => this.links.up[i] ?? -1;

  accesses = (i: number): readonly Recorded[] => this.columns.accesses(i);

  /** Where the turn ends. */
  endOf = (i: number): number => this.columns.at(i + 1);

  /** The state before a turn. */
  before(i: number): State {
    return this.stateAt(this.at(i));
  }

  stateAt(at: number): State {
    const state = this.session.time.stateAt(this.branch, position(at));
    if (state === null) throw new Error(`no state at ${label(position(at))}`);
    return state;
  }

  boot(i: number): LoadedBoot {
    return bootOf(this.session.loaded, this.before(i));
  }

  /** The first turn of the boot that a turn belongs to. */
  bootStart(i: number): number {
    const at = this.at(i);
    const start = this.session.bootStarts(this.branch).findLast((one) => one.at <= at);
    return start === undefined ? 0 : this.columns.turnAt(start.at);
  }

  /** Did an access of an operation touch a place? A list that is written as a whole wrote what changed in it. */
  touches({ at, before }: { readonly at: number; readonly before: State }, access: Access, target: Target): boolean {
    // a range operation in which one stands has come so far
    if (this.done > 0 && at === this.now - 1 && access.end !== undefined)
      if ((target.at as number) >= (access.at as number) + this.done) return false;
    const after = target.struct.startsWith('memblock') ? this.stateAt(at + 1) : before;
    return touching({ trace: { accesses: [access] }, before, after }, target).length > 0;
  }

  /** Turns in [from, to] that stood at one of some operations, in order. */
  standing(codes: readonly number[], from: number, to: number): number[] {
    let places = PLACES.get(this.columns);
    if (places === undefined || places.length < this.columns.length) {
      places = new Places(this.columns);
      PLACES.set(this.columns, places);
    }
    const known = places;
    return codes.flatMap((code) => known.of(code, from, to)).sort((a, b) => a - b);
  }

  /** A chance to interrupt. */
  *pause(i: number): Walk<void> {
    if ((yield position(this.at(Math.max(0, i)))) === true) throw new Interrupted();
  }
}
