// Patches as users and scenarios name them: shipped ones by name, others by path. Knows nothing of what they change.
import { existsSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { type Patch, patchProfiles, shippedPatch, shippedPatches } from '../kernel/index.ts';
import { didYouMean } from '../vm/index.ts';
import { readTextFile } from './read-file.ts';

/** The largest patch file that is read, in bytes. */
const MOST_BYTES = 4 * 2 ** 20;

/** Patches that were found, and a sentence for each that was not. */
export interface Found {
  readonly patches: Patch[];
  readonly errors: string[];
}

/** `v7.3 + no-preserved-page-init`: a kernel with its patches, as everything shown calls it. */
export const variantName = (kernel: string, patches: readonly string[]): string => [kernel, ...patches].join(' + ');

const bareName = (name: string): string => (name.split('/').at(-1) ?? name).replace(/\.patch$/, '');

/** The patch that a name means: the one of that name, else one whose file is called so, without path and ending. */
export function findPatch<P extends { readonly name: string }>(patches: readonly P[], name: string): P | undefined {
  return patches.find((one) => one.name === name) ?? patches.find((one) => bareName(one.name) === bareName(name));
}

const PATH = "a path contains a '/'";

function shipped(name: string, folder: string, kernel: string): Patch | string {
  const known = shippedPatches();
  if (!known.includes(name)) {
    if (existsSync(join(folder, name))) return `no shipped patch '${name}'; ${PATH}: the file is ./${name}`;
    const meant = didYouMean(name, known);
    return `no shipped patch '${name}'${meant}; ${PATH}${meant === '' ? `; shipped are ${known.join(', ')}` : ''}`;
  }
  const profiles = patchProfiles(name);
  if (profiles.includes(kernel)) return { name, text: shippedPatch(name) };
  return `the patch '${name}' is for ${profiles.join(', ')}, not for ${kernel}`;
}

/** A patch for a kernel by name, or by path from `folder` ('' is the working directory); or why there is none. */
export function readPatch(name: string, folder: string, kernel: string): Patch | string {
  if (!name.includes('/')) return shipped(name, folder, kernel);
  const read = readTextFile(isAbsolute(name) ? name : join(folder, name), MOST_BYTES);
  if (read.ok) return { name, text: read.text, own: true };
  const where = folder === '' ? 'the working directory' : 'the file that names them';
  const hint = read.why === 'no such file' ? `; paths are relative to ${where}` : '';
  return `cannot read the patch '${name}': ${read.why}${hint}`;
}

/** Patches of the command line for a kernel; paths are relative to the working directory. `exact`: none with fuzz. */
export function patchesFor(kernel: string, names: readonly string[], exact = false): Found {
  const found = names.map((name) => readPatch(name, '', kernel));
  return {
    patches: found.flatMap((patch) => (typeof patch === 'string' ? [] : [exact ? { ...patch, own: false } : patch])),
    errors: found.filter((patch) => typeof patch === 'string').map((error) => `--patch: ${error}`),
  };
}
