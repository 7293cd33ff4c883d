// Lines of the files of kernel texts, split once: searches and steps ask for them at each turn.
import type { Kernel } from '../kernel/index.ts';

const LINES = new WeakMap<Kernel['files'], Map<string, readonly string[]>>();

/** The lines of a file, none where there is no such file. */
export function linesOf(files: Kernel['files'], file: string): readonly string[] {
  const known = LINES.get(files) ?? new Map<string, readonly string[]>();
  const lines = known.get(file) ?? (files[file] ?? '').split('\n');
  LINES.set(files, known.set(file, lines));
  return lines;
}
