// Makes a session of a scenario file: loads it, runs the boots before its last, sets its stops. On a terminal it says so
// meanwhile, as that may take a second or two. Knows nothing of what the session is for.
import { setStops } from './line-mode.ts';
import { type Loaded, type LoadOptions, loadScenario, Port, printable } from './session/index.ts';

/** A session at its first position, or what is wrong with the scenario. */
export type Opened =
  | { readonly ok: true; readonly port: Port; readonly loaded: Loaded }
  | { readonly ok: false; readonly errors: readonly string[] };

async function made(file: string, load: LoadOptions, budget: number): Promise<Opened> {
  const result = loadScenario(file, load);
  if (!result.ok) return result;
  const { loaded } = result;
  const port = new Port(loaded, { budget });
  const wrong = await setStops(port);
  return wrong === null ? { ok: true, port, loaded } : { ok: false, errors: [wrong] };
}

/** Opens a scenario; `terminal`: where to say that it is under way, null to be silent. */
export async function openScenario(
  file: string,
  load: LoadOptions,
  budget: number,
  terminal: NodeJS.WriteStream | null,
): Promise<Opened> {
  terminal?.write(printable(`opening ${file} ...`, (terminal.columns || 80) - 2));
  try {
    return await made(file, load, budget);
  } finally {
    terminal?.write('\r\x1b[K');
  }
}
