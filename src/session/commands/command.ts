// What a command is: a row of names, usage, help and what it does. Output is lines; what can take long is a generator that
// yields where it is, so that it can be interrupted.
import type { Position } from '../../debugger/index.ts';
import { type Result, type Results, resultText } from '../results.ts';
import type { Session } from '../session.ts';
import type { LookView } from '../session-port.ts';
import type { NoteView } from '../view.ts';

/** What a command printed; `ok` false: it was refused, and the first line says why. */
export interface Output {
  readonly ok: boolean;
  readonly lines: readonly string[];
  readonly quit?: boolean;
  /** of a movement: what the panes do not show */
  readonly told?: readonly string[];
  /** the part of the memmap that a screen is to show */
  readonly look?: LookView;
  /** the note of the tour to show from now on; null: none any more */
  readonly note?: NoteView | null;
  /** keys of the tour to press now */
  readonly play?: string;
  /** an answer whose rows can be jumped to; the lines say the same */
  readonly results?: Results;
}

/** A command at work. Sending `true` interrupts it. */
export type Running = Generator<Position, Output, boolean | undefined>;

export type Group = 'running' | 'time' | 'stops' | 'looking' | 'info' | 'threads' | 'variants' | 'session';

/**
 * Who says a line. Only the user may write files: what comes with a scenario or a session file, a tour or the list of commands
 * of a point, may be a stranger's.
 */
export type Speaker = 'user' | 'tour' | 'list' | 'file';

/** One command. `run` gets what was typed after the name, trimmed. */
export interface Command {
  /** the name first, then its abbreviations */
  readonly names: readonly string[];
  readonly group: Group;
  readonly usage: string;
  readonly help: string;
  /** does an empty line repeat it? */
  readonly repeats?: boolean;
  run(session: Session, args: string): Output | Running;
  /** does it write a file with these arguments? Then only the user himself may ask for it */
  writes?(args: string): boolean;
  /** words that can follow, for completion */
  words?(session: Session): readonly string[];
}

/** Lines as output. */
export const say = (...lines: string[]): Output => ({ ok: true, lines });

/** Rows that can be jumped to, as output: the lines say the same. */
export const listed = (session: Session, title: string, rows: readonly Result[]): Output => ({
  ok: true,
  lines: rows.map(resultText),
  results: { title, branch: session.state.cursor.branch, rows },
});

/** A refusal: what is wrong, and what to write. */
export const refuse = (...lines: string[]): Output => ({ ok: false, lines });

/** `name: why; usage: …`. */
export const usage = (command: Pick<Command, 'names' | 'usage'>, why: string): Output =>
  refuse(`${command.names[0]}: ${why}${why.endsWith('.') ? ' ' : '; '}usage: ${command.usage}`);

/** A position that could not be read: what is wrong with it, or that the way there was interrupted. */
export const noPosition = (command: Pick<Command, 'names' | 'usage'>, why: string): Output =>
  why === 'interrupted' ? refuse('interrupted') : usage(command, why);
