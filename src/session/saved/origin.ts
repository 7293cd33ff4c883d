// What a saved session is a session of: the scenario's file, and for each boot its kernel, its patches and the text they make,
// all by hash; and how that is loaded again, or why it is not the same any more. Knows nothing of what is done in it.
import { createHash } from 'node:crypto';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import * as z from 'zod';
import { KERNELS, type Kernel } from '../../kernel/index.ts';
import {
  type BootVariant,
  type BootVariants,
  type Loaded,
  type LoadedBoot,
  type LoadResult,
  loadScenarioText,
} from '../load.ts';
import { readPatch } from '../patch-files.ts';
import { sumOf } from '../read-file.ts';
import { list, object, text, whole } from '../scenario/fields.ts';
import { nearPath, readScenarioFile, shippedFile, shippedName } from '../scenario-files.ts';
import type { Refuse } from './section.ts';

const SUM = 'is not a SHA-256 sum; write 64 hexadecimal digits';
const sumSchema = z.string(SUM).regex(/^[0-9a-f]{64}$/, SUM);

const SCENARIO = 'the scenario; write as in {"shipped": "today/grow-zone", "sha256": "..."} or {"file": "x.json", ...}';

/** The scenario: a shipped one by name, or a file by its path from the session file's folder. */
export const scenarioSchema = z.union(
  [
    object(SCENARIO, { shipped: text(300), sha256: sumSchema }),
    object(SCENARIO, { file: text(4096), sha256: sumSchema }),
  ],
  { error: `is not ${SCENARIO}` },
);

const PATCH = 'a patch; write the name of a shipped one, or as in {"file": "my.patch", "sha256": "..."}';

const patchSchema = z.union(
  [
    text(300),
    object(PATCH, { file: text(4096), sha256: sumSchema }),
    object(PATCH, { own: text(4096), sha256: sumSchema }),
  ],
  { error: `is not ${PATCH}` },
);

/** The kernels: `file` is a path from the session file's folder, `own` one as the scenario names it. */
export const bootsSchema = list(
  object('a boot; write as in {"boot": 2, "kernel": "v7.3", "patches": [], "sha256": "..."}', {
    boot: whole(1, 16, 'the number of a boot'),
    kernel: z.enum(KERNELS as readonly [string, ...string[]]),
    patches: list(patchSchema, 'patches', 1000).default([]),
    sha256: sumSchema,
  }),
  'boots',
  16,
  1,
);

type SavedScenario = z.output<typeof scenarioSchema>;
type SavedBoot = z.output<typeof bootsSchema>[number];
type SavedPatch = SavedBoot['patches'][number];

/** The sum of a kernel's whole text, patches and actors' text included. */
function sumOfText(kernel: Kernel): string {
  const hash = createHash('sha256');
  for (const name of Object.keys(kernel.files).sort()) hash.update(`${name}\0${kernel.files[name]}\0`);
  return hash.digest('hex');
}

/** The path from a folder, `/` between its parts, where there is one. */
function pathFrom(folder: string, file: string): string {
  const way = relative(folder, resolve(file));
  return (isAbsolute(way) ? way : way || '.').replaceAll('\\', '/');
}

/** The scenario as it is written into a session file that lies in `folder`. */
export function saveScenario({ file, text: words }: Loaded, folder: string): z.input<typeof scenarioSchema> {
  const shipped = shippedName(file);
  const sha256 = sumOf(words);
  return shipped === null ? { file: pathFrom(folder, file), sha256 } : { shipped, sha256 };
}

function savePatch({ name, folder: from }: BootVariant['patches'][number], sums: LoadedBoot['sums'], folder: string) {
  const sha256 = sums[name];
  if (sha256 === undefined) return name;
  return from === '' ? { file: pathFrom(folder, name), sha256 } : { own: name, sha256 };
}

/** The kernels as they are written. */
export function saveBoots({ boots }: Loaded, folder: string): z.input<typeof bootsSchema> {
  return boots.map(({ number, variant, kernel, sums }) => ({
    boot: number,
    kernel: variant.kernel,
    patches: variant.patches.map((patch) => savePatch(patch, sums, folder)),
    sha256: sumOfText(kernel),
  }));
}

/** What a file of a session has come to; `changed` is told of what is not as it was saved. */
interface Opening {
  readonly folder: string;
  readonly refuse: Refuse;
  readonly changed: Refuse;
}

const wasAndIs = (was: string, is: string): string => `it was saved with sha256 ${was}, and has ${is} now`;

