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

/** Runs commands one after the other; the exit status: 2 at the first that is refused, 0 else. `quit` ends early. */
export async function runCommands(
  port: Port,
  commands: readonly Given[],
  print: Print,
  complain: Print,
): Promise<{ status: number; quit: boolean }> {
  for (const { line, origin } of commands) {
    const result = await port.execute(line);
    for (const text of result.output) (result.ok ? print : complain)(result.ok ? text : `${origin}: ${text}`);
    if (result.play !== undefined) await playKeys(port, result.play, print);
    if (!result.ok) return { status: 2, quit: true };
    if (result.quit) return { status: 0, quit: true };
  }
  return { status: 0, quit: false };
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
  for (const line of (await port.execute('frame')).output) print(line);
}

function completion(port: Port, line: string): [string[], string] {
  const { from, words } = port.complete(line);
  return [[...words], line.slice(from)];
}

/** Asks for commands at a prompt until quit or the end of input. */
export async function prompt(port: Port, print: Print, complain: Print): Promise<number> {
  const reader = createInterface({
    prompt: '(khodbg) ',
    input: process.stdin,
    output: process.stdout,
    completer: (line: string): [string[], string] => completion(port, line),
  });
  reader.on('SIGINT', () => port.interrupt());
  try {
    reader.prompt();
    for await (const line of reader) {
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
