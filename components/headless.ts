// A screen without a terminal: the real one, drawn into cells that can be read as text, with keys that a program presses.
// Understands the sequences that the frame sink writes, and no others.
import { PassThrough, Writable } from 'node:stream';
import { runScreen } from './run.tsx';
import type { SessionPort } from './session-view.ts';
import { codeWidth } from './text.ts';

/** A UTF-8 terminal with 256 colours, whatever this process runs in. */
const ENVIRONMENT = { LANG: 'C.UTF-8', TERM: 'xterm-256color' } as const;

/** Text of a terminal's cells. */
class Cells {
  private rows: string[][] = [];
  private x = 0;
  private y = 0;

  constructor(
    private readonly cols: number,
    private readonly height: number,
  ) {
    this.clear();
  }

  private clear(): void {
    this.rows = Array.from({ length: this.height }, () => new Array<string>(this.cols).fill(' '));
  }

  /** What a terminal would make of these bytes. */
  write(text: string): void {
    for (let i = 0; i < text.length; ) {
      const code = text.codePointAt(i) ?? 0x20;
      if (code === 0x1b) {
        let end = i + 2;
        while (end < text.length && text.charCodeAt(end) < 0x40) end++;
        this.command(text.slice(i + 2, end), text[end] ?? '');
        i = end + 1;
        continue;
      }
      i += code > 0xffff ? 2 : 1;
      if (code >= 0x20) this.put(String.fromCodePoint(code), codeWidth(code));
    }
  }

  private command(parameters: string, final: string): void {
    if (final === 'J') this.clear();
    if (final !== 'H') return;
    const [row, column] = parameters.split(';').map(Number);
    this.y = Math.max(1, row || 1) - 1;
    this.x = Math.max(1, column || 1) - 1;
  }

  private put(character: string, width: number): void {
    const row = this.rows[this.y];
    if (row === undefined) return;
    if (width === 0) row[this.x - 1] = `${row[this.x - 1] ?? ''}${character}`;
    for (let i = 0; i < width && this.x < this.cols; i++) row[this.x++] = i === 0 ? character : '';
  }

  text(): string {
    return this.rows.map((row) => row.join('').trimEnd()).join('\n');
  }
}

function keyboard() {
  const stdin = Object.assign(new PassThrough(), {
    isTTY: true,
    setRawMode: () => stdin,
    ref: () => stdin,
    unref: () => stdin,
  });
  return stdin;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Lets the screen read its keys and paint. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** A screen that a program presses keys on. */
export interface Headless {
  /** sends keys as one chunk */
  press(keys: string): Promise<void>;
  /** what it shows, row by row */
  text(): string;
  close(): Promise<void>;
}

/** Opens the screen over a session, `cols` wide and `rows` high. */
export async function openHeadless(port: SessionPort, cols: number, rows: number): Promise<Headless> {
  const cells = new Cells(cols, rows);
  const stdin = keyboard();
  const out = new Writable({
    decodeStrings: false,
    write(chunk: unknown, _encoding, done) {
      cells.write(String(chunk));
      done();
    },
  });
  const stdout = Object.assign(out, { isTTY: true, columns: cols, rows });
  let left = false;
  const ended = runScreen(port, { stdin, stdout, color: 'never', env: ENVIRONMENT, signals: false }).finally(() => {
    left = true;
  });
  ended.catch(() => {});
  await settle();
  return {
    async press(keys) {
      stdin.write(keys);
      // a lone escape may be the beginning of a sequence: Ink waits a little
      if (keys.endsWith('\x1b')) await pause(40);
      await settle();
      if (left) await ended;
    },
    text: () => cells.text(),
    async close() {
      for (const key of ['\x03', '\x04']) {
        if (!left) stdin.write(key);
        await settle();
      }
      await ended.catch(() => {});
    },
  };
}