/** Reads and loads the scenario as its file has it; null when it was refused. */
function openScenario(saved: SavedScenario, { folder, refuse, changed }: Opening): Loaded | null {
  const name = 'shipped' in saved ? saved.shipped : saved.file;
  const file = 'shipped' in saved ? shippedFile(name) : nearPath(isAbsolute(name) ? name : join(folder, name));
  const key = 'shipped' in saved ? 'shipped' : 'file';
  if (file === null) {
    refuse([key], `no shipped scenario is called "${name}"; khodbg without a file lists them`);
    return null;
  }
  const read = readScenarioFile(file);
  if (!read.ok) {
    refuse([key], `the scenario ${file} cannot be read: ${read.why}; put it there, or mend the path`);
    return null;
  }
  const now = sumOf(read.text);
  if (now !== saved.sha256) changed(['sha256'], `the scenario ${file} has changed: ${wasAndIs(saved.sha256, now)}`);
  const loaded = loadScenarioText(file, read.text);
  if (loaded.ok) return loaded.loaded;
  for (const error of loaded.errors) refuse([key], error);
  return null;
}

/** The patch as a variant names it. */
function patchOf(saved: SavedPatch, { folder }: Opening, scenarioFolder: string): BootVariant['patches'][number] {
  if (typeof saved === 'string') return { name: saved, folder: '' };
  if ('own' in saved) return { name: saved.own, folder: scenarioFolder };
  const near = nearPath(isAbsolute(saved.file) ? saved.file : join(folder, saved.file));
  return { name: near.includes('/') ? near : `./${near}`, folder: '' };
}

const sameVariant = (a: BootVariant, b: BootVariant): boolean =>
  a.kernel === b.kernel &&
  a.patches.length === b.patches.length &&
  a.patches.every(({ name, folder }, i) => {
    const other = b.patches[i];
    // the folder counts for paths only
    return other?.name === name && (!name.includes('/') || other.folder === folder);
  });

/** The variants that are not the scenario's own; null when one cannot be had. */
function variantsOf(base: Loaded, boots: readonly SavedBoot[], opening: Opening): BootVariants | null {
  const { refuse, changed } = opening;
  const variants: Record<number, BootVariant> = {};
  let refused = 0;
  for (const [i, { boot, kernel, patches }] of boots.entries()) {
    const own = base.boots.find(({ number }) => number === boot);
    if (own === undefined) continue;
    const read = patches.map((saved, k) => {
      const patch = patchOf(saved, opening, dirname(base.file));
      const found = readPatch(patch.name, patch.folder, kernel);
      const path = ['boots', i, 'patches', k];
      if (typeof found === 'string') {
        refuse(path, found);
        refused++;
      } else if (typeof saved !== 'string' && sumOf(found.text) !== saved.sha256) {
        changed(path, `the patch ${patch.name} has changed: ${wasAndIs(saved.sha256, sumOf(found.text))}`);
      }
      return patch;
    });
    const variant = { kernel, patches: read };
    if (!sameVariant(variant, own.variant)) variants[boot] = variant;
  }
  return refused > 0 ? null : variants;
}

/** Loads the scenario with the kernels that the session had; null when something was refused. */
export function openOrigin(
  saved: { readonly scenario: SavedScenario; readonly boots: readonly SavedBoot[] },
  opening: Opening,
): Loaded | null {
  const { refuse, changed } = opening;
  const below: Opening = {
    folder: opening.folder,
    refuse: (path, why) => refuse(['scenario', ...path], why),
    changed: (path, why) => changed(['scenario', ...path], why),
  };
  const base = openScenario(saved.scenario, below);
  if (base === null) return null;
  const [given, has] = [saved.boots.map(({ boot }) => boot), base.boots.map(({ number }) => number)];
  if (given.join() !== has.join()) {
    refuse(
      ['boots'],
      `kernels of boot ${given.join(', ')} are listed; in the scenario they run in boot ${has.join(', ')}`,
    );
    return null;
  }
  const variants = variantsOf(base, saved.boots, opening);
  if (variants === null) return null;
  const same: LoadResult = { ok: true, loaded: base };
  const result = Object.keys(variants).length === 0 ? same : base.reload(variants);
  if (!result.ok) {
    for (const error of result.errors) refuse(['boots'], error);
    return null;
  }
  for (const [i, { kernel, number }] of result.loaded.boots.entries()) {
    const [was, is] = [saved.boots[i]?.sha256 ?? '', sumOfText(kernel)];
    if (was !== is)
      changed(
        ['boots', i, 'sha256'],
        `the kernel text of boot ${number} has changed, by khodbg itself or a file of text beside the scenario: ${wasAndIs(was, is)}`,
      );
  }
  return result.loaded;
}
