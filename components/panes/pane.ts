// What a pane is: a row of the table of panes. Knows nothing of particular panes and of Ink.

import type { PaneId } from '../layout-spec.ts';
import { fillRows } from '../row.ts';
import type { SessionView } from '../session-view.ts';
import type { UiState } from '../state.ts';
import type { Theme } from '../theme.ts';

/** What a pane is painted from, before its slice is taken. `top` is the first source line to show, see use-sticky-top. */
export interface PaneInput {
  readonly view: SessionView;
  readonly ui: UiState;
  readonly w: number;
  readonly h: number;
  readonly theme: Theme;
  readonly focused: boolean;
  readonly top: number;
}

/** A painting not yet made: the values it depends on, and how to make it. */
export interface Painting {
  readonly deps: readonly unknown[];
  readonly make: () => readonly string[];
}

/** A pane: `h` rows of `w` cells from a slice of the view. */
export interface PaneRow {
  readonly id: PaneId;
  readonly name: string;
  readonly help: readonly string[];
  /** do arrows move a cursor from row to row, rather than scroll? */
  readonly hasCursor: boolean;
  /** is it a list, whose ends Home and End go to? */
  readonly isList: boolean;
  /** is it scrolled from its end? */
  readonly fromEnd: boolean;
  /** rows there would be without a limit of height */
  length(view: SessionView, ui: UiState): number;
  /** the lines in which one can look for words; null where the pane has none */
  lines(view: SessionView, ui: UiState): readonly string[] | null;
  /** does a row open and close, with the cursor on row `at`? null for panes without such rows */
  branch(view: SessionView, ui: UiState, at: number): Branch | null;
  /** the command line that Enter runs on row `at`; null where it does something else */
  enter(view: SessionView, at: number): string | null;
  /** columns by which the rows in sight are wider than the pane; 0 where nothing is out of sight */
  widest(view: SessionView, ui: UiState, w: number, h: number): number;
  /** the title's text, most important part first; it is cut at the right */
  title(input: PaneInput): string;
  painting(input: PaneInput): Painting;
}

/** The row of a tree that the cursor is on. */
export interface Branch {
  /** rows to open with it; empty where nothing lies below */
  readonly opens: readonly string[];
  readonly open: boolean;
  /** rows up to the one it hangs from; 0 at the top */
  readonly parent: number;
}

interface Definition<S extends object> {
  readonly id: PaneId;
  readonly name: string;
  readonly help: readonly string[];
  readonly hasCursor?: boolean;
  readonly isList?: boolean;
  readonly fromEnd?: boolean;
  length(view: SessionView, ui: UiState): number;
  lines?(view: SessionView, ui: UiState): readonly string[];
  branch?(view: SessionView, ui: UiState, at: number): Branch | null;
  enter?(view: SessionView, at: number): string | null;
  widest?(view: SessionView, ui: UiState, w: number, h: number): number;
  title(input: PaneInput): string;
  slice(input: PaneInput): S;
  paint(slice: S, w: number, h: number, theme: Theme): readonly string[];
}

/** Makes a row of the table: repainted only when a part of its slice or its size changed. */
export function definePane<S extends object>(definition: Definition<S>): PaneRow {
  const { slice, paint, ...row } = definition;
  return {
    hasCursor: false,
    fromEnd: false,
    lines: () => null,
    isList: false,
    branch: () => null,
    enter: () => null,
    widest: () => 0,
    ...row,
    painting(input) {
      const { w, h, theme } = input;
      const part = slice(input);
      return {
        deps: [...Object.values(part), w, h, theme],
        make: () => fillRows(paint(part, w, h, theme), w, h),
      };
    },
  };
}

/** The first row to show so that at most `over` rows are left above, and none is wasted below. */
export function clampScroll(scroll: number | undefined, rows: number, height: number): number {
  return Math.max(0, Math.min(scroll ?? 0, rows - height));
}
