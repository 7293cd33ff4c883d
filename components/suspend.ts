// Giving the terminal to the shell and taking it back, for whatever fills it. Knows nothing of what that is.
import type { FrameSink } from './sink/sink.ts';
import type { Terminal } from './terminal.ts';

/** Gives the terminal to somebody else and takes it back. */
export async function leaveFor(other: () => Promise<void>, terminal: Terminal, sink: FrameSink): Promise<void> {
  sink.pause();
  terminal.leave();
  await other();
  terminal.enter();
  terminal.listen();
  sink.resume();
}
