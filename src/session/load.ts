// From a scenario file to kernels and machines ready to boot. All mistakes of the file, its patches and its actors come back
// as sentences with their place; nothing is thrown for them.
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  baseProgram,
  buildKernel,
  debuggerIntrinsics,
  firstState,
  handoverTree,
  KERNELS,
  type Kernel,
  namesOf,
  type Patch,
  shippedPatch,
  shippedPatches,
} from '../kernel/index.ts';
import { type Hardware, makeConfig } from '../machine/index.ts';
import { compileExpression, type Program, type State } from '../vm/index.ts';
import { normalise } from './expression.ts';
import { invariantError } from './invariants/index.ts';
import {
  CONFIG_TABLE,
  formatProblem,
  type HandoverBoot,
  type KernelBoot,
  type Problem,
  parseScenario,
  type Scenario,
  type TextKind,
} from './scenario/index.ts';

/** A scenario ready to run. `first`: the state in which its last boot enters start_kernel(). */
export interface Loaded {
  readonly file: string;
  readonly scenario: Scenario;
  readonly handover: HandoverBoot | null;
  readonly boot: KernelBoot;
  /** number of the last boot, from 1 */
  readonly bootNumber: number;
  readonly kernel: Kernel;
  readonly first: State;
  /** pages of the radix tree that was handed over */
  readonly radixPages: number;
  /** names of the patches in force */
  readonly patches: readonly string[];
  /** where a value of the scenario stands in its file, for mistakes found later: `file:line:col` */
  place(path: readonly (string | number)[]): string;
}

export type LoadResult =
  | { readonly ok: true; readonly loaded: Loaded }
  | { readonly ok: false; readonly errors: readonly string[] };

/** What may be added from the command line. Patch paths are relative to the working directory. */
export interface LoadOptions {
  readonly patches?: readonly string[];
}

const DEFAULT_CONFIG = makeConfig({ CONFIG_HUGETLB_PAGE: true, CONFIG_ZONE_DEVICE: true }, 'zero', '');

/** The program whose functions scenarios may name. */
function knownProgram(): Program {
  return baseProgram(DEFAULT_CONFIG);
}

/** Why a text of the scenario cannot mean anything, to follow the text in a message; null when it can. */
function checkText(program: Program, kind: TextKind, text: string): string | null {
  if (kind === 'schedule') return 'is not read yet; leave the key out';
  if (kind === 'invariant') return invariantError(text);
  const caught = kind === 'stop' ? /^\s*catch\s+invariant\s+(?!if\s)(\S+)/.exec(text)?.[1] : undefined;
  if (caught !== undefined) return invariantError(caught);
  if (kind !== 'expression') return null;
  const names = namesOf(debuggerIntrinsics(DEFAULT_CONFIG), DEFAULT_CONFIG);
  const constants = new Set([
    ...names.constants,
    ...Object.keys(program.constants),
    'pb',
    ...CONFIG_TABLE.map((row) => row.name),
  ]);
  const read = compileExpression(normalise(text), { ...names, constants }, program.constants, null);
  return read.ok ? null : `is no expression: ${read.error}`;
}

function readPatch(name: string, folder: string): Patch | string {
  if (!name.includes('/')) {
    const known = shippedPatches();
    if (known.includes(name)) return { name, text: shippedPatch(name) };
    return `no shipped patch '${name}'; shipped are ${known.join(', ')}; a path contains a '/'`;
  }
  const path = isAbsolute(name) ? name : join(folder, name);
  if (!existsSync(path))
    return `cannot read the patch '${name}': no such file; paths are relative to ${folder === '' ? 'the working directory' : 'the file that names them'}`;
  try {
    return { name, text: readFileSync(path, 'utf8') };
  } catch (error) {
    return `cannot read the patch '${name}': ${(error as NodeJS.ErrnoException).code ?? 'error'}`;
  }
}

