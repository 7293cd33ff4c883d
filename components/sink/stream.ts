// The stream that is given to Ink instead of the terminal: tells frames from terminal commands, knows the size.

import { Writable } from 'node:stream';

/** What the sink needs of the real terminal. */
export interface TerminalOut extends NodeJS.WritableStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
}

/** The terminal's size; 80x24 where it does not say. */
export function sizeOf(terminal: TerminalOut): { readonly cols: number; readonly rows: number } {
  return { cols: terminal.columns || 80, rows: terminal.rows || 24 };
}

/** Says whether a write of Ink's is a mere terminal command and not a frame. */
export function isCommand(text: string): boolean {
  if (!text.startsWith('\x1b[')) return text === '' || text === '\n';
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) !== 0x1b || text[i + 1] !== '[') return false;
    i += 2;
    while (i < text.length && text.charCodeAt(i) < 0x40) i++;
    if (text[i] === 'm') return false;
  }
  return true;
}

/** A stream with a terminal's size that hands each write over as text. */
export function createStream(terminal: TerminalOut, take: (text: string) => void): NodeJS.WriteStream {
  const stream = new Writable({
    decodeStrings: false,
    write(chunk: unknown, _encoding, done) {
      take(String(chunk));
      done();
    },
  });
  Object.defineProperties(stream, {
    isTTY: { value: true },
    columns: { get: () => sizeOf(terminal).cols },
    rows: { get: () => sizeOf(terminal).rows },
  });
  return stream as unknown as NodeJS.WriteStream;
}
