// What step() is asked, and what it says it did.
import type { Value } from '../machine/index.ts';
import type { Access, Note } from './state.ts';

/** A range operation about to run over [from, to), as the op-th micro-step of the turn. */
export interface RangeOp {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly op: number;
}

/** Which thread moves, how far at most, and where range operations are cut. */
export interface Turn {
  readonly thread: number;
  /** at most so many micro-steps; default: to the next statement boundary, call or return */
  readonly limit?: number;
  /** where to stop inside a range operation: a number in (from, to]; `to` lets it run whole */
  cut?(range: RangeOp): number;
}

/** What a turn did, filled in by step(); one object may serve many turns. Null arrays: not recorded. */
export interface Trace {
  accesses: Access[] | null;
  notes: Note[] | null;
  /** micro-steps completed */
  micro: number;
  /** name of the function that returned in this turn, else null */
  returned: string | null;
  /** value it returned */
  value: Value;
  /** true when the turn ended inside a range operation */
  partial: boolean;
  /** what it counts for against a budget of turns: 1, and more where it changed one of very many structs */
  weight: number;
}

/** An empty trace; `record` says whether accesses and notes are wanted. */
export function newTrace(record: boolean): Trace {
  return {
    accesses: record ? [] : null,
    notes: record ? [] : null,
    micro: 0,
    returned: null,
    value: null,
    partial: false,
    weight: 1,
  };
}

/** Empties a trace for the next turn. */
export function resetTrace(trace: Trace): void {
  // a new list costs less than emptying the old one
  if (trace.accesses !== null && trace.accesses.length > 0) trace.accesses = [];
  if (trace.notes !== null && trace.notes.length > 0) trace.notes = [];
  trace.micro = 0;
  trace.returned = null;
  trace.value = null;
  trace.partial = false;
  trace.weight = 1;
}
