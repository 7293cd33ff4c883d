// The door for front ends, as it works: executes a command line in slices (the caller waits for one before the next) that leave
// room for keys and ^C, and tells who listens when something changed.
import { label } from '../debugger/index.ts';
import type { Output, Running, Speaker } from './commands/command.ts';
import { begin, complete, findCommand, opensList, splitLine } from './commands/table.ts';
import { displayLines } from './displays.ts';
import { type Loaded, warningsOf } from './load.ts';
import { printable } from './printable.ts';
import { type HistoryOptions, Session } from './session.ts';
import type { CommandResult, SessionPort } from './session-port.ts';
import type { Glance, SessionView } from './view.ts';
import { buildGlance, buildView } from './views/build.ts';
import { Memo } from './views/memo.ts';

/** How long a command runs before it lets others in, in milliseconds of the host. */
const SLICE = 12;

/** How long between two words of how far it is; the first comes as late. */
const PROGRESS = 100;

const isRunning = (work: Output | Running): work is Running => 'next' in work;

/** Lines that lists of commands may print for one command, and how often they may move: they may go round for ever. */
const MOST_LINES = 10_000;
const MOST_MOVES = 100_000;

/** Text that cannot steer a terminal. */
const shown = (out: string): string =>
  out
    .split('\t')
    .map((part) => printable(part, 4096))
    .join('\t');

/** Lines for one row of the screen: few of them, or how many there are. */
const briefly = (lines: readonly string[]): readonly string[] =>
  lines.length > 3 ? [`${lines.length} lines printed, in the log; the last: ${lines.at(-1)}`] : lines;

/** What came of one command: `printed`: by points on the way; `lists`: lines to be run now, as points have stopped. */
interface Performed {
  readonly output: Output;
  readonly lines: readonly string[];
  readonly printed: readonly string[];
  readonly stopped: boolean;
  readonly lists: readonly string[];
}

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
  /** when a command last said how far it is */
  private shown = 0;
  private last = '';
  private started = 0;
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

  glance(): Glance {
    return buildGlance(this.session, this.memo);
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

  opensList(line: string): readonly number[] | null {
    return opensList(this.session, line);
  }

  savedScreen(): unknown {
    return this.session.screen();
  }

  keepScreen(screen: () => unknown): void {
    this.session.screen = screen;
  }

  async execute(line: string, by: Speaker = 'user'): Promise<CommandResult> {
    const text = line.trim().replace(/^:+\s*/, '');
    const wanted = text === '' ? this.last : text;
    if (wanted === '' || wanted.startsWith('#')) return { ok: true, output: [], quit: false };
    const command = findCommand(splitLine(wanted)[0]);
    this.last = typeof command !== 'string' && (command.repeats ?? false) ? wanted : '';
    this.interrupted = false;
    this.started = this.clock();
    this.shown = this.started;
    const first = await this.perform(wanted, by);
    const { output } = first;
    const after = first.lists.length > 0 ? await this.runLists(first.lists) : { ok: true, lines: [], quit: false };
    this.changed();
    const { note, play, look } = output;
    const told = [...briefly(first.printed), ...(output.told ?? []), ...briefly(after.lines)];
    return {
      ok: output.ok && after.ok,
      output: [...first.lines, ...after.lines],
      quit: (output.quit ?? false) || after.quit,
      ...(output.told === undefined && told.length === 0 ? {} : { told }),
      ...(look === undefined ? {} : { look }),
      ...(note === undefined ? {} : { note }),
      ...(play === undefined ? {} : { play }),
    };
  }

  /** Runs one command; what it printed is in the log then, and with it what points and displays had to print. */
  private async perform(line: string, by: Speaker): Promise<Performed> {
    const { session } = this;
    const { stop } = session.state;
    session.doing.hit();
    const output = await this.drive(line, begin(session, line, by));
    const { results } = output;
    if (results !== undefined)
      session.change((draft) => {
        draft.results = results;
      });
    const stopped = session.state.stop !== stop;
    const hit = session.doing.hit();
    const silent = hit.length > 0 && hit.every(({ commands }) => commands[0] === 'silent');
    const printed = session.doing.printed().map(shown);
    const displays = stopped && !silent ? displayLines(session) : [];
    const lines = [...printed, ...[...(silent ? [] : output.lines), ...displays].map(shown)];
    session.say(output.ok ? 'out' : 'error', lines);
    const lists = hit.flatMap(({ commands }) => commands.filter((one, i) => i > 0 || one !== 'silent'));
    return { output, lines, printed, stopped, lists };
  }

  /** Runs lists of commands; one that moves ends the list, and where that stops the lists of those points are run. */
  private async runLists(lists: readonly string[]): Promise<{ ok: boolean; lines: string[]; quit: boolean }> {
    const lines: string[] = [];
    let left = 0;
    const add = (more: readonly string[]) => {
      const room = Math.max(0, MOST_LINES - lines.length);
      lines.push(...more.slice(0, room));
      left += Math.max(0, more.length - room);
    };
    const end = (ok: boolean, quit: boolean, why: readonly string[] = []) => {
      this.session.say('error', why);
      return { ok, quit, lines: [...lines, ...(left > 0 ? [`… ${left} lines more are left out`] : []), ...why] };
    };
    for (let rest = lists, moves = 0; rest.length > 0; ) {
      const [line = '', ...later] = rest;
      const done = await this.perform(line, 'list');
      add(done.lines);
      if (!done.output.ok) return end(false, false);
      if (done.output.quit === true) return end(true, true);
      if (done.stopped) moves++;
      rest = done.stopped ? done.lists : later;
      if (this.clock() - this.started > SLICE) await this.giveWay(`${line} … ${label(this.session.state.cursor.at)}`);
      if (rest.length > 0 && this.interrupted)
        return end(true, false, ['interrupted; commands of the point are left out']);
      if (moves >= MOST_MOVES)
        return end(false, false, [`commands of points have moved ${moves} times; they go on for ever`]);
    }
    this.busy(null);
    return end(true, false);
  }

  private async giveWay(text: string): Promise<void> {
    if (this.clock() - this.shown > PROGRESS) {
      this.busy(text);
      this.shown = this.clock();
    }
    // what a question makes and throws away counts, too
    this.session.historyBudget.look();
    await new Promise<void>((done) => {
      setImmediate(done);
    });
    this.started = this.clock();
  }

  private async drive(line: string, work: Output | Running): Promise<Output> {
    if (!isRunning(work)) return work;
    for (let at = work.next(); ; ) {
      if (at.done === true) {
        this.busy(null);
        return at.value;
      }
      if (this.clock() - this.started > SLICE) await this.giveWay(`${line} … ${label(at.value)}`);
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
