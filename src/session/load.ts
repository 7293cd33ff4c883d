// From a scenario file to kernels and machines ready to boot. All mistakes of the file, its patches and its actors come back
// as sentences with their place; nothing is thrown for them.
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import {
  baseProgram,
  buildKernel,
  debuggerIntrinsics,
  firstState,
  handedOver,
  handoverPages,
  KERNELS,
  type Kernel,
  kconfigConflicts,
  kernelProfile,
  namesOf,
  patchedNames,
  profilePatches,
  shippedPatches,
} from '../kernel/index.ts';
import { type Config, type Handover, type Hardware, type LeftBehind, makeConfig, vmemmapOf } from '../machine/index.ts';
import { compileExpression, didYouMean, type Linked, type Names, type Program, type State } from '../vm/index.ts';
import { normalise } from './expression.ts';
import { invariantError } from './invariants/index.ts';
import { textOfActors } from './own-text.ts';
import { type Found, readPatch } from './patch-files.ts';
import { sumOf } from './read-file.ts';
import {
  CONFIG_TABLE,
  formatProblem,
  type HandoverBoot,
  type KernelBoot,
  type Path,
  type Place,
  parseScenario,
  type Scenario,
  splitFor,
  type TextKind,
} from './scenario/index.ts';
import { readScenarioFile, shippedFile } from './scenario-files.ts';

/** A kernel boot of a scenario, its kernel built. */
export interface LoadedBoot {
  /** from 1, as in the scenario */
  readonly number: number;
  readonly boot: KernelBoot;
  readonly kernel: Kernel;
  /** names of the patches in force */
  readonly patches: readonly string[];
  readonly variant: BootVariant;
  /** SHA-256 of the patches by path, by their names */
  readonly sums: Readonly<Record<string, string>>;
}

/** What one boot's kernel is made of. A patch by path is looked for from its folder; '' is the working directory. */
export interface BootVariant {
  readonly kernel: string;
  readonly patches: readonly { readonly name: string; readonly folder: string }[];
}

/** Variants by number of the boot. */
export type BootVariants = Readonly<Record<number, BootVariant>>;

/** A scenario ready to run. `first`: the state in which its first kernel boot enters start_kernel(). */
export interface Loaded {
  readonly file: string;
  /** as it was read; empty for a scenario that was made otherwise */
  readonly text: string;
  readonly scenario: Scenario;
  readonly handover: HandoverBoot | null;
  /** in their order; never empty */
  readonly boots: readonly LoadedBoot[];
  readonly first: State;
  /** pages of the radix tree, or of the list of bitmaps, that a handover gives */
  readonly radixPages: number;
  /** where a value of the scenario stands in its file, for mistakes found later: `file:line:col` */
  place(path: readonly (string | number)[]): string;
  /** the same scenario with other kernels; boots that are not named stay as they are */
  reload(variants: BootVariants): LoadResult;
}

/** The boot that runs in a state. */
export function bootOf(loaded: Loaded, state: State): LoadedBoot {
  return loaded.boots.find((boot) => boot.number === state.boot) ?? lastBoot(loaded);
}

/** The boot that a scenario ends with: the one it opens at. */
export function lastBoot(loaded: Loaded): LoadedBoot {
  const boot = loaded.boots.at(-1);
  if (boot === undefined) throw new Error('a scenario has a kernel boot');
  return boot;
}

/** What the user should know of how the kernels were made: patches that fitted with fuzz only. */
export function warningsOf(loaded: Loaded): string[] {
  return loaded.boots.flatMap(({ kernel }) => kernel.warnings);
}

export type LoadResult =
  | { readonly ok: true; readonly loaded: Loaded }
  | { readonly ok: false; readonly errors: readonly string[] };

/** What the command line changes of the last boot. Patch paths are relative to the working directory. */
export interface LoadOptions {
  readonly patches?: readonly string[];
  /** one of KERNELS */
  readonly kernel?: string;
  /** whether `patches` are for all kernels of the scenario; else they are for the last boot's */
  readonly everyBoot?: boolean;
  /** whether `patches` must fit to the line; else the user's own may with fuzz 1 */
  readonly exact?: boolean;
  /** kernels and patches instead of the scenario's and of those above */
  readonly boots?: BootVariants;
}

