// A state as a JSON string and back: at any position, also in the middle of a statement or of a range operation. What is
// loaded equals what was saved, has the same key, and continues the same way.
import {
  type Config,
  type Hardware,
  loadMachine,
  loadValue,
  type SavedMachine,
  type SavedValue,
  saveMachine,
  saveValue,
} from '../machine/index.ts';
import { type Death, type Frame, frames, type State, type Thread, type Wait } from './state.ts';

/** Number of the form that is written; another one is refused. */
const FORMAT = 1;

interface SavedFrame {
  readonly fn: string;
  readonly pc: number;
  readonly locals: readonly SavedValue[];
  readonly own: readonly string[] | null;
}

interface SavedThread {
  readonly name: string;
  /** innermost first; null once the thread has returned */
  readonly frames: readonly SavedFrame[] | null;
  readonly serial: number;
  readonly waits: Wait | null;
  readonly death: Death | null;
}

interface SavedState {
  readonly format: typeof FORMAT;
  readonly boot: number;
  readonly current: number;
  readonly halted: boolean;
  readonly threads: readonly SavedThread[];
  readonly machine: SavedMachine;
}

function saveThread(thread: Thread): SavedThread {
  const { name, serial, waits, death } = thread;
  const stack = frames(thread).map(({ fn, pc, locals, own }) => ({ fn, pc, locals: locals.map(saveValue), own }));
  return { name, frames: thread.top === null ? null : stack, serial, waits, death };
}

function loadThread(saved: SavedThread): Thread {
  let top: Frame | null = null;
  for (const { fn, pc, locals, own } of (saved.frames ?? []).toReversed()) {
    top = { fn, pc, locals: locals.map(loadValue), own, up: top };
  }
  const { name, serial, waits, death } = saved;
  return { name, top, serial, waits, death };
}

/** The state as JSON, complete but for the boot's configuration and hardware. */
export function saveState(state: State): string {
  const { boot, current, halted } = state;
  const threads = state.threads.map(saveThread);
  const saved: SavedState = { format: FORMAT, boot, current, halted, threads, machine: saveMachine(state.machine) };
  return JSON.stringify(saved);
}

/** The state that saveState() was given, on the same configuration and hardware; throws on any other text. */
export function loadState(text: string, boot: { readonly config: Config; readonly hardware: Hardware }): State {
  const saved = JSON.parse(text) as SavedState;
  if (saved.format !== FORMAT) throw new Error(`a saved state of format ${FORMAT} is expected, not ${saved.format}`);
  return {
    boot: saved.boot,
    machine: loadMachine(saved.machine, boot.config, boot.hardware),
    threads: saved.threads.map(loadThread),
    current: saved.current,
    halted: saved.halted,
  };
}
