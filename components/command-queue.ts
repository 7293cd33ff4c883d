// Runs command lines one after the other and tells the screen what came of them. Knows nothing of keys and panes.

import type { CommandResult, SessionPort } from './session-view.ts';
import type { UiAction, UiState } from './state.ts';
import type { Store } from './store.ts';

/** A command line, or the way to find it when its turn comes; null does nothing. */
export type Job = string | (() => string | null);

/** Commands waiting for their turn. */
export interface CommandQueue {
  /** runs the job when those before it are done; when too many wait it is dropped */
  push(job: Job): void;
  /** forgets what waits and stops what runs */
  interrupt(): void;
  /** the last line that was run, null before the first */
  last(): string | null;
}

/** How many key presses may wait while a command runs. */
const BOUND = 32;
/** Longer output than this many lines opens an overlay. */
const SHORT = 4;

/** A command that takes longer than this many milliseconds is shown as running; below it would only flicker. */
const PATIENCE = 60;

interface Options {
  readonly port: SessionPort;
  readonly ui: Store<UiState, UiAction>;
  readonly quit: () => void;
  readonly fail: (error: unknown) => void;
}

/** Shows what a command printed: one row, or an overlay where it is long and nothing moved. */
function report(ui: Options['ui'], line: string, result: CommandResult, moved: boolean): void {
  const lines = result.output.flatMap((text) => text.split('\n'));
  if (!result.ok) {
    ui.dispatch({ type: 'said', message: { kind: 'error', text: lines.filter(Boolean).join('; ') } });
  } else if (moved) {
    ui.dispatch({ type: 'closed' });
  } else if (lines.length > SHORT) {
    ui.dispatch({ type: 'opened', overlay: { title: line, lines, scroll: 0, kind: 'output' } });
  } else if (lines.length > 0) {
    ui.dispatch({ type: 'said', message: { kind: 'out', text: lines.join('  ') } });
  }
}

/** Makes a queue in front of a session. */
export function createQueue({ port, ui, quit, fail }: Options): CommandQueue {
  const jobs: Job[] = [];
  let busy = false;
  let last: string | null = null;
  let running: string | null = null;
  const tell = () => ui.dispatch({ type: 'running', line: running, waiting: jobs.length });

  const run = async (line: string): Promise<void> => {
    ui.dispatch({ type: 'said', message: null });
    last = line;
    running = line;
    const shown = setTimeout(tell, PATIENCE);
    const before = port.view();
    const result = await port.execute(line).finally(() => clearTimeout(shown));
    const now = port.view();
    report(ui, line, result, now.stop !== before.stop || now.position.at !== before.position.at);
    if (result.quit) quit();
  };

  const drain = async (): Promise<void> => {
    busy = true;
    try {
      for (let job = jobs.shift(); job !== undefined; job = jobs.shift()) {
        const line = typeof job === 'string' ? job : job();
        if (line !== null) await run(line);
      }
    } catch (error) {
      jobs.length = 0;
      fail(error);
    } finally {
      busy = false;
      running = null;
      tell();
    }
  };

  return {
    push(job) {
      if (jobs.length >= BOUND) return;
      jobs.push(job);
      if (!busy) void drain();
      else if (ui.get().running !== null) tell();
    },
    interrupt() {
      jobs.length = 0;
      if (busy) port.interrupt();
    },
    last: () => last,
  };
}
