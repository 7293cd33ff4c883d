// The frame sink behind Ink's `stdout`. Ink's frames (chrome) and painted pane bodies become one screen of cells; what
// changed goes out as one synchronised chunk. Knows nothing of sessions and panes.

import { type DOMElement, measureElement } from 'ink';
import { blit, createGrid, difference, type Grid } from './grid.ts';
import { RowParser } from './row-parser.ts';
import { createStyleTable } from './sgr.ts';
import { createStream, isCommand, sizeOf, type TerminalOut } from './stream.ts';

/** The Ink box that rows belong to, as React hands it over. */
export interface BoxRef {
  readonly current: DOMElement | null;
}

/** Rows painted over the rectangle of an Ink box. */
export interface Body {
  readonly rows: readonly string[];
  /** where the terminal's cursor belongs, from the corner of the box; null leaves it to others */
  readonly cursor: { readonly x: number; readonly y: number } | null;
  /** higher ones lie above lower ones */
  readonly layer: number;
}

const BEGIN = '\x1b[?2026h\x1b[?25l';
const END = '\x1b[?2026l';
/** Bracketed paste on and off: the only sequences of Ink's own that the terminal is to see. */
const PASTE = ['\x1b[?2004h', '\x1b[?2004l'];

/** A stream for Ink and a place for bodies, in front of one terminal. */
export class FrameSink {
  /** what to give Ink as `stdout` */
  readonly stream: NodeJS.WriteStream;
  readonly #terminal: TerminalOut;
  readonly #styles = createStyleTable();
  readonly #parser = new RowParser(this.#styles);
  readonly #bodies = new Map<BoxRef, Body>();
  #chrome: readonly string[] = [];
  #shown: Grid | null = null;
  #cursor = '';
  /** a frame is to be painted at the end of this turn */
  #due = false;
  #paused = false;
  /** the terminal has not yet taken the last frame; frames in between are left out */
  #full = false;
  #closed = false;

  constructor(terminal: TerminalOut) {
    this.#terminal = terminal;
    this.stream = createStream(terminal, (text) => this.#take(text));
    terminal.on('resize', this.#resized);
  }

  /** Shows a body in the box, once Ink has it. */
  put(box: BoxRef, body: Body): void {
    this.#bodies.set(box, body);
    this.#request();
  }

  /** Takes a body away. */
  remove(box: BoxRef): void {
    this.#bodies.delete(box);
    this.#request();
  }

  /** Paints everything anew, whatever the terminal shows now. */
  redraw(): void {
    this.#shown = null;
    this.#request();
  }

  /** Stops painting for the time somebody else has the terminal. */
  pause(): void {
    this.#paused = true;
  }

  /** Goes on painting, everything anew. */
  resume(): void {
    this.#paused = false;
    this.redraw();
  }

  /** Lets go of the terminal for good. */
  close(): void {
    this.#closed = true;
    this.#terminal.removeListener('resize', this.#resized);
    this.#terminal.removeListener('drain', this.#drained);
  }

  readonly #resized = (): void => {
    this.stream.emit('resize');
    this.#request();
  };

  readonly #drained = (): void => {
    this.#full = false;
    this.#request();
  };

  #take(text: string): void {
    if (this.#closed) return;
    if (PASTE.includes(text)) this.#terminal.write(text);
    else if (!isCommand(text)) {
      this.#chrome = text.split('\n');
      this.#request();
    }
  }

  #request(): void {
    if (this.#due) return;
    this.#due = true;
    queueMicrotask(() => this.#paint());
  }

  #paint(): void {
    this.#due = false;
    if (this.#closed || this.#paused || this.#full) return;
    const { cols, rows } = sizeOf(this.#terminal);
    const { grid, cursor } = this.#compose(createGrid(cols, rows));
    const known = this.#shown?.cols === cols && this.#shown.rows === rows ? this.#shown : null;
    const changes = difference(known ?? createGrid(cols, rows), grid, this.#parser, this.#styles);
    const clear = known ? '' : '\x1b[0m\x1b[2J';
    this.#shown = grid;
    if (clear === '' && changes === '' && cursor === this.#cursor) return;
    this.#cursor = cursor;
    this.#full = !this.#terminal.write(`${BEGIN}${clear}${changes}${cursor}${END}`);
    if (this.#full) this.#terminal.once('drain', this.#drained);
  }

  /** Puts chrome and bodies onto a blank screen; `cursor` is the sequence that shows it where it belongs. */
  #compose(grid: Grid): { readonly grid: Grid; readonly cursor: string } {
    let cursor = '';
    for (const [y, line] of this.#chrome.entries()) blit(grid, this.#parser.parse(line), 0, y, grid.cols);
    for (const [box, body] of [...this.#bodies].sort(([, a], [, b]) => a.layer - b.layer)) {
      if (!box.current) continue;
      const { x, y, width, height } = measureElement(box.current);
      for (const [i, row] of body.rows.slice(0, height).entries()) blit(grid, this.#parser.parse(row), x, y + i, width);
      if (body.cursor) cursor = `\x1b[${y + body.cursor.y + 1};${x + body.cursor.x + 1}H\x1b[?25h`;
    }
    return { grid, cursor };
  }
}