const DEFAULT_CONFIG = makeConfig({ CONFIG_HUGETLB_PAGE: true, CONFIG_ZONE_DEVICE: true }, 'zero', '');

/** The program whose functions scenarios may name. */
function knownProgram(): Program {
  return baseProgram(DEFAULT_CONFIG);
}

/** The names that an expression may use in some boot of some scenario. */
function expressionNames(program: Program): Names {
  const names = namesOf(debuggerIntrinsics(DEFAULT_CONFIG), DEFAULT_CONFIG);
  const constants = new Set([
    ...names.constants,
    ...Object.keys(program.constants),
    ...patchedNames().values,
    'pb',
    ...CONFIG_TABLE.map((row) => row.name),
  ]);
  return { ...names, constants };
}

/** Why a text of the scenario cannot mean anything, to follow the text in a message; null when it can. */
function checkText(program: Program, names: Names, kind: TextKind, text: string): string | null {
  if (kind === 'schedule') return 'is not read yet; leave the key out';
  if (kind === 'invariant') return invariantError(text);
  const caught = kind === 'stop' ? /^\s*catch\s+invariant\s+(?!if\s)(\S+)/.exec(text)?.[1] : undefined;
  if (caught !== undefined) return invariantError(caught);
  if (kind !== 'expression') return null;
  const read = compileExpression(normalise(text), names, program.constants, null);
  return read.ok ? null : `is no expression: ${read.error}`;
}

/** What a boot is made of: as the scenario and the options say, or another variant. */
function variantOf(file: string, boot: KernelBoot, isLast: boolean, options: LoadOptions): BootVariant {
  const added = isLast || options.everyBoot === true ? (options.patches ?? []) : [];
  return {
    kernel: (isLast ? options.kernel : undefined) ?? boot.kernel,
    patches: [
      ...boot.patches.map(({ name }) => ({ name, folder: dirname(file) })),
      ...added.map((name) => ({ name, folder: '' })),
    ],
  };
}

/** Reads the patches of a variant. `own`: its first ones are the scenario's, the others are given with --patch. */
function collectPatches(
  file: string,
  { kernel, patches }: BootVariant,
  own: KernelBoot['patches'] | null,
  exact: boolean,
): Found {
  const found: Found = { patches: [], errors: [] };
  patches.forEach(({ name, folder }, i) => {
    const patch = readPatch(name, folder, kernel);
    const at = own?.[i]?.position;
    if (typeof patch !== 'string') found.patches.push(exact && folder === '' ? { ...patch, own: false } : patch);
    else if (at === undefined) found.errors.push(own === null ? patch : `--patch: ${patch}`);
    else found.errors.push(formatProblem({ file, ...at, message: patch }));
  });
  return found;
}

/** Calls that need the outgoing side of KHO. */
const OUTGOING = /preserve|^kexec|^kernel_kexec|^test_kho|^kho_(?:add|remove|alloc)/;

/** Is there more to a boot than to receive what a handover lists, with nobody else allocating? */
function preparesHandover(scenario: Scenario, boot: KernelBoot): boolean {
  const only = scenario.boots[0]?.kind === 'handover' && scenario.boots.length === 2;
  if (boot.config.CONFIG_LIVEUPDATE === true) return true;
  return (
    !only ||
    boot.earlyAllocations.length > 0 ||
    boot.actors.some(({ call, from }) => from !== null || OUTGOING.test(call))
  );
}

const bitmapBitsOf = (kernel: string): number | null => kernelProfile(kernel)?.bitmapBits ?? null;

/** The bitmaps of a kernel that keeps no radix tree. */
function bitmapsOf(kernel: string): { bitmapBits?: number } {
  const bits = bitmapBitsOf(kernel);
  return bits === null ? {} : { bitmapBits: bits };
}

