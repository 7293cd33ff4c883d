// Runs command lines one after the other and tells the screen what came of them. Knows nothing of keys and panes.

import { showAnswer } from './answer.ts';
import type { CommandResult, Glance, SessionPort } from './session-view.ts';
import type { UiAction, UiState } from './state.ts';
import type { Store } from './store.ts';
import { textWidth } from './text.ts';

/** A command line, or the way to find it when its turn comes; null does nothing. */
export type Job = string | (() => string | null);

/** Who says a command line: a tour's keys may not do all that the user's may. */
export type Speaker = 'user' | 'tour';

/** A job, and who asked for it. */
interface Asked {
  readonly job: Job;
  readonly by: Speaker;
}

/** Commands run one after the other for so many milliseconds; then keys are read and what they came to is painted. */
const SLICE = 12;
/** Output of more lines than this opens an overlay, and so does what is wider than WIDE, or than the row, when put side by side. */
const SHORT = 4;
const WIDE = 100;
/** What takes longer than this many milliseconds, all that waits included, is shown as running; below it would only flicker. */
const PATIENCE = 60;

interface Options {
  readonly port: SessionPort;
  readonly ui: Store<UiState, UiAction>;
  readonly quit: () => void;
  readonly fail: (error: unknown) => void;
  /** shows the pages [start, end) in the memmap */
  readonly look: (start: number, end: number) => void;
  /** presses the keys of a step of the tour, once no command runs any more */
  readonly play: (keys: string) => void;
}

/** Shows what a command printed: one row, or an overlay where it is long and the panes do not show what it did. */
function report(ui: Options['ui'], line: string, result: CommandResult, before: Glance, now: Glance): void {
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
  } else if (
    before.selection === now.selection &&
    (lines.length > SHORT || textWidth(row(lines, '  ')) > Math.min(WIDE, cols))
  ) {
    open();
  } else if (lines.length > 0) {
    ui.dispatch({ type: 'said', message: { kind: 'out', text: row(lines, '  ') } });
  }
}

/**
 * Commands in the order in which they were asked for, one running at a time. A key that is held asks for the same one many
 * times: none is left out, and those that come faster than they run wait, counted on the stop line, until C-c forgets them.
 */
export class CommandQueue {
  readonly #options: Options;
  #jobs: Asked[] = [];
  /** how many of the jobs were taken */
  #taken = 0;
  /** who says what is pushed now */
  speaker: Speaker = 'user';
  #busy = false;
  /** what runs is shown as running */
  #shown = false;
  #waiting: (() => void)[] = [];
  #running: string | null = null;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Runs the job when those before it are done. */
  push(job: Job): void {
    this.#jobs.push({ job, by: this.speaker });
    if (!this.#busy) void this.#drain();
    else if (this.#shown) this.#tell();
  }

  /** Resolves when no command runs or waits. */
  settled(): Promise<void> {
    return this.#busy ? new Promise((resolve) => this.#waiting.push(resolve)) : Promise.resolve();
  }

  /** Forgets what waits and stops what runs. */
  interrupt(): void {
    this.#forget();
    if (this.#shown) this.#tell();
    if (this.#busy) this.#options.port.interrupt();
  }

  #forget(): void {
    this.#jobs = [];
    this.#taken = 0;
  }

  /** The next job; undefined when there is none. */
  #next(): Asked | undefined {
    if (this.#taken === this.#jobs.length) this.#forget();
    return this.#jobs[this.#taken++];
  }

  readonly #tell = (): void => {
    const waiting = Math.max(0, this.#jobs.length - this.#taken);
    this.#shown = this.#running !== null;
    this.#options.ui.dispatch({ type: 'running', line: this.#running, waiting });
  };

  async #run(line: string, by: Speaker): Promise<void> {
    const { port, ui, quit, play, look } = this.#options;
    ui.dispatch({ type: 'said', message: null });
    this.#running = line;
    const before = port.glance();
    const result = await port.execute(line, by);
    const now = port.glance();
    if (result.look !== undefined) look(result.look.start, result.look.end);
    if (result.note !== undefined) ui.dispatch({ type: 'noted', note: result.note });
    if (result.play !== undefined) play(result.play);
    if (now.comparison !== before.comparison && now.comparison !== null)
      ui.dispatch({ type: 'opened', overlay: { title: line, lines: [], scroll: 0, kind: 'compare' } });
    else if (
      result.note == null &&
      result.look?.instead !== true &&
      !showAnswer(ui, result, before, now, () => port.view())
    )
      report(ui, line, result, before, now);
    if (result.quit) quit();
  }

  /** Lets keys come in and the screen paint. */
  async #giveWay(): Promise<void> {
    if (this.#shown) this.#tell();
    await new Promise<void>((go) => {
      setImmediate(go);
    });
  }

  async #drain(): Promise<void> {
    this.#busy = true;
    const shown = setTimeout(this.#tell, PATIENCE);
    let started = performance.now();
    try {
      for (let next = this.#next(); next !== undefined; next = this.#next()) {
        const { job, by } = next;
        const line = typeof job === 'string' ? job : job();
        if (line !== null) await this.#run(line, by);
        if (performance.now() - started < SLICE) continue;
        await this.#giveWay();
        started = performance.now();
      }
    } catch (error) {
      this.#options.fail(error);
    } finally {
      clearTimeout(shown);
      this.#forget();
      this.#busy = false;
      this.#running = null;
      this.#tell();
      for (const go of this.#waiting.splice(0)) go();
    }
  }
}