function collectPatches(file: string, boot: KernelBoot, options: LoadOptions): { patches: Patch[]; errors: string[] } {
  const patches: Patch[] = [];
  const errors: string[] = [];
  for (const ref of boot.patches) {
    const patch = readPatch(ref.name, dirname(file));
    if (typeof patch === 'string') {
      const problem: Problem = { file, line: ref.position.line, col: ref.position.col, message: patch };
      errors.push(formatProblem(problem));
    } else patches.push(patch);
  }
  for (const name of options.patches ?? []) {
    const patch = readPatch(name, '');
    if (typeof patch === 'string') errors.push(`--patch: ${patch}`);
    else patches.push(patch);
  }
  return { patches, errors };
}

function hardwareOf(scenario: Scenario, boot: KernelBoot, handover: HandoverBoot | null): Hardware {
  return {
    memory: scenario.machine.memory,
    nodes: scenario.machine.nodes,
    reserved: boot.reserved,
    handover:
      handover === null
        ? null
        : {
            scratch: handover.scratch,
            preserved: handover.preserved,
            radixRoot: handover.radixNodes,
            scratchArray: handover.scratchArray,
            fdt: handover.fdt,
          },
  };
}

/** Loads a scenario from its text; `file` is used in messages and to find patches. */
export function loadScenarioText(file: string, text: string, options: LoadOptions = {}): LoadResult {
  const program = knownProgram();
  const arity = new Map(Object.values(program.fns).map((fn) => [fn.name, fn.params.length]));
  const parsed = parseScenario(file, text, {
    patches: shippedPatches(),
    kernels: KERNELS,
    functions: Object.keys(program.fns),
    arity,
    check: (kind, words) => checkText(program, kind, words),
  });
  if (!parsed.ok) return { ok: false, errors: parsed.errors.map(formatProblem) };
  const { scenario } = parsed;
  const boot = scenario.boots.findLast((b): b is KernelBoot => b.kind === 'kernel');
  if (boot === undefined) return { ok: false, errors: [`${file}:1:1: boots: no kernel boot`] };
  const handover = scenario.boots.findLast((b): b is HandoverBoot => b.kind === 'handover') ?? null;
  const { patches, errors } = collectPatches(file, boot, options);
  if (errors.length > 0) return { ok: false, errors };
  const config = makeConfig(boot.config, scenario.machine.fill, boot.cmdline);
  const built = buildKernel(config, patches, boot.actors);
  const place = (path: readonly (string | number)[]) => {
    const { line, col } = parsed.placeOf(path);
    return `${file}:${line}:${col}`;
  };
  if (!built.ok) {
    const at = scenario.boots.indexOf(boot);
    const actors = built.actors.map(
      ({ index, key, message }) =>
        `${place(['boots', at, 'actors', index, key])}: boots[${at}].actors[${index}].${key}: ${message}`,
    );
    return { ok: false, errors: [...built.errors, ...actors] };
  }
  const hardware = hardwareOf(scenario, boot, handover);
  const tree = handover === null ? null : handoverTree(config, hardware, handover.preserved, handover.radixNodes);
  const bootNumber = scenario.boots.length;
  return {
    ok: true,
    loaded: {
      file,
      scenario,
      handover,
      boot,
      bootNumber,
      kernel: built.kernel,
      first: firstState(built.kernel, bootNumber, hardware, tree?.phys ?? null),
      radixPages: tree?.pages ?? 0,
      patches: patches.map((patch) => patch.name),
      place,
    },
  };
}

/** Loads a scenario file. */
export function loadScenario(file: string, options: LoadOptions = {}): LoadResult {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const why = code === 'ENOENT' ? 'no such file' : code === 'EISDIR' ? 'it is a folder' : (code ?? 'error');
    return {
      ok: false,
      errors: [`${file}: cannot be read: ${why}; give the path of a scenario, such as scenarios/two-nodes.json`],
    };
  }
  return loadScenarioText(file, text, options);
}

/** The shipped scenarios' folder, in a checkout and when installed. */
export function scenariosFolder(): string {
  const own = fileURLToPath(import.meta.url);
  return join(dirname(own), basename(own) === 'load.ts' ? '../../scenarios' : '../scenarios');
}
