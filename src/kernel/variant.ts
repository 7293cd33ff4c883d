// Kernel text of a variant: a profile's, with patches on it. Knows nothing of compiling.
import { applyKernelPatch, type Patched, type PatchOptions } from './patch.ts';
import { KERNELS } from './profiles.ts';
import { kernelText, patchBefore, profilePatches } from './text.ts';

/** A patch by the name it goes under and its text. `own`: the user's, which may be applied with fuzz 1. */
export interface Patch {
  readonly name: string;
  readonly text: string;
  readonly own?: boolean;
}

/** A patch that says `After: NAME` goes on text that has that one already. */
function unmet(name: string, text: string, earlier: ReadonlySet<string>): string | null {
  const after = patchBefore(text);
  if (after === null || earlier.has(after)) return null;
  return `${name}: goes on the patch '${after}', which is not before it; name that one first`;
}

/** The text with patches applied in order; or every reason why the first one that fails does. */
export function variantText(patches: readonly Patch[]): Patched {
  let files = kernelText();
  const changed = new Set<string>();
  const warnings: string[] = [];
  const earlier = new Set<string>();
  for (const { name, text, own } of patches) {
    const wrong = unmet(name, text, earlier);
    if (wrong !== null) return { ok: false, errors: [wrong] };
    earlier.add(name);
    const options: PatchOptions = { fuzz: own === true ? 1 : 0 };
    const result = applyKernelPatch(files, name, text, options);
    if (!result.ok) return result;
    files = result.files;
    for (const file of result.changed) changed.add(file);
    warnings.push(...result.warnings);
  }
  return { ok: true, files, changed: [...changed], warnings };
}

/** The text of a profile with patches on it. */
export function profileText(kernel: string, patches: readonly Patch[]): Patched {
  return variantText([...profilePatches(kernel), ...patches]);
}

/** The profiles whose text declares a function. */
export function profilesWith(name: string): string[] {
  const head = `function ${name}(`;
  return KERNELS.filter((kernel) => {
    const text = profileText(kernel, []);
    return text.ok && Object.values(text.files).some((file) => file.includes(`\n${head}`));
  });
}
