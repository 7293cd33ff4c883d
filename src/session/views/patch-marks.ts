// Which lines of a file of kernel text patches have made: told by comparing it with the profile's text. Knows nothing of
// patches themselves.
import { diffArrays } from 'diff';
import { type Files, type Kernel, profileText } from '../../kernel/index.ts';
import type { LoadedBoot } from '../load.ts';
import type { PatchMark } from '../view.ts';

/** So many lines that differ are looked for one by one; a text that differs in more is another text. */
const MOST_EDITS = 5000;

/** The marks of a text's lines, by number from 1: `+` added, `~` changed, `-` something was taken away behind it. */
export function patchMarks(before: string, after: string): ReadonlyMap<number, PatchMark> {
  const out = new Map<number, PatchMark>();
  let line = 1;
  let removed = 0;
  const settle = (added: number) => {
    for (let i = 0; i < added; i++) out.set(line + i, i < removed ? '~' : '+');
    if (removed > added) {
      const behind = Math.max(1, line + added - 1);
      if (!out.has(behind)) out.set(behind, '-');
    }
    line += added;
    removed = 0;
  };
  const [old, now] = [before.split('\n'), after.split('\n')];
  const parts = diffArrays(old, now, { maxEditLength: MOST_EDITS }) ?? [
    { removed: true, added: false, value: old },
    { removed: false, added: true, value: now },
  ];
  for (const part of parts) {
    if (part.removed) removed += part.value.length;
    else if (part.added) settle(part.value.length);
    else {
      if (removed > 0) settle(0);
      line += part.value.length;
    }
  }
  if (removed > 0) settle(0);
  return out;
}

const NONE: ReadonlyMap<number, PatchMark> = new Map();

/** Reads the marks of files of a kernel, each found once. */
export function patchMarksReader(): (boot: LoadedBoot, file: string) => ReadonlyMap<number, PatchMark> {
  const profiles = new Map<string, Files>();
  const known = new WeakMap<Kernel, Map<string, ReadonlyMap<number, PatchMark>>>();
  const profileOf = (name: string): Files => {
    const made = profiles.get(name) ?? filesOf(name);
    profiles.set(name, made);
    return made;
  };
  return ({ kernel, boot, patches }, file) => {
    if (patches.length === 0) return NONE;
    const files = known.get(kernel) ?? new Map<string, ReadonlyMap<number, PatchMark>>();
    known.set(kernel, files);
    const before = files.has(file) ? undefined : profileOf(boot.kernel)[file];
    const found = files.get(file) ?? (before === undefined ? NONE : patchMarks(before, kernel.files[file] ?? ''));
    files.set(file, found);
    return found;
  };
}

function filesOf(name: string): Files {
  const text = profileText(name, []);
  return text.ok ? text.files : {};
}
