// The door for front ends: what they can ask of a session and what they get back. Knows nothing of how it is done.
import type { Glance, NoteView, SessionView } from './view.ts';

/** The pages [start, end) are to be looked at. `instead`: a screen that shows them need not show what was printed. */
export interface LookView {
  readonly start: number;
  readonly end: number;
  readonly instead: boolean;
}

export interface CommandResult {
  readonly ok: boolean;
  /** what the command printed; an error's text when not ok */
  readonly output: readonly string[];
  readonly quit: boolean;
  /** of a movement: what the panes do not show */
  readonly told?: readonly string[];
  /** what the memmap is to show from now on */
  readonly look?: LookView;
  /** the note of the tour to show from now on; null: none any more; left out: as it is */
  readonly note?: NoteView | null;
  /** keys of the tour that whoever runs the commands is to press now; played() is to follow */
  readonly play?: string;
}

/** The only door for front ends. */
export interface SessionPort {
  view(): SessionView;
  /** what of the view tells what a command came to: for those who do not show it */
  glance(): Glance;
  /** calls back after every change of view(); returns the way to stop that */
  subscribe(changed: () => void): () => void;
  /**
   * Runs one command line; long ones yield to the event loop, report progress through view().busy and stop on interrupt().
   * `origin`: who says it, the user unless it is said; a tour's keys may not write files.
   */
  execute(line: string, origin?: 'user' | 'tour'): Promise<CommandResult>;
  /** what a front end kept of itself in the session that was opened, as keepScreen() gave it; undefined: nothing */
  savedScreen(): unknown;
  /** `screen` gives what is to be found again, as plain JSON, whenever the session is saved */
  keepScreen(screen: () => unknown): void;
  interrupt(): void;
  /** the keys of a step of the tour have been pressed: this is where it leads */
  played(): void;
  /** completions of the word at the end of `line`; `from` is where that word starts */
  complete(line: string): { readonly from: number; readonly words: readonly string[] };
}
