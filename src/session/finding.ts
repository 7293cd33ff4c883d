// Where in the history a condition over simulated memory begins to hold: asked only after turns that wrote what it rests on,
// with what they wrote as the columns keep it; states are made where that is not enough. Moves nobody.
import { type Columns, type Position, position, type Reads } from '../debugger/index.ts';
import { KernelFault, type Machine, writeField } from '../machine/index.ts';
import type { State } from '../vm/index.ts';
import { runOn } from './positions.ts';
import type { Session } from './session.ts';

/** A condition that asks memory only. */
export interface Asked {
  holds(state: State): boolean;
  /** what its value rests on in a state; null: on more than memory */
  reads(state: State): Reads | null;
  /** true when it rests on the same places in every state */
  readonly still: boolean;
}

/** Turns between two chances to interrupt: in the columns, made as states, recorded. */
const SCANNED = 131_072;
const MADE = 256;
const GROWN = 1024;

/** Places that are followed at most where a condition rests on one after the other. */
const MOST = 64;

/** The condition along a branch: what is known of memory, and whether it holds. */
class Along {
  held: boolean;
  /** states made since somebody asked */
  made = 0;
  private places: Reads;
  private touches: (i: number) => boolean;
  private readonly columns: Columns;

  constructor(
    private readonly session: Session,
    private readonly branch: number,
    private readonly asked: Asked,
    private state: State,
    reads: Reads,
  ) {
    this.columns = session.time.columns(branch);
    this.places = reads;
    this.touches = this.columns.toucher(reads, 'w');
    this.held = asked.holds(state);
  }

  /** Asks after one turn; true when it begins to hold there. Null: it rests on more than memory there. */
  turn(i: number): boolean | null {
    if (!this.touches(i)) return false;
    const was = this.held;
    const machine = this.written(i);
    if (machine === null) this.make(i);
    else this.state = { ...this.state, machine };
    if (!this.asked.still && !this.follow(i)) return null;
    this.held = this.asked.holds(this.state);
    return this.held && !was;
  }

  /** The machine with what the turn wrote to the places; null when the columns do not say. */
  private written(i: number): Machine | null {
    const { places, parts } = this.places;
    const writes = this.columns.writes(i, places, parts);
    if (writes === null) return null;
    try {
      return writes.reduce(
        (machine, { ref, field, value }) => writeField(machine, ref, field, value),
        this.state.machine,
      );
    } catch (error) {
      if (error instanceof KernelFault) return null;
      throw error;
    }
  }

  private make(i: number): void {
    const state = this.session.time.stateAt(this.branch, position(this.columns.at(i + 1)));
    if (state !== null) this.state = state;
    this.made++;
  }

  /**
   * Where it rests on other places than before, those are read from a state of their own. Those of before are kept, as it may
   * come back to them, until they are many.
   */
  private follow(i: number): boolean {
    for (let first = true; ; first = false) {
      const reads = this.asked.reads(this.state);
      if (reads === null) return false;
      const fresh = reads.places.filter((place) => !this.places.places.some((known) => samePlace(known, place)));
      if (fresh.length === 0 && (reads.parts & ~this.places.parts) === 0) return true;
      const { places, parts } = this.places;
      this.places = places.length > MOST ? reads : { places: [...places, ...fresh], parts: parts | reads.parts };
      this.touches = this.columns.toucher(this.places, 'w');
      // the second time it is a state of the history already
      if (first) this.make(i);
    }
  }
}

const samePlace = (a: Reads['places'][number], b: Reads['places'][number]): boolean =>
  a.struct === b.struct && a.at === b.at && a.end === b.end && a.field === b.field;

/** What was found: the position at whose end it begins to hold; null: nowhere. `interrupted`, or not a question for memory alone. */
export type Finding = { readonly at: Position | null } | 'interrupted' | 'not memory';

type Search = Generator<Position, Finding, boolean | undefined>;

/** The next position after here at which the condition begins to hold; runs the history on as far as it takes. */
export function* findForward(session: Session, asked: Asked): Search {
  const { branch, at } = session.state.cursor;
  const state = session.now();
  const reads = asked.reads(state);
  if (reads === null) return 'not memory';
  const columns = session.time.columns(branch);
  const along = new Along(session, branch, asked, state, reads);
  let i = columns.length === 0 || at.at >= columns.at(columns.length) ? columns.length : columns.turnAt(at.at);
  for (let n = 1; ; i++, n++) {
    if (i >= columns.length) {
      if (!(yield* runOn(session, columns.at(columns.length) + GROWN))) return 'interrupted';
      if (i >= columns.length) return { at: null };
    }
    const begins = along.turn(i);
    if (begins === null) return 'not memory';
    if (begins) return { at: position(columns.at(i + 1)) };
    if (n % SCANNED === 0 || along.made >= MADE) {
      along.made = 0;
      if ((yield position(columns.at(i))) === true) return 'interrupted';
    }
  }
}

/** The last position before here at which the condition began to hold; the start, when it held from there on. */
export function* findBackward(session: Session, asked: Asked): Search {
  const { branch, at } = session.state.cursor;
  const { time } = session;
  const start = time.stateAt(branch, position(0));
  const reads = start === null ? null : asked.reads(start);
  if (start === null || reads === null) return 'not memory';
  const columns = time.columns(branch);
  const along = new Along(session, branch, asked, start, reads);
  let found: Position | null = along.held && at.at > 0 ? position(0) : null;
  for (let i = 0; i < columns.length && columns.at(i + 1) < at.at + (at.sub > 0 ? 1 : 0); i++) {
    const begins = along.turn(i);
    if (begins === null) return 'not memory';
    if (begins) found = position(columns.at(i + 1));
    if (i % SCANNED === SCANNED - 1 || along.made >= MADE) {
      along.made = 0;
      if ((yield position(columns.at(i))) === true) return 'interrupted';
    }
  }
  return { at: found };
}
