// What an invariant is: a row that names what must hold, who can break it, and how one tells. Knows no single invariant.
import type { Access, Program, State, Trace } from '../../vm/index.ts';
import type { Facts } from './facts.ts';

/** Where something is not as it must be. pfns are half-open [start, end) where it is about struct pages. */
export interface Violation {
  /** `page(0x18000)`, `zone(0, DMA32).managed_pages` */
  readonly place: string;
  readonly expected: string;
  readonly found: string;
  /** tells one violation of a row from another: a pfn, a zone, a node, the index of a region */
  readonly at: number;
  /** one past the last pfn of a stretch; default: at + 1 */
  readonly end?: number;
  /** the micro-step of the turn that broke it; default: that of the access */
  readonly op?: number;
}

/** One turn of a history: the states at both its ends, and what happened in between. */
export interface Turn {
  readonly before: State;
  readonly after: State;
  readonly thread: number;
  readonly trace: Trace;
}

/** A turn with what is known of its boot. */
export interface Moment extends Turn {
  readonly facts: Facts;
  readonly program: Program;
}

/** One invariant. `breaks` and `returns` see one turn and give what it newly broke; `check` sees a whole state. */
export interface Invariant {
  readonly name: string;
  /** what must hold, in one sentence */
  readonly text: string;
  /** kernel version and functions that it is taken from */
  readonly source: string;
  /** functions and fields that can break it */
  readonly writers: readonly string[];
  /** the stages at which a whole state is checked */
  readonly stages: readonly string[];
  watches(access: Access): boolean;
  breaks(moment: Moment, access: Access): Violation | null;
  /** may the turn break it in a way that no access tells? Asked of every turn, so it must answer at once */
  sees?(turn: Turn): boolean;
  /** what such a turn newly broke */
  returns?(moment: Moment): Violation | null;
  /** all that does not hold in a state: at a stage, or (null) somewhere between two; `program`: the kernel's */
  check(state: State, facts: Facts, stage: string | null, program: Program): Iterable<Violation>;
}
