// Line mode: commands in, plain text out, for pipes, scripts and terminals that can do no more.
import { createInterface } from 'node:readline/promises';
import { type Port, printable } from './session/index.ts';

/** Where text goes. */
export type Print = (text: string) => void;

/** A command given on the command line or in a file: where it comes from, for messages. */
export interface Given {
  readonly line: string;
  readonly origin: string;
}

/** A step of the tour without a screen: keys that stand for commands run them, the others are named. */
async function playKeys(port: Port, keys: string, print: Print): Promise<void> {
  const { KEYS } = await import('../components/index.ts');
  const lines = keys.startsWith(':')
    ? [[keys, keys.slice(1)] as const]
    : [...keys].map((key) => [key, KEYS.find((row) => row.key === key)?.command] as const);
  for (const [key, line] of lines) {
    if (line === undefined) print(`(${JSON.stringify(key)} is a key of the screen)`);
    else for (const text of (await port.execute(line, 'tour')).output) print(text);
  }
  port.played();
}

/** Lines of a list of commands, up to `end`, as the one command that they are. */
class Gathering {
  private first: string | null = null;
  private lines: string[] = [];

  constructor(private readonly port: Port) {}

  get open(): boolean {
    return this.first !== null;
  }

  /** The points whose list a line begins: then the lines after it belong to it. */
  begins(line: string): readonly number[] | null {
    const numbers = this.port.opensList(line);
    if (numbers !== null) [this.first, this.lines] = [line, []];
    return numbers;
  }

  /** A line more; the whole command once that was `end`. */
  takes(line: string): string | null {
    if (line.trim() !== 'end') {
      this.lines.push(line);
      return null;
    }
    const whole = [this.first, ...this.lines, 'end'].join('\n');
    this.first = null;
    return whole;
  }
}

/** Runs commands one after the other; the exit status: 2 at the first that is refused, 0 else. `quit` ends early. */
export async function runCommands(
  port: Port,
  commands: readonly Given[],
  print: Print,
  complain: Print,
): Promise<{ status: number; quit: boolean }> {
  const list = new Gathering(port);
  for (const { line: given, origin } of commands) {
    if (!list.open && list.begins(given) !== null) continue;
    const line = list.open ? list.takes(given) : given;
    if (line === null) continue;
    const result = await port.execute(line);
    for (const text of result.output) (result.ok ? print : complain)(result.ok ? text : `${origin}: ${text}`);
    if (result.play !== undefined) await playKeys(port, result.play, print);
    if (!result.ok) return { status: 2, quit: true };
    if (result.quit) return { status: 0, quit: true };
  }
  if (!list.open) return { status: 0, quit: false };
  complain(`${commands.at(-1)?.origin}: the list of commands has no end; write end after its last line`);
  return { status: 2, quit: true };
}

/** Sets the scenario's stops; a mistake in one of them is a sentence with its place, else null. */
export async function setStops(port: Port): Promise<string | null> {
  const { loaded } = port.session;
  for (const [i, stop] of loaded.scenario.stops.entries()) {
    const result = await port.execute(stop, 'file');
    if (!result.ok) return `${loaded.place(['stops', i])}: stops[${i}]: ${result.output[0] ?? ''}`;
  }
  port.session.change((draft) => {
    draft.log = [];
  });
  return null;
}

/** What the opening form prints without a terminal: the first stop, or the opening position. */
export async function printFirstStop(port: Port, print: Print): Promise<void> {
  const stops = port.session.state.points.length > 0;
  const result = await port.execute(stops ? 'continue' : 'frame');
  print(`${port.session.loaded.scenario.title}`);
  if (!stops) print('no stops in this scenario; opened at its first position');
  for (const line of result.output) print(line);
}

/** What is printed of a session that was opened from a file: why and where one stands. */
export async function printPlace(port: Port, print: Print): Promise<void> {
  print(port.session.loaded.scenario.title);
  for (const line of port.session.state.stop.lines) print(printable(line, 4096));
  const frame = await port.execute('frame');
  // a thread that has ended has none
  for (const line of (frame.ok ? frame : await port.execute('when')).output) print(line);
}

function completion(port: Port, line: string): [string[], string] {
  const { from, words } = port.complete(line);
  return [[...words], line.slice(from)];
}

const typeCommands = (numbers: readonly number[]): string =>
  `Type commands for breakpoint(s) ${numbers.join(' ')}, one per line.\nEnd with a line saying just "end".`;

/** Asks for commands at a prompt until quit or the end of input. */
export async function prompt(port: Port, print: Print, complain: Print): Promise<number> {
  const reader = createInterface({
    prompt: '(khodbg) ',
    input: process.stdin,
    output: process.stdout,
    completer: (line: string): [string[], string] => completion(port, line),
  });
  reader.on('SIGINT', () => port.interrupt());
  const list = new Gathering(port);
  try {
    reader.prompt();
    for await (const given of reader) {
      const line = list.open ? list.takes(given) : given;
      const numbers = line === null ? null : list.begins(line);
      if (numbers !== null) print(typeCommands(numbers));
      reader.setPrompt(list.open ? '>' : '(khodbg) ');
      if (line === null || list.open) {
        reader.prompt();
        continue;
      }
      const result = await port.execute(line);
      for (const text of result.output) (result.ok ? print : complain)(text);
      if (result.play !== undefined) await playKeys(port, result.play, print);
      if (result.quit) return 0;
      reader.prompt();
    }
    return 0;
  } finally {
    reader.close();
  }
}
