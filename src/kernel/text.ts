// Where the kernel text, its compiled form and the shipped patches lie: beside this file in a checkout, under kernel/ beside
// the bundle when installed.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bare, type Program } from '../vm/index.ts';
import type { Files } from './patch.ts';
import { KERNELS } from './profiles.ts';

/** The files of the kernel text, in the order of the boot. */
export const TEXT_FILES = [
  'init/main.ts',
  'arch/x86/setup.ts',
  'mm/memblock.ts',
  'mm/mm_init.ts',
  'mm/page_alloc.ts',
  'mm/page_ext.ts',
  'mm/vmalloc.ts',
  'lib/test_kho.ts',
  'kernel/padata.ts',
  'kernel/liveupdate/kexec_handover.ts',
  'kernel/liveupdate/luo_core.ts',
  'kernel/kexec_file.ts',
] as const;

const own = fileURLToPath(import.meta.url);
const root = new URL(basename(own) === 'text.ts' ? './' : './kernel/', import.meta.url);
const read = (name: string) => readFileSync(new URL(name, root), 'utf8');

/** The kernel text of profile v7.3, by file name. */
export function kernelText(): Files {
  return Object.fromEntries(TEXT_FILES.map((file) => [file, read(file)]));
}

/** The compiled text, when the build made it; null in a checkout that runs from source. */
export function compiledText(): Program | null {
  const url = new URL('program.json', root);
  if (!existsSync(url)) return null;
  const { fns, constants, variables } = JSON.parse(readFileSync(url, 'utf8')) as Program;
  return { fns: bare(fns), constants: bare(constants), variables: bare(variables) };
}

/** Names of the shipped patches. */
export function shippedPatches(): string[] {
  return readdirSync(new URL('patches/', root))
    .filter((file) => file.endsWith('.patch'))
    .map((file) => file.replace(/\.patch$/, ''))
    .sort();
}

/** Text of a shipped patch. */
export function shippedPatch(name: string): string {
  return read(`patches/${name}.patch`);
}

/**
 * The patches that make a profile of the text, in order; none for v7.3, which is the text. A series whose first line is
 * `base: NAME` goes on that profile's text.
 */
export function profilePatches(kernel: string): { readonly name: string; readonly text: string }[] {
  if (kernel === KERNELS[0] || !KERNELS.some((known) => known === kernel)) return [];
  const lines = read(`patches/${kernel}/series`).split('\n');
  const base = /^base: (.+)$/.exec(lines[0] ?? '')?.[1];
  const names = lines.slice(base === undefined ? 0 : 1).filter((name) => name !== '');
  const own = names.map((name) => ({ name: `${kernel}/${name}`, text: read(`patches/${kernel}/${name}`) }));
  return base === undefined ? own : [...profilePatches(base), ...own];
}

/** The profiles that a shipped patch is for, as its line `Applies-to:` names them. */
export function patchProfiles(name: string): readonly string[] {
  return (/^Applies-to: (.*)$/m.exec(shippedPatch(name))?.[1] ?? '').split(', ');
}

/** The patch that the text of another goes on, as its line `After:` names it; null for one that goes on a profile. */
export function patchBefore(text: string): string | null {
  const diff = text.search(/^diff --git /m);
  return /^After: (\S+)$/m.exec(diff < 0 ? '' : text.slice(0, diff))?.[1] ?? null;
}

/** The shipped patches' texts, those of profiles included. */
function allPatches(): string[] {
  const profiles = KERNELS.flatMap((kernel) => profilePatches(kernel).map(({ text }) => text));
  return [...shippedPatches().map(shippedPatch), ...profiles];
}

const namesIn = (texts: readonly string[], declaration: RegExp): string[] => [
  ...new Set(texts.flatMap((text) => [...text.matchAll(declaration)].map(([, name = '']) => name))),
];

interface PatchedNames {
  readonly functions: readonly string[];
  readonly values: readonly string[];
}

/** Shipped patches do not change while the program runs: they are read once. */
let patched: PatchedNames | null = null;

/** Names of the functions that shipped patches declare, or whose declaration they come near; and of the variables and constants. */
export function patchedNames(): PatchedNames {
  if (patched !== null) return patched;
  const texts = allPatches();
  patched = {
    functions: namesIn(texts, /^[+ ]function (\w+)\(/gm),
    values: namesIn(texts, /^\+(?:const|let) (\w+)/gm),
  };
  return patched;
}

/** The parameters of an intrinsic as kernel text sees them, by name; null when none of that name is declared. */
export function declaredParameters(name: string): string[] | null {
  const found = new RegExp(`^declare function ${name}\\(([^)]*)\\)`, 'm').exec(read('kernel.d.ts'))?.[1];
  return found === undefined ? null : found.split(',').map((param) => param.split(':')[0]?.trim() ?? '');
}

/** Types as kernel text declares them: what functions give, and fields of structs, by name where all structs agree. */
export interface DeclaredTypes {
  readonly functions: ReadonlyMap<string, string>;
  readonly fields: ReadonlyMap<string, string>;
  /** structs with a field that is a pfn or an address, or that refer to one */
  readonly places: ReadonlySet<string>;
}

/** The declarations do not change while the program runs: they are read once. */
let types: DeclaredTypes | null = null;

/** The declared types of what is no text. */
export function declaredTypes(): DeclaredTypes {
  if (types !== null) return types;
  const text = read('kernel.d.ts');
  const functions = [...text.matchAll(/^declare function (\w+)(?:<\w+>)?\([^)]*\): ([^;]+);/gm)];
  const fields = [...text.matchAll(/^\t(?:readonly )?(\w+): (\w+);/gm)];
  types = {
    places: placesOf(text),
    functions: new Map(functions.map(([, name = '', type = '']) => [name, type])),
    fields: new Map(fields.map(([, name = '', type = '']) => [name, type])),
  };
  return types;
}

function placesOf(text: string): Set<string> {
  const structs = [...text.matchAll(/^interface (\w+)[^{]*\{\n((?:\t.*\n)*)\}/gm)];
  const out = new Set(['page', 'pfn_t', 'phys_addr_t']);
  for (let before = 0; before < out.size; ) {
    before = out.size;
    for (const [, name = '', body = ''] of structs)
      if ([...body.matchAll(/: (\w+)(?:\[\])?;/g)].some(([, type = '']) => out.has(type))) out.add(name);
  }
  return out;
}
