// Runs command lines one after the other and tells the screen what came of them. Knows nothing of keys and panes.

import type { CommandResult, SessionPort, SessionView } from './session-view.ts';
import type { UiAction, UiState } from './state.ts';
import type { Store } from './store.ts';
import { textWidth } from './text.ts';

/** A command line, or the way to find it when its turn comes; null does nothing. */
export type Job = string | (() => string | null);

/** How many key presses may wait while a command runs. */
const BOUND = 32;
/** Output of more lines than this opens an overlay, and so does what is wider than WIDE, or than the row, when put side by side. */
const SHORT = 4;
const WIDE = 100;
/** A command that takes longer than this many milliseconds is shown as running; below it would only flicker. */
const PATIENCE = 60;

interface Options {
  readonly port: SessionPort;
  readonly ui: Store<UiState, UiAction>;
  readonly quit: () => void;
  readonly fail: (error: unknown) => void;
  /** presses the keys of a step of the tour, once no command runs any more */
  readonly play: (keys: string) => void;
}

const selection = ({ thread, stack, points }: SessionView) =>
  `${thread?.number ?? ''} ${stack.find((frame) => frame.selected)?.level ?? ''} ${points}`;

/** Do the panes show another frame or thread, or other stops? */
const turned = (before: SessionView, now: SessionView): boolean => selection(before) !== selection(now);

/** Shows what a command printed: one row, or an overlay where it is long and the panes do not show what it did. */
function report(ui: Options['ui'], line: string, result: CommandResult, before: SessionView, now: SessionView): void {
  const moved = now.stop !== before.stop || now.position.at !== before.position.at;
  const lines = result.output.flatMap((text) => text.split('\n'));
  const { cols } = ui.get().size;
  const row = (parts: readonly string[], between: string) => parts.join(between).replace(/\t+/g, '  ');
  const open = () => ui.dispatch({ type: 'opened', overlay: { title: line, lines, scroll: 0, kind: 'output' } });
  if (!result.ok) {
    const text = row(lines.filter(Boolean), '; ');
    ui.dispatch({ type: 'said', message: { kind: 'error', text } });
    // cut off, it would say what is wrong and not what to do
    if (textWidth(text) > cols) open();
  } else if (moved) {
    ui.dispatch({ type: 'closed' });
    const told = row(result.told ?? [], '  ');
    if (told !== '') ui.dispatch({ type: 'said', message: { kind: 'out', text: told } });
  } else if (!turned(before, now) && (lines.length > SHORT || textWidth(row(lines, '  ')) > Math.min(WIDE, cols))) {
    open();
  } else if (lines.length > 0) {
    ui.dispatch({ type: 'said', message: { kind: 'out', text: row(lines, '  ') } });
  }
}

/** Commands in the order in which they were asked for, one running at a time. */
export class CommandQueue {
  readonly #options: Options;
  readonly #jobs: Job[] = [];
  #busy = false;
  #waiting: (() => void)[] = [];
  #running: string | null = null;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Runs the job when those before it are done; when too many wait it is dropped. */
  push(job: Job): void {
    if (this.#jobs.length >= BOUND) return;
    this.#jobs.push(job);
    if (!this.#busy) void this.#drain();
    else if (this.#options.ui.get().running !== null) this.#tell();
  }

  /** Resolves when no command runs or waits. */
  settled(): Promise<void> {
    return this.#busy ? new Promise((resolve) => this.#waiting.push(resolve)) : Promise.resolve();
  }

  /** Forgets what waits and stops what runs. */
  interrupt(): void {
    this.#jobs.length = 0;
    if (this.#busy) this.#options.port.interrupt();
  }

  readonly #tell = (): void => {
    this.#options.ui.dispatch({ type: 'running', line: this.#running, waiting: this.#jobs.length });
  };

  async #run(line: string): Promise<void> {
    const { port, ui, quit, play } = this.#options;
    ui.dispatch({ type: 'said', message: null });
    this.#running = line;
    const shown = setTimeout(this.#tell, PATIENCE);
    const before = port.view();
    try {
      const result = await port.execute(line);
      const now = port.view();
      if (result.note !== undefined) ui.dispatch({ type: 'noted', note: result.note });
      if (result.play !== undefined) play(result.play);
      if (now.comparison !== before.comparison && now.comparison !== null)
        ui.dispatch({ type: 'opened', overlay: { title: line, lines: [], scroll: 0, kind: 'compare' } });
      else if (result.note == null) report(ui, line, result, before, now);
      if (result.quit) quit();
    } finally {
      clearTimeout(shown);
    }
  }

  async #drain(): Promise<void> {
    this.#busy = true;
    try {
      for (let job = this.#jobs.shift(); job !== undefined; job = this.#jobs.shift()) {
        const line = typeof job === 'string' ? job : job();
        if (line !== null) await this.#run(line);
      }
    } catch (error) {
      this.#jobs.length = 0;
      this.#options.fail(error);
    } finally {
      this.#busy = false;
      this.#running = null;
      this.#tell();
      for (const go of this.#waiting.splice(0)) go();
    }
  }
}
