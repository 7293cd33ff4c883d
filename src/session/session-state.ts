// All of a session that changes, as types: where one stands, stop points, marks. Knows nothing of how it changes.
import type { Position, Trigger } from '../debugger/index.ts';
import type { Machine, Value } from '../machine/index.ts';
import type { Comparison } from './compare/index.ts';
import type { Results } from './results.ts';
import type { LogLine, StopView } from './view.ts';

/** Where one stands: a branch, a position, the thread and frame one looks at. */
export interface Cursor {
  readonly branch: number;
  readonly at: Position;
  /** index of the thread */
  readonly thread: number;
  /** 0 = innermost */
  readonly level: number;
}

/** A stop point as the user sees it. */
export interface PointRow {
  readonly number: number;
  /** `breakpoint`, `hw watchpoint`, `catchpoint`, … */
  readonly type: string;
  /** what was typed after the command */
  readonly what: string;
  readonly trigger: Trigger;
  readonly enabled: boolean;
  readonly temporary: boolean;
  readonly thread: number | null;
  readonly condition: string | null;
  readonly hits: number;
  /** so many hits more are counted, and do not stop */
  readonly ignore: number;
  /** it is disabled after so many stops more; null: never */
  readonly stopsLeft: number | null;
  /** command lines that are run when it has stopped */
  readonly commands: readonly string[];
  /** what it prints instead of stopping; null: it stops */
  readonly prints: Prints | null;
  /** where one stood when it was set: the locals of a watched expression are those of that frame */
  readonly at: Cursor;
}

/** What a dprintf prints: a format, and the expressions for it as they were typed. */
export interface Prints {
  readonly format: string;
  readonly args: readonly string[];
}

/** An expression that is shown at every stop. */
export interface Display {
  readonly number: number;
  readonly expression: string;
  /** the letter of the format, `x`; empty: as print shows it */
  readonly format: string;
  readonly enabled: boolean;
  /** the function whose locals it needs; null: it has a value everywhere */
  readonly fn: string | null;
}

/** A named position: a stage reached, a stop made, a fault. */
export interface Mark {
  readonly at: number;
  /** number of the boot it is in */
  readonly boot: number;
  readonly kind: 'stage' | 'stop' | 'fault';
  readonly label: string;
  /** of a stop: the number by which it is a position, `mark3` */
  readonly number?: number;
}

export type Locking = 'off' | 'on' | 'step' | 'replay';

/** A place to come back to, with what it is kept for. */
export interface Checkpoint {
  readonly number: number;
  readonly cursor: Cursor;
  readonly note: string;
}

/** All of a session that changes, as one immutable value. */
export interface SessionState {
  readonly cursor: Cursor;
  /** where one stood at the last stop: what changed since is shown */
  readonly previous: Cursor;
  readonly points: readonly PointRow[];
  readonly nextPoint: number;
  readonly displays: readonly Display[];
  readonly nextDisplay: number;
  readonly stop: StopView;
  readonly direction: 'fwd' | 'rev';
  readonly locking: Locking;
  /** cursors to go back to, newest last, and those gone back from */
  readonly past: readonly Cursor[];
  readonly future: readonly Cursor[];
  /** every cursor before a change of place, for undo-move */
  readonly trail: readonly Cursor[];
  readonly marks: Readonly<Record<number, readonly Mark[]>>;
  readonly nextMark: number;
  /** names that the user gave to branches, by their ids */
  readonly branchNames: Readonly<Record<number, string>>;
  /** since when changes of the memmap are shown, as it was asked for; null: since the last stop */
  readonly memmapSince: { readonly cursor: Cursor; readonly label: string } | null;
  readonly checkpoints: readonly Checkpoint[];
  readonly nextCheckpoint: number;
  readonly log: readonly LogLine[];
  /** console lines of this branch that the log has */
  readonly dmesg: number;
  readonly values: readonly Value[];
  /** `FILE:LINE` of the last line listed */
  readonly listed: { readonly file: string; readonly line: number } | null;
  readonly busy: string | null;
  /** the last answer whose rows can be jumped to */
  readonly results: Results | null;
  /** what compare found last */
  readonly comparison: Comparison | null;
  /** the machines that its first two variants end with; a function, so that nobody walks through them */
  readonly comparedEnds: (() => readonly [Machine, Machine]) | null;
  /** steps of the tour that were played, and where one stood before the first and after each; null: in another kernel's history */
  readonly tour: { readonly at: number; readonly places: readonly (Cursor | null)[] };
}
