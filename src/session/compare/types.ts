// A comparison as plain data: what --json prints, what the text says, what a screen paints. A stable format: keys are added,
// never changed. Positions are `#N`, pfns and addresses hex text inside sentences.

/** One variant. */
export interface ComparedVariant {
  /** as the operand names it */
  readonly label: string;
  readonly scenario: string;
  readonly title: string;
  /** kernel and patches of each simulated boot */
  readonly boots: readonly { readonly boot: number; readonly kernel: string; readonly patches: readonly string[] }[];
  /** position of the end of the run */
  readonly end: string;
}

/** A line of a listing. `changed`: the other variant's file has no such line. */
export interface ComparedLine {
  readonly number: number;
  readonly text: string;
  readonly current: boolean;
  readonly changed: boolean;
}

/** A frame, innermost first. */
export interface ComparedFrame {
  readonly function: string;
  /** `pfn=0x18000, nid=0` */
  readonly args: string;
  readonly file: string;
  readonly line: number;
}

/** A moment of one variant: where it stands, and what the turn that follows does. */
export interface ComparedMoment {
  /** position before the effect: seek goes there */
  readonly at: string;
  readonly boot: number;
  /** the last stage before it */
  readonly stage: string;
  /** `T1 swapper` */
  readonly thread: string;
  readonly function: string;
  readonly args: string;
  readonly file: string;
  readonly line: number;
  readonly effects: readonly string[];
  readonly stack: readonly ComparedFrame[];
  /** the statement and three lines on both sides */
  readonly source: readonly ComparedLine[];
}

/**
 * One side of the first divergence. `own`: it has an effect that the other has not; else `moment` is what it does at the
 * same point, and `later` where it does what the other did after all (then the difference is one of order).
 */
export interface ComparedSide {
  readonly own: boolean;
  readonly moment: ComparedMoment | null;
  readonly later: ComparedMoment | null;
}

/** The first divergence of two variants: in which boot, between which stages, whose effect. */
export interface ComparedDivergence {
  readonly boot: number;
  readonly after: string;
  readonly before: string;
  readonly first: 'A' | 'B';
  readonly a: ComparedSide;
  readonly b: ComparedSide;
}

/** A difference at the end of a boot. */
export interface EndRow {
  readonly boot: number;
  /** `struct pages`, `pageblocks`, `zones`, … */
  readonly topic: string;
  readonly place: string;
  readonly a: string;
  readonly b: string;
}

/** A figure by variant; `null`: the variant does not reach the stage. */
export interface FactRow {
  /** `boot 2 memmap_init` */
  readonly where: string;
  readonly fact: string;
  readonly values: readonly (string | null)[];
  readonly differs: boolean;
}

/** A variant against the first one. */
export interface ComparedPair {
  /** number of the other variant in `variants`, from 1 (0 is the first) */
  readonly with: number;
  /** the first effect that one of them never has; null: none, so far as stages that both reach show */
  readonly divergence: ComparedDivergence | null;
  /** the first effect that one has in an earlier stage than the other, where that comes before the divergence */
  readonly order: ComparedDivergence | null;
  readonly end: readonly EndRow[];
}

/** The whole comparison. */
export interface Comparison {
  readonly format: 1;
  readonly variants: readonly ComparedVariant[];
  /** what differs in what the variants are given */
  readonly given: readonly string[];
  readonly pairs: readonly ComparedPair[];
  readonly facts: readonly FactRow[];
}
