// Programs compiled from kernel text, the last few kept: the same text compiles to the same program, whatever the
// configuration, so what is kept changes nothing but the time it takes. Knows nothing of patches and boots.
import { type Compiled, compile, type Names, type Program } from '../vm/index.ts';
import { compiledText, kernelText } from './text.ts';

/** Programs that are kept: those of the profiles, and some patched ones. */
const KEPT = 12;

const programs = new Map<string, Program>();

/** The program of a key, made where it is not kept; the one longest unused goes first. */
function remember(key: string, program: Program): Program {
  programs.delete(key);
  programs.set(key, program);
  const [oldest] = programs.keys();
  if (programs.size > KEPT && oldest !== undefined) programs.delete(oldest);
  return program;
}

/** The program of the unpatched text, compiled at build time, before, or now. */
export function baseProgramOf(names: () => Names): Program {
  const kept = programs.get('') ?? compiledText();
  if (kept !== null) return remember('', kept);
  const result = compile(kernelText(), names());
  if (!result.ok) throw new Error(`the kernel text does not compile:\n${result.errors.join('\n')}`);
  return remember('', result.program);
}

/** The program of the unpatched text with some files of it changed. */
export function changedProgram(files: Readonly<Record<string, string>>, names: Names, base: Program): Compiled {
  const key = JSON.stringify(files);
  const kept = programs.get(key);
  if (kept !== undefined) return { ok: true, program: remember(key, kept) };
  const result = compile(files, names, base);
  if (result.ok) remember(key, result.program);
  return result;
}
