// The real terminal: alternate screen, signals, and the way back on every way out. Knows nothing of Ink and sessions.

import type { TerminalOut } from './sink/stream.ts';

/** What is needed of standard input. */
export interface TerminalIn extends NodeJS.ReadableStream {
  readonly isTTY?: boolean;
  setRawMode?(on: boolean): unknown;
}

/** Alternate screen, no autowrap, so that the last cell can be written. The sink shows and hides the cursor. */
const ENTER = '\x1b[?1049h\x1b[?7l\x1b[?25l\x1b[H\x1b[2J';
const LEAVE = '\x1b[?2026l\x1b[0m\x1b[?2004l\x1b[?7h\x1b[?25h\x1b[?1049l';

/** Terminals take clipboards of some 75 kB, in base64. */
const CLIPBOARD = 100_000;

/** The sequence that gives a text to the terminal's clipboard (OSC 52); null where it is too long. */
export function clipboard(text: string): string | null {
  const data = Buffer.from(text).toString('base64');
  return data.length > CLIPBOARD ? null : `\x1b]52;c;${data}\x07`;
}

/** The terminal as the screen uses it. */
export interface Terminal {
  /** whether the screen is ours now */
  readonly inside: boolean;
  enter(): void;
  /** takes keys and pastes as they come, after somebody else had the terminal; at the start Ink does this */
  listen(): void;
  /** gives the screen back; does nothing when it was given back already */
  leave(): void;
}

/** Makes a terminal of two streams; the screen is given back at exit, also after an uncaught exception. */
export function createTerminal(stdin: TerminalIn, stdout: TerminalOut): Terminal & { dispose(): void } {
  let inside = false;
  const leave = (): void => {
    if (!inside) return;
    inside = false;
    try {
      stdin.setRawMode?.(false);
    } finally {
      stdout.write(LEAVE);
    }
  };
  process.on('exit', leave);
  process.on('uncaughtExceptionMonitor', leave);
  return {
    get inside() {
      return inside;
    },
    enter() {
      inside = true;
      stdout.write(ENTER);
    },
    listen() {
      stdin.setRawMode?.(true);
      stdout.write('\x1b[?2004h');
    },
    leave,
    dispose() {
      leave();
      process.removeListener('exit', leave);
      process.removeListener('uncaughtExceptionMonitor', leave);
    },
  };
}

/** The exit codes of signals that end the program, as a shell reports them. */
const ENDING = { SIGHUP: 129, SIGTERM: 143 } as const;

/** What signals do to the screen. */
export interface SignalHandlers {
  /** SIGHUP and SIGTERM, with the exit code that a shell expects */
  readonly end: (code: number) => void;
  /** SIGINT: stops what runs, never the program */
  readonly interrupt: () => void;
  /** SIGCONT: somebody else may have had the terminal */
  readonly continued: () => void;
}

/** Listens to signals; returns the way to stop that. */
export function onSignals({ end, interrupt, continued }: SignalHandlers): () => void {
  const handlers = [
    ...Object.entries(ENDING).map(([name, code]) => [name, () => end(code)] as const),
    ['SIGINT', interrupt] as const,
    ['SIGCONT', continued] as const,
  ];
  for (const [name, handler] of handlers) process.on(name, handler);
  return () => {
    for (const [name, handler] of handlers) process.removeListener(name, handler);
  };
}

/** Lets the process ask the terminal for its size: while it was stopped, somebody else was told of changes. */
export function askSize(): void {
  if (process.platform !== 'win32') process.kill(process.pid, 'SIGWINCH');
}

/** Stops the whole process group, as C-z does without raw mode, and returns when it is continued. Does nothing on Windows. */
export async function stopUntilContinued(): Promise<void> {
  if (process.platform === 'win32') return;
  await new Promise<void>((resolve) => {
    process.once('SIGCONT', () => resolve());
    process.kill(0, 'SIGTSTP');
  });
}
