// Unified diffs on kernel text: what a patch file holds besides the diff is cut, hunks are applied, and what does not fit is
// named with its first missing line. Knows nothing of compiling.
import { applyPatch, parsePatch, type StructuredPatch, type StructuredPatchHunk } from 'diff';

/** Kernel text by file name, `mm/mm_init.ts`. */
export type Files = Readonly<Record<string, string>>;

/** The files after the patch, and which of them it changed; or every reason why it does not apply. */
export type Patched =
  | {
      readonly ok: true;
      readonly files: Files;
      readonly changed: readonly string[];
      readonly warnings: readonly string[];
    }
  | { readonly ok: false; readonly errors: readonly string[] };

/** How exact a patch must be. `fuzz`: lines of context that may differ. */
export interface PatchOptions {
  readonly fuzz?: 0 | 1;
}

/** A git mail without its prose before the diff and the signature after it. */
export function cutMail(text: string): string {
  const lines = text.replace(/\r\n/g, '\n').split('\n');
  const start = lines.findIndex(
    (line, i) => line.startsWith('diff --git ') || (line.startsWith('--- ') && (lines[i + 1] ?? '').startsWith('+++ ')),
  );
  const body = start < 0 ? [] : lines.slice(start);
  const signature = body.lastIndexOf('-- ');
  return (signature < 0 ? body : body.slice(0, signature)).join('\n');
}

/** File name without the a/ or b/ of git, .c read as the .ts that models it. */
function fileName(header: string | undefined): string {
  return (header ?? '')
    .replace(/\t.*$/, '')
    .replace(/^[ab]\//, '')
    .replace(/\.c$/, '.ts');
}

/** First line of a hunk's old side that the text does not hold, at the place where the hunk would fit best. */
function firstMissing(text: string, hunk: StructuredPatchHunk): string {
  const old = hunk.lines.filter((line) => !line.startsWith('+') && !line.startsWith('\\')).map((line) => line.slice(1));
  const lines = text.split('\n');
  let best = old[0] ?? '';
  let most = -1;
  for (let at = 0; at < lines.length; at++) {
    let n = 0;
    while (n < old.length && lines[at + n] === old[n]) n++;
    if (n > most && n < old.length) {
      most = n;
      best = old[n] ?? '';
    }
  }
  return best;
}

function applyFile(
  name: string,
  file: string,
  text: string,
  patch: StructuredPatch,
): { text: string } | { error: string } {
  let now = text;
  let offset = 0;
  for (const [i, hunk] of patch.hunks.entries()) {
    const moved = { ...hunk, oldStart: hunk.oldStart + offset, newStart: hunk.newStart + offset };
    const next = applyPatch(now, { ...patch, hunks: [moved] }, { fuzzFactor: 0 });
    if (next === false) {
      const missing = JSON.stringify(firstMissing(now, hunk));
      return { error: `${name}: hunk ${i + 1} does not apply to ${file}; first line not found: ${missing}` };
    }
    now = next;
    offset += hunk.newLines - hunk.oldLines;
  }
  return { text: now };
}

/** Applies the patch called `name` (used in messages) to kernel text, without fuzz. */
export function applyKernelPatch(files: Files, name: string, text: string, _options: PatchOptions = {}): Patched {
  let parsed: StructuredPatch[];
  try {
    parsed = parsePatch(cutMail(text)).filter((patch) => patch.hunks.length > 0);
  } catch (error) {
    return { ok: false, errors: [`${name}: not a unified diff: ${(error as Error).message.split('\n')[0]}`] };
  }
  if (parsed.length === 0)
    return { ok: false, errors: [`${name}: no hunk found; a patch is a unified diff as git writes it`] };
  const out: Record<string, string> = { ...files };
  const errors: string[] = [];
  const changed: string[] = [];
  for (const patch of parsed) {
    const file = fileName(patch.newFileName === '/dev/null' ? patch.oldFileName : patch.newFileName);
    const before = out[file];
    if (before === undefined) {
      errors.push(`${name}: ${file} is not a file of the kernel text; it has ${Object.keys(files).join(', ')}`);
      continue;
    }
    const result = applyFile(name, file, before, patch);
    if ('error' in result) errors.push(result.error);
    else {
      out[file] = result.text;
      changed.push(file);
    }
  }
  return errors.length > 0 ? { ok: false, errors } : { ok: true, files: out, changed, warnings: [] };
}
