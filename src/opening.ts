// Makes a session of a scenario file: loads it, runs the boots before its last, sets its stops; or of a saved session's
// file. On a terminal it says so meanwhile, as that may take a second or two. Knows nothing of what the session is for.
import { setStops } from './line-mode.ts';
import {
  isSessionFile,
  type LoadOptions,
  loadScenario,
  openSession,
  Port,
  printable,
  warningsOf,
} from './session/index.ts';

/** A session, at its first position or where it was saved, or what is wrong with the file. */
export type Opened =
  | { readonly ok: true; readonly port: Port; readonly warnings: readonly string[]; readonly saved: boolean }
  | { readonly ok: false; readonly errors: readonly string[] };

/** What the command line says about opening a file. */
export interface OpeningOptions extends LoadOptions {
  readonly budget: number;
  /** opens a saved session although files have changed since */
  readonly acceptChanges: boolean;
}

async function made(
  file: string,
  { budget, acceptChanges, ...load }: OpeningOptions,
  progress: (share: number) => void,
): Promise<Opened> {
  const saved = isSessionFile(file);
  if (saved && ((load.patches?.length ?? 0) > 0 || load.kernel !== undefined))
    return {
      ok: false,
      errors: [`${file}: a saved session has kernels and patches of its own; in it, patch and kernel change them`],
    };
  if (saved) {
    const { SAVED_SCREEN } = await import('../components/index.ts');
    const opened = openSession(file, { screen: SAVED_SCREEN, budget, acceptChanges, progress });
    return opened.ok
      ? { ...opened, warnings: [...opened.warnings, ...warningsOf(opened.port.session.loaded)], saved }
      : opened;
  }
  if (acceptChanges)
    return { ok: false, errors: [`${file}: --accept-changes is for saved sessions, and this is none`] };
  const result = loadScenario(file, load);
  if (!result.ok) return result;
  const { loaded } = result;
  const port = new Port(loaded, { budget });
  const wrong = await setStops(port);
  return wrong === null ? { ok: true, port, warnings: warningsOf(loaded), saved } : { ok: false, errors: [wrong] };
}

/** Opens a scenario or a saved session; `terminal`: where to say that it is under way, null to be silent. */
export async function openFile(
  file: string,
  options: OpeningOptions,
  terminal: NodeJS.WriteStream | null,
): Promise<Opened> {
  const tell = (words: string) => terminal?.write(`\r${printable(words, (terminal.columns || 80) - 2)}`);
  tell(`opening ${file} ...`);
  try {
    return await made(file, options, (share) => tell(`opening ${file} ... ${Math.round(100 * share)}%`));
  } finally {
    terminal?.write('\r\x1b[K');
  }
}
