// The stream that Ink believes to be the terminal. Ink's frames (chrome) and painted pane bodies become one screen of
// cells; what changed goes out as one synchronised chunk. Knows nothing of sessions and panes.

import { Writable } from 'node:stream';
import { type DOMElement, measureElement } from 'ink';
import { type Area, blit, createGrid, difference, type Grid } from './grid.ts';
import { createRowParser } from './row-parser.ts';
import { createStyleTable } from './sgr.ts';

/** What the sink needs of the real terminal. */
export interface TerminalOut extends NodeJS.WritableStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
}

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

/** The frame sink: a stream for Ink and a place for bodies. */
export interface FrameSink {
  /** what to give Ink as `stdout` */
  readonly stream: NodeJS.WriteStream;
  /** shows a body in the box, once Ink has it; the same rows again cost nothing */
  put(box: BoxRef, body: Body): void;
  remove(box: BoxRef): void;
  /** paints everything anew, whatever the terminal shows now */
  redraw(): void;
  /** paints at once instead of at the end of the current turn */
  flush(): void;
  /** stops painting, for the time somebody else has the terminal */
  pause(): void;
  resume(): void;
  /** lets go of the terminal for good */
  close(): void;
}

const BEGIN = '\x1b[?2026h\x1b[?25l';
const END = '\x1b[?2026l';
/** Bracketed paste on and off: the only sequences of Ink's own that the terminal is to see. */
const PASTE = ['\x1b[?2004h', '\x1b[?2004l'];

/** Says whether a write of Ink's is a mere terminal command and not a frame. */
function isCommand(text: string): boolean {
  if (!text.startsWith('\x1b[')) return text === '' || text === '\n';
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) !== 0x1b || text[i + 1] !== '[') return false;
    i += 2;
    while (i < text.length && text.charCodeAt(i) < 0x40) i++;
    if (text[i] === 'm') return false;
  }
  return true;
}

/** Makes a sink in front of a terminal. */
export function createSink(terminal: TerminalOut): FrameSink {
  const styles = createStyleTable();
  const parser = createRowParser(styles);
  const bodies = new Map<BoxRef, Body>();
  let chrome: readonly string[] = [];
  let shown: Grid | null = null;
  let cursorShown = '';
  let due = false;
  let held = false;
  let blocked = false;
  let closed = false;

  const size = () => ({ cols: terminal.columns || 80, rows: terminal.rows || 24 });

  const compose = (cols: number, rows: number): { grid: Grid; cursor: string } => {
    const grid = createGrid(cols, rows);
    for (const [y, line] of chrome.entries()) blit(grid, parser.parse(line), 0, y, cols);
    let cursor = '';
    for (const [box, body] of [...bodies].sort(([, a], [, b]) => a.layer - b.layer)) {
      if (!box.current) continue;
      const area: Area = measureElement(box.current);
      for (const [i, row] of body.rows.entries()) {
        if (i < area.height) blit(grid, parser.parse(row), area.x, area.y + i, area.width);
      }
      if (body.cursor) cursor = `\x1b[${area.y + body.cursor.y + 1};${area.x + body.cursor.x + 1}H\x1b[?25h`;
    }
    return { grid, cursor };
  };

  const paint = (): void => {
    due = false;
    if (closed || held || blocked) return;
    const { cols, rows } = size();
    const { grid, cursor } = compose(cols, rows);
    const fresh = shown === null || shown.cols !== cols || shown.rows !== rows;
    const before = fresh || shown === null ? createGrid(cols, rows) : shown;
    const changes = (fresh ? '\x1b[0m\x1b[2J' : '') + difference(before, grid, parser, styles);
    shown = grid;
    if (changes === '' && cursor === cursorShown) return;
    cursorShown = cursor;
    blocked = !terminal.write(`${BEGIN}${changes}${cursor}${END}`);
    if (blocked) terminal.once('drain', unblock);
  };

  const request = (): void => {
    if (due || closed) return;
    due = true;
    queueMicrotask(paint);
  };

  const unblock = (): void => {
    blocked = false;
    request();
  };

  const take = (text: string): void => {
    if (PASTE.includes(text)) terminal.write(text);
    else if (!closed && !isCommand(text)) {
      chrome = text.split('\n');
      request();
    }
  };

  const stream = createStream(terminal, take);
  const resized = () => {
    stream.emit('resize');
    request();
  };
  terminal.on('resize', resized);

  return {
    stream,
    put(box, body) {
      bodies.set(box, body);
      request();
    },
    remove(box) {
      bodies.delete(box);
      request();
    },
    redraw() {
      shown = null;
      request();
    },
    flush: paint,
    pause() {
      held = true;
    },
    resume() {
      held = false;
      shown = null;
      request();
    },
    close() {
      closed = true;
      terminal.removeListener('resize', resized);
      terminal.removeListener('drain', unblock);
    },
  };
}

/** A stream with a terminal's size that hands each write over as text. */
function createStream(terminal: TerminalOut, take: (text: string) => void): NodeJS.WriteStream {
  const stream = new Writable({
    decodeStrings: false,
    write(chunk: unknown, _encoding, done) {
      take(String(chunk));
      done();
    },
  });
  Object.defineProperties(stream, {
    isTTY: { value: true },
    columns: { get: () => terminal.columns || 80 },
    rows: { get: () => terminal.rows || 24 },
  });
  return stream as unknown as NodeJS.WriteStream;
}
