// Draws a tree with Ink into a frame sink: Ink lays out and reads keys, the sink writes. Knows nothing of what is drawn.
import { type Instance, render } from 'ink';
import type { ReactNode } from 'react';
import type { FrameSink } from './sink/sink.ts';
import { SinkContext } from './sink/sink-context.ts';
import type { TerminalIn } from './terminal.ts';

/** Renders until it is unmounted; keys come from `stdin`. */
export function draw(tree: ReactNode, sink: FrameSink, stdin: TerminalIn): Instance {
  return render(<SinkContext value={sink}>{tree}</SinkContext>, {
    stdin: stdin as NodeJS.ReadStream,
    stdout: sink.stream,
    debug: true,
    interactive: true,
    exitOnCtrlC: false,
    patchConsole: false,
    isScreenReaderEnabled: false,
  });
}
