// The real terminal: alternate screen, signals, and the way back on every way out. Knows nothing of Ink and sessions.

import type { TerminalOut } from './sink/sink.ts';

/** What is needed of standard input. */
export interface TerminalIn extends NodeJS.ReadableStream {
  readonly isTTY?: boolean;
  setRawMode?(on: boolean): unknown;
}

/** Alternate screen, no autowrap, so that the last cell can be written. The sink shows and hides the cursor. */
const ENTER = '\x1b[?1049h\x1b[?7l\x1b[?25l\x1b[H\x1b[2J';
const LEAVE = '\x1b[?2026l\x1b[0m\x1b[?2004l\x1b[?7h\x1b[?25h\x1b[?1049l';

/** The terminal as the screen uses it. */
export interface Terminal {
  enter(): void;
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
    enter() {
      inside = true;
      stdout.write(ENTER);
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

/** Listens to signals: those that end, with the exit code, and SIGINT, which interrupts. Returns the way to stop. */
export function onSignals(end: (code: number) => void, interrupt: () => void): () => void {
  const endings = Object.entries(ENDING).map(([name, code]) => [name, () => end(code)] as const);
  for (const [name, handler] of endings) process.on(name, handler);
  process.on('SIGINT', interrupt);
  return () => {
    for (const [name, handler] of endings) process.removeListener(name, handler);
    process.removeListener('SIGINT', interrupt);
  };
}

/** Stops the whole process group, as C-z does without raw mode, and returns when it is continued. */
export async function stopUntilContinued(): Promise<void> {
  await new Promise<void>((resolve) => {
    process.once('SIGCONT', () => resolve());
    process.kill(0, 'SIGTSTP');
  });
}
