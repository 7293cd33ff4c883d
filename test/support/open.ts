// A shipped scenario opened as the command line opens it, for tests of sessions and screens.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setStops } from '../../src/line-mode.ts';
import { loadScenario, Port } from '../../src/session/index.ts';
import { type MountOptions, mountScreen, type VirtualTerminal } from './vterm.ts';

/** Path of a shipped scenario by its name below scenarios/, without .json. */
export function scenarioFile(name: string): string {
  return join(dirname(fileURLToPath(import.meta.url)), '../../scenarios', `${name}.json`);
}

/** A port over a shipped scenario, its stops set. */
export async function openPort(name: string): Promise<Port> {
  const loaded = loadScenario(scenarioFile(name));
  if (!loaded.ok) throw new Error(loaded.errors.join('\n'));
  const port = new Port(loaded.loaded);
  const wrong = await setStops(port);
  if (wrong !== null) throw new Error(wrong);
  return port;
}

/** Runs commands one after the other; what all of them printed. */
export async function execute(port: Port, ...lines: string[]): Promise<string> {
  const out: string[] = [];
  for (const line of lines) out.push(...(await port.execute(line)).output);
  return out.join('\n');
}

/** The real screen over a shipped scenario in a terminal emulator. */
export async function openScreen(
  name: string,
  options: MountOptions = {},
): Promise<{ t: VirtualTerminal; port: Port }> {
  const port = await openPort(name);
  const t = mountScreen(port, options);
  await t.waitFor('(khodbg)');
  return { t, port };
}

/** Presses keys until the position on the status line is another, and gives it. */
export async function move(t: VirtualTerminal, port: Port, keys: string): Promise<string> {
  const before = port.view();
  await t.press(keys);
  for (let i = 0; i < 4000 && (port.view() === before || port.view().busy !== null); i++) {
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  await t.waitFor(port.view().position.label);
  return port.view().position.label;
}