function hardwareOf(
  scenario: Scenario,
  boot: KernelBoot,
  handover: Handover | null,
  left: LeftBehind | null,
): Hardware {
  return {
    memory: [...scenario.machine.memory].sort((a, b) => a.start - b.start),
    nodes: scenario.machine.nodes,
    reserved: boot.reserved,
    early: boot.earlyAllocations,
    placements: boot.placements,
    outgoing: preparesHandover(scenario, boot),
    ...bitmapsOf(boot.kernel),
    handover,
    left,
  };
}

/** What a scenario's handover gives the first kernel. */
function givenHandover(handover: HandoverBoot | null): Handover | null {
  if (handover === null) return null;
  const { scratch, preserved, radixNodes: radixRoot, scratchArray, fdt } = handover;
  return { scratch, preserved, radixRoot, scratchArray, nrScratch: scratch.length, fdt };
}

const configOf = (scenario: Scenario, boot: KernelBoot): Config =>
  makeConfig(
    boot.config,
    scenario.machine.fill ?? (boot.config.CONFIG_DEBUG_VM === true ? 'poison' : 'zero'),
    boot.cmdline,
  );

/** The place of a value in the scenario's file, as messages begin with it. */
type PlaceText = Loaded['place'];

interface Boots {
  readonly boots: LoadedBoot[];
  readonly errors: string[];
}

/** What the Kconfig of a boot's kernel has against its configuration and is not forced. */
function kconfigErrors({ kernel, config, force }: KernelBoot, before: string): string[] {
  return kconfigConflicts(kernel, (option) => config[option] === true)
    .filter((conflict) => conflict.force === null || !force.includes(conflict.force))
    .map(({ option, why, advice }) => `${before}${kernel}: does not allow ${option} ${why}; ${advice}`);
}

/** Builds the kernel of every boot; each knows the others, so that a kexec ends in the next. */
function buildBoots(file: string, scenario: Scenario, options: LoadOptions, place: PlaceText): Boots {
  const boots: LoadedBoot[] = [];
  const errors: string[] = [];
  const linked = new Map<number, Linked>();
  const reboot = (state: State): State | null => {
    const next = boots.find((boot) => boot.number === state.boot + 1);
    if (next === undefined) return null;
    const left = { memmap: state.machine.memmap, at: vmemmapOf(state.machine) };
    const hardware = hardwareOf(scenario, next.boot, handedOver(state.machine), left);
    return firstState(next.kernel, next.number, hardware, state.machine);
  };
  const last = scenario.boots.length - 1;
  scenario.boots.forEach((given, i) => {
    if (given.kind !== 'kernel') return;
    const changed = options.boots?.[i + 1];
    const variant = changed ?? variantOf(file, given, i === last, options);
    const boot = { ...given, kernel: variant.kernel };
    const found = collectPatches(file, variant, changed === undefined ? given.patches : null, options.exact === true);
    errors.push(...found.errors);
    const before =
      changed !== undefined ? '' : boot.kernel === given.kernel ? `${place(['boots', i, 'kernel'])}: ` : '--kernel ';
    errors.push(...kconfigErrors(boot, before));
    const own = textOfActors(dirname(file), boot.actors, (index) => place(['boots', i, 'actors', index, 'from']));
    errors.push(...own.errors);
    if (errors.length > 0) return;
    const patches = [...profilePatches(boot.kernel), ...found.patches];
    const built = buildKernel(configOf(scenario, boot), patches, boot.actors, { boots: linked, reboot }, own.files);
    if (!built.ok) {
      const actors = built.actors.map(
        ({ index, key, message }) =>
          `${place(['boots', i, 'actors', index, key])}: boots[${i}].actors[${index}].${key}: ${message}`,
      );
      errors.push(...built.errors, ...actors);
      return;
    }
    linked.set(i + 1, built.kernel.linked);
    const names = found.patches.map((patch) => patch.name);
    const sums = Object.fromEntries(
      found.patches.filter(({ name }) => name.includes('/')).map(({ name, text }) => [name, sumOf(text)]),
    );
    boots.push({ number: i + 1, boot, kernel: built.kernel, patches: names, variant, sums });
  });
  return { boots, errors };
}

