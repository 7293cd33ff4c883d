// Runs the screen over a session until the user leaves it. Owns the terminal in between and always gives it back.

import './polyfill.ts';
import { type Instance, render } from 'ink';
import { App } from './App.tsx';
import { colorLevel, type Environment, isUtf8 } from './color-level.ts';
import { createController, type Host } from './controller.ts';
import type { SessionPort } from './session-view.ts';
import { createSink, type TerminalOut } from './sink/sink.ts';
import { SinkContext } from './sink/sink-context.ts';
import { initialUi, reduceUi } from './state.ts';
import { createStore } from './store.ts';
import { createTerminal, onSignals, stopUntilContinued, type TerminalIn } from './terminal.ts';
import { createTheme } from './theme.ts';

/** Where the screen is, and what a test may put in the place of the process. */
export interface ScreenOptions {
  readonly stdin: TerminalIn;
  readonly stdout: TerminalOut;
  readonly color: 'auto' | 'always' | 'never';
  /** process.env where not given */
  readonly env?: Environment;
  /** stops the process and resolves when it goes on; C-z */
  readonly suspend?: () => Promise<void>;
}

interface Outcome {
  readonly code: number;
  readonly error?: unknown;
}

/**
 * Shows the session full-screen; resolves with the exit code when the user quits or a signal ends it.
 * An error of the screen or of the session is thrown after the terminal was given back.
 */
export async function runScreen(port: SessionPort, options: ScreenOptions): Promise<number> {
  const { stdin, stdout, color, env = process.env, suspend = stopUntilContinued } = options;
  const theme = createTheme(colorLevel(color, env), !isUtf8(env));
  const ui = createStore(reduceUi, initialUi(stdout.columns || 80, stdout.rows || 24));
  const terminal = createTerminal(stdin, stdout);
  const sink = createSink(stdout);
  let finish: (outcome: Outcome) => void = () => {};
  const finished = new Promise<Outcome>((resolve) => {
    finish = resolve;
  });
  const resize = () => ui.dispatch({ type: 'resized', cols: stdout.columns || 80, rows: stdout.rows || 24 });
  const host: Host = {
    quit: () => finish({ code: 0 }),
    fail: (error) => finish({ code: 1, error }),
    redraw() {
      resize();
      sink.redraw();
    },
    suspend() {
      void suspended().catch(host.fail);
    },
  };
  const suspended = async (): Promise<void> => {
    sink.pause();
    terminal.leave();
    await suspend();
    terminal.enter();
    stdin.setRawMode?.(true);
    stdout.write('\x1b[?2004h');
    resize();
    sink.resume();
  };
  const controller = createController(port, ui, host);
  stdout.on('resize', resize);
  const stopSignals = onSignals((code) => finish({ code }), controller.interrupt);
  let app: Instance | null = null;
  try {
    terminal.enter();
    app = render(
      <SinkContext value={sink}>
        <App port={port} ui={ui} controller={controller} theme={theme} />
      </SinkContext>,
      {
        stdin: stdin as NodeJS.ReadStream,
        stdout: sink.stream,
        debug: true,
        interactive: true,
        exitOnCtrlC: false,
        patchConsole: false,
        isScreenReaderEnabled: false,
      },
    );
    app.waitUntilExit().then(host.quit, host.fail);
    const outcome = await finished;
    if ('error' in outcome) throw outcome.error;
    return outcome.code;
  } finally {
    if (ui.get().running !== null) port.interrupt();
    sink.close();
    app?.unmount();
    stopSignals();
    stdout.removeListener('resize', resize);
    terminal.dispose();
  }
}
