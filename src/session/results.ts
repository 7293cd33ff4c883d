// An answer whose rows can be jumped to: what accesses, lines, why and their like found. Knows nothing of how it is shown.
import type { Position } from '../debugger/index.ts';

/** One row of an answer. */
export interface Result {
  /** where the row leads; null: a row that only says something */
  readonly at: Position | null;
  /** index of the thread to look at there; left out: the one that moves */
  readonly thread?: number;
  /** the branch of the position; left out: that of the answer */
  readonly branch?: number;
  /** how far it is indented: the depth in a chain of causes */
  readonly depth: number;
  readonly text: string;
}

/** A row as a line: indented by its depth. */
export const resultText = ({ depth, text }: Result): string => `${'  '.repeat(depth)}${text}`;

/** A whole answer: the question, the branch its positions are of, its rows. */
export interface Results {
  readonly title: string;
  readonly branch: number;
  readonly rows: readonly Result[];
}