/** Functions that expectations name, and that no kernel of the scenario has. */
function unknownFunctions(scenario: Scenario, boots: readonly LoadedBoot[], place: PlaceText): string[] {
  const known = new Set(boots.flatMap(({ kernel }) => Object.keys(kernel.linked.program.fns)));
  return scenario.expect.flatMap((one, i) => {
    const name = 'in' in one ? one.in : undefined;
    if (name === undefined || known.has(name)) return [];
    const hint = didYouMean(name, [...known]);
    return [`${place(['expect', i, 'in'])}: expect[${i}].in: "${name}" is not a function of these kernels${hint}`];
  });
}

/** Loads a scenario from its text; `file` is used in messages and to find patches. */
export function loadScenarioText(file: string, text: string, options: LoadOptions = {}): LoadResult {
  const program = knownProgram();
  const names = expressionNames(program);
  const patched = new Set(patchedNames().functions);
  const fns = Object.values(program.fns);
  const arity = new Map(fns.flatMap((fn) => (patched.has(fn.name) ? [] : [[fn.name, fn.params.length]])));
  const parsed = parseScenario(file, text, {
    patches: shippedPatches(),
    kernels: KERNELS,
    functions: [...fns.map(({ name }) => name), ...patched],
    arity,
    bitmapBits: bitmapBitsOf,
    conflicts: kconfigConflicts,
    check: (kind, words) => checkText(program, names, kind, words),
  });
  if (!parsed.ok) return { ok: false, errors: parsed.errors.map(formatProblem) };
  return loadParsed({ file, text, placeOf: parsed.placeOf }, parsed.scenario, options);
}

/** Where a scenario comes from: its file, the text of it, and where in the text its values stand. */
export interface Origin {
  readonly file: string;
  readonly text: string;
  placeOf(path: Path): Place;
}

/** Loads a scenario that needs no reading. */
export function loadParsed(origin: Origin, given: Scenario, options: LoadOptions = {}): LoadResult {
  const { file, text } = origin;
  const kernel = options.boots?.[given.boots.length]?.kernel ?? options.kernel;
  const scenario = kernel === undefined ? given : splitFor(given, bitmapBitsOf(kernel));
  const place: PlaceText = (path) => {
    const { line, col } = origin.placeOf(path);
    return `${file}:${line}:${col}`;
  };
  const { boots, errors } = buildBoots(file, scenario, options, place);
  const [start] = boots;
  // with kernels that a user chose, what the scenario expects of its own is no mistake of his
  if (errors.length === 0 && options.boots === undefined) errors.push(...unknownFunctions(scenario, boots, place));
  if (errors.length > 0 || start === undefined) return { ok: false, errors };
  const handover = scenario.boots.find((b): b is HandoverBoot => b.kind === 'handover') ?? null;
  const hardware = hardwareOf(scenario, start.boot, givenHandover(handover), null);
  const tree =
    handover === null ? null : handoverPages(start.kernel.config, hardware, handover.preserved, handover.radixNodes);
  const first = firstState(start.kernel, start.number, hardware, tree);
  const reload = (variants: BootVariants): LoadResult => {
    const now = Object.fromEntries(boots.map(({ number, variant }) => [number, variant]));
    return loadParsed(origin, scenario, { ...options, boots: { ...now, ...variants } });
  };
  const radixPages = tree?.pages ?? 0;
  return { ok: true, loaded: { file, text, scenario, handover, boots, first, radixPages, place, reload } };
}

/** What a saved session begins with. */
const SAVED = /^\s*\{\s*"khodbg-session"\s*:/;

/** Loads a scenario file, or where there is none, the shipped scenario of that name. */
export function loadScenario(given: string, options: LoadOptions = {}): LoadResult {
  const file = existsSync(given) ? given : (shippedFile(given) ?? given);
  const read = readScenarioFile(file);
  if (read.ok && SAVED.test(read.text))
    return { ok: false, errors: [`${file}: is a saved session, not a scenario; khodbg ${file} opens it`] };
  if (read.ok) return loadScenarioText(file, read.text, options);
  const hint = 'give the path of a scenario, or the name of a shipped one, such as today/grow-zone';
  return { ok: false, errors: [`${file}: cannot be read: ${read.why}; ${hint}`] };
}
