// The real screen on a fake TTY whose bytes go through a terminal emulator: press keys, resize, look at cells.
// Knows nothing of sessions.

import { PassThrough, Writable } from 'node:stream';
import xterm from '@xterm/headless';
import { runScreen, type ScreenOptions } from '../../components/index.ts';
import type { SessionPort } from '../../components/session-view.ts';

/** One cell of the emulator: `fg` and `bg` are `#rrggbb`, a palette number, or `default`. */
export interface Cell {
  readonly ch: string;
  readonly width: number;
  readonly bold: boolean;
  readonly inverse: boolean;
  readonly dim: boolean;
  readonly underline: boolean;
  readonly fg: string | number;
  readonly bg: string | number;
}

/** A UTF-8 terminal with 24-bit colour, whatever the machine that runs the tests has. */
export const TRUECOLOR = { LANG: 'C.UTF-8', TERM: 'xterm-256color', COLORTERM: 'truecolor' } as const;

function fakeInput(): PassThrough & { isRaw: boolean } {
  const stdin = Object.assign(new PassThrough(), {
    isTTY: true,
    isRaw: false,
    ref: () => stdin,
    unref: () => stdin,
    setRawMode(on: boolean) {
      stdin.isRaw = on;
      return stdin;
    },
  });
  return stdin as unknown as PassThrough & { isRaw: boolean };
}

function fakeOutput(term: xterm.Terminal, cols: number, rows: number) {
  const counts = { bytes: 0, writes: 0, last: 0, raw: '' };
  const stream = new Writable({
    decodeStrings: false,
    write(chunk: unknown, _encoding, done) {
      const text = String(chunk);
      counts.bytes += Buffer.byteLength(text);
      counts.writes++;
      counts.last = performance.now();
      counts.raw += text;
      term.write(text.replace(/\r?\n/g, '\r\n'), done);
    },
  });
  return { counts, stream: Object.assign(stream, { isTTY: true, columns: cols, rows }) };
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** A screen under test. */
export type VirtualTerminal = ReturnType<typeof mountScreen>;

/** Options of a screen under test. */
export interface MountOptions extends Partial<Omit<ScreenOptions, 'stdin' | 'stdout'>> {
  readonly cols?: number;
  readonly rows?: number;
}

/** Runs the screen over a session in an emulated terminal. */
export function mountScreen(port: SessionPort, options: MountOptions = {}) {
  return mountProgram((given) => runScreen(port, given), options);
}

/** Runs what fills a terminal in an emulated one. */
export function mountProgram(run: (options: ScreenOptions) => Promise<number>, options: MountOptions = {}) {
  const { cols = 120, rows = 40, color = 'auto', env = TRUECOLOR, ...rest } = options;
  const term = new xterm.Terminal({ cols, rows, allowProposedApi: true, scrollback: 200 });
  const stdin = fakeInput();
  const { counts, stream: stdout } = fakeOutput(term, cols, rows);
  let exitCode: number | null = null;
  const exited = run({ ...rest, color, env, stdin, stdout: stdout as never }).then((code) => {
    exitCode = code;
    return code;
  });
  exited.catch(() => {});

  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
    await new Promise<void>((resolve) => term.write('', resolve));
  };
  const row = (y: number) => term.buffer.active.getLine(y + term.buffer.active.viewportY);
  const line = (y: number): string => (row(y)?.translateToString(true) ?? '').trimEnd();
  const screen = (): string => Array.from({ length: term.rows }, (_, y) => line(y)).join('\n');

  return {
    term,
    stdin,
    stdout,
    exited,
    settle,
    line,
    screen,
    /** bytes and writes so far, when the last one was, and all of them as text */
    counts: () => ({ ...counts }),
    /** sends keys as one chunk and waits until the screen shows what they did */
    async press(keys: string): Promise<void> {
      stdin.write(keys);
      await pause(keys.endsWith('\x1b') ? 40 : 0);
      await settle();
    },
    /** presses keys one write at a time */
    async type(keys: string): Promise<void> {
      for (const key of keys) await this.press(key);
    },
    async resize(width: number, height: number): Promise<void> {
      term.resize(width, height);
      Object.assign(stdout, { columns: width, rows: height });
      stdout.emit('resize');
      await settle();
    },
    async waitFor(text: string | RegExp, ms = 5000): Promise<string> {
      for (const end = Date.now() + ms; ; ) {
        await settle();
        const now = screen();
        if (typeof text === 'string' ? now.includes(text) : text.test(now)) return now;
        if (Date.now() > end) throw new Error(`timed out waiting for ${text}; the screen shows:\n${now}`);
        await pause(5);
      }
    },
    cell: (x: number, y: number): Cell => readCell(row(y)?.getCell(x)),
    /** the first row that contains the text, or -1 */
    rowOf: (text: string): number =>
      screen()
        .split('\n')
        .findIndex((candidate) => candidate.includes(text)),
    cursor: () => ({ x: term.buffer.active.cursorX, y: term.buffer.active.cursorY }),
    get alternate(): boolean {
      return term.buffer.active.type === 'alternate';
    },
    get exitCode(): number | null {
      return exitCode;
    },
    /** leaves with C-c and C-d and frees the emulator */
    async close(): Promise<void> {
      if (exitCode === null) stdin.write('\x03');
      await settle();
      if (exitCode === null) stdin.write('\x04');
      await exited.catch(() => {});
      await settle();
      term.dispose();
    },
  };
}

type BufferCell = NonNullable<ReturnType<NonNullable<ReturnType<xterm.IBuffer['getLine']>>['getCell']>>;

function readCell(cell: BufferCell | undefined): Cell {
  if (!cell) throw new Error('no such cell');
  const color = (rgb: boolean, palette: boolean, value: number): string | number =>
    rgb ? `#${value.toString(16).padStart(6, '0')}` : palette ? value : 'default';
  return {
    ch: cell.getChars() || ' ',
    width: cell.getWidth(),
    bold: cell.isBold() !== 0,
    inverse: cell.isInverse() !== 0,
    dim: cell.isDim() !== 0,
    underline: cell.isUnderline() !== 0,
    fg: color(cell.isFgRGB(), cell.isFgPalette(), cell.getFgColor()),
    bg: color(cell.isBgRGB(), cell.isBgPalette(), cell.getBgColor()),
  };
}
