// Runs the screen over a session until the user leaves it. Owns the terminal in between and always gives it back.

import './polyfill.ts';
import type { Instance } from 'ink';
import { App } from './App.tsx';
import { colorLevel, type Environment, isUtf8 } from './color-level.ts';
import { Controller, type Host } from './controller.ts';
import { draw } from './draw.tsx';
import { restoredUi, savedScreen } from './saved-screen.ts';
import type { SessionPort } from './session-view.ts';
import { FrameSink } from './sink/sink.ts';
import { sizeOf, type TerminalOut } from './sink/stream.ts';
import { initialUi, reduceUi } from './state.ts';
import { createStore } from './store.ts';
import { leaveFor } from './suspend.ts';
import { askSize, clipboard, createTerminal, onSignals, stopUntilContinued, type TerminalIn } from './terminal.ts';
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
  /** false leaves the signals of the process alone */
  readonly signals?: boolean;
}

/** How it ended: with an exit code, or with an error to be thrown. */
type Outcome = { readonly code: number } | { readonly error: unknown };

/** A promise of the outcome and the way to keep it; only the first outcome counts. */
function createEnd() {
  let finish: (outcome: Outcome) => void = () => {};
  const ended = new Promise<Outcome>((resolve) => {
    finish = resolve;
  });
  return { ended, finish: (outcome: Outcome) => finish(outcome) };
}

/** Everything that lives as long as the screen: state, sink, terminal, signals. */
function openScreen(port: SessionPort, options: ScreenOptions) {
  const { stdin, stdout, suspend = () => stopUntilContinued().then(askSize) } = options;
  const { ended, finish } = createEnd();
  const { cols, rows } = sizeOf(stdout);
  const { tourSteps } = port.view();
  const hint = { kind: 'out', text: `a tour of ${tourSteps} notes: . (next-note) begins it` } as const;
  const fresh = initialUi(cols, rows, tourSteps > 0 && port.savedScreen() === undefined ? hint : null);
  const ui = createStore(reduceUi, restoredUi(fresh, port.savedScreen()));
  port.keepScreen(() => savedScreen(ui.get(), fresh));
  const resize = () => ui.dispatch({ type: 'resized', ...sizeOf(stdout) });
  // Before the sink's own listener: the new layout is then there when the sink paints.
  stdout.on('resize', resize);
  const terminal = createTerminal(stdin, stdout);
  const sink = new FrameSink(stdout);
  const host: Host = {
    quit: () => finish({ code: 0 }),
    fail: (error) => finish({ error }),
    redraw: () => {
      resize();
      sink.redraw();
    },
    copy: (text) => {
      const sequence = clipboard(text);
      if (sequence !== null) stdout.write(sequence);
      return sequence !== null;
    },
    suspend: () => void leaveFor(suspend, terminal, sink).then(resize, host.fail),
  };
  const continued = () => {
    if (!terminal.inside) return;
    terminal.listen();
    host.redraw();
    askSize();
  };
  const controller = new Controller(port, ui, host);
  const end = (code: number) => finish({ code });
  const handlers = { end, interrupt: () => controller.interrupt(), continued };
  const ignore = options.signals === false ? () => {} : onSignals(handlers);
  const close = () => {
    sink.close();
    ignore();
    stdout.removeListener('resize', resize);
    terminal.dispose();
  };
  return { ui, sink, terminal, host, controller, ended, close };
}

/**
 * Shows the session full-screen; resolves with the exit code when the user quits or a signal ends it.
 * An error of the screen or of the session is thrown after the terminal was given back.
 */
export async function runScreen(port: SessionPort, options: ScreenOptions): Promise<number> {
  const { stdin, color, env = process.env } = options;
  const theme = createTheme(colorLevel(color, env), !isUtf8(env));
  const { ui, sink, terminal, host, controller, ended, close } = openScreen(port, options);
  let app: Instance | null = null;
  try {
    terminal.enter();
    app = draw(<App port={port} ui={ui} controller={controller} theme={theme} />, sink, stdin);
    app.waitUntilExit().then(host.quit, host.fail);
    const outcome = await ended;
    if ('error' in outcome) throw outcome.error;
    return outcome.code;
  } finally {
    if (ui.get().running !== null) port.interrupt();
    sink.pause();
    app?.unmount();
    close();
  }
}
