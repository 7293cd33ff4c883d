// The door for front ends: executes a command line in slices (the caller waits for one before the next) that leave room for keys and ^C, and tells
// who listens when something changed.
import { label } from '../debugger/index.ts';
import type { Origin, Output, Running } from './commands/command.ts';
import { begin, complete, findCommand, splitLine } from './commands/table.ts';
import { type Loaded, warningsOf } from './load.ts';
import { printable } from './printable.ts';
import { type HistoryOptions, Session } from './session.ts';
import type { CommandResult, SessionPort, SessionView } from './view.ts';
import { buildView } from './views/build.ts';
import { Memo } from './views/memo.ts';

/** How long a command runs before it lets others in, in milliseconds of the host. */
const SLICE = 12;

const isRunning = (work: Output | Running): work is Running => 'next' in work;

/** `clock` gives milliseconds: it decides only when to let others in. */
export interface PortOptions extends HistoryOptions {
  readonly clock?: () => number;
}

/** A session behind a port. */
export class Port implements SessionPort {
  readonly session: Session;
  private readonly memo = new Memo();
  private readonly listeners = new Set<() => void>();
  private interrupted = false;
  private last = '';
  private current: SessionView | null = null;

  private readonly clock: () => number;

  constructor(loaded: Loaded, { clock = () => performance.now(), ...history }: PortOptions = {}) {
    this.clock = clock;
    this.session = new Session(loaded, history);
    this.session.openAtLastBoot();
    this.session.say(
      'event',
      warningsOf(loaded).map((text) => printable(text, 4096)),
    );
  }

  view(): SessionView {
    this.current ??= buildView(this.session, this.memo);
    return this.current;
  }

  subscribe(changed: () => void): () => void {
    this.listeners.add(changed);
    return () => {
      this.listeners.delete(changed);
    };
  }

  interrupt(): void {
    this.interrupted = true;
  }

  played(): void {
    this.session.change((draft) => {
      const { at, places } = draft.tour;
      draft.tour = { at, places: [...places.slice(0, at), this.session.state.cursor] };
    });
  }

  complete(line: string): { readonly from: number; readonly words: readonly string[] } {
    return complete(this.session, line);
  }

  savedScreen(): unknown {
    return this.session.screen();
  }

  keepScreen(screen: () => unknown): void {
    this.session.screen = screen;
  }

  async execute(line: string, origin: Origin = 'user'): Promise<CommandResult> {
    const text = line.trim().replace(/^:+\s*/, '');
    const wanted = text === '' ? this.last : text;
    if (wanted === '' || wanted.startsWith('#')) return { ok: true, output: [], quit: false };
    const command = findCommand(splitLine(wanted)[0]);
    this.last = typeof command !== 'string' && (command.repeats ?? false) ? wanted : '';
    this.interrupted = false;
    const output = await this.drive(wanted, begin(this.session, wanted, origin));
    const shown = (out: string) =>
      out
        .split('\t')
        .map((part) => printable(part, 4096))
        .join('\t');
    const lines = output.lines.map(shown);
    this.session.say(output.ok ? 'out' : 'error', lines);
    const { results } = output;
    if (results !== undefined)
      this.session.change((draft) => {
        draft.results = results;
      });
    this.changed();
    const { note, play, told } = output;
    return {
      ok: output.ok,
      output: lines,
      quit: output.quit ?? false,
      ...(told === undefined ? {} : { told: told.map(shown) }),
      ...(note === undefined ? {} : { note }),
      ...(play === undefined ? {} : { play }),
    };
  }

  private async drive(line: string, work: Output | Running): Promise<Output> {
    if (!isRunning(work)) return work;
    let started = this.clock();
    for (let at = work.next(); ; ) {
      if (at.done === true) {
        this.busy(null);
        return at.value;
      }
      if (this.clock() - started > SLICE) {
        this.busy(`${line} … ${label(at.value)}`);
        await new Promise<void>((done) => {
          setImmediate(done);
        });
        started = this.clock();
      }
      at = work.next(this.interrupted);
    }
  }

  private busy(text: string | null): void {
    if (this.session.state.busy === text) return;
    this.session.change((draft) => {
      draft.busy = text;
    });
    this.changed();
  }

  private changed(): void {
    this.current = null;
    for (const listener of this.listeners) listener();
  }
}
