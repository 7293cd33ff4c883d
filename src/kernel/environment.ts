// One boot's kernel: text, patches and actors compiled, linked against the configuration; and the state it starts in.
import {
  type Config,
  type Fields,
  type Handover,
  type Hardware,
  type Machine,
  makeMachine,
  NUMA_NO_NODE,
  type PhysPage,
  putRow,
  putRows,
  type RunMap,
  row as tableRow,
  type Value,
} from '../machine/index.ts';
import {
  bare,
  type Compiled,
  compile,
  type Environment,
  type Ex,
  type Intrinsics,
  type Linked,
  link,
  type Names,
  newThread,
  type Program,
  type State,
} from '../vm/index.ts';
import { ACTORS_FILE, type Actor, type ActorError, type Initcall, makeActors } from './actors.ts';
import { baseProgramOf, changedProgram } from './compiled.ts';
import { constantsOf, variablesOf } from './constants.ts';
import { died } from './faults.ts';
import { allocatorRows } from './intrinsics/allocator.ts';
import { debuggerRows } from './intrinsics/debugger.ts';
import { earlyRows } from './intrinsics/early.ts';
import { fdtRows } from './intrinsics/fdt.ts';
import { kexecRows } from './intrinsics/kexec.ts';
import { memblockRows } from './intrinsics/memblock.ts';
import { pageRows } from './intrinsics/pages.ts';
import { pureRows } from './intrinsics/pure.ts';
import { ref, row } from './intrinsics/row.ts';
import { stringRows } from './intrinsics/strings.ts';
import { ready, systemIntrinsics } from './intrinsics/system.ts';
import { xarrayRows } from './intrinsics/xarray.ts';
import type { Files } from './patch.ts';
import { type Patch, variantText } from './variant.ts';

/** A kernel ready to boot. */
export interface Kernel {
  readonly config: Config;
  readonly linked: Linked;
  /** what names mean in the debugger's expressions */
  readonly names: Names;
  /** text as it runs, patches applied, actors included */
  readonly files: Files;
  readonly initcalls: readonly Initcall[];
  /** what the user should know of how it was made: patches that fitted only with fuzz */
  readonly warnings: readonly string[];
}

export type Built =
  | { readonly ok: true; readonly kernel: Kernel }
  | { readonly ok: false; readonly errors: readonly string[]; readonly actors: readonly ActorError[] };

/** Initcalls of the kernel itself that lists of initcalls begin with; kho_init() is called where do_initcalls() says. */
const BUILT_IN: Readonly<Record<string, readonly Initcall[]>> = {
  CONFIG_LIVEUPDATE: [
    { level: 'early_initcall', fn: 'liveupdate_early_init', thread: null },
    { level: 'late_initcall', fn: 'luo_late_startup', thread: null },
  ],
};

const builtIn = (config: Config): Initcall[] =>
  Object.entries(BUILT_IN).flatMap(([symbol, initcalls]) => (config.symbols[symbol] === true ? initcalls : []));

function initcallRows(initcalls: readonly Initcall[]): Intrinsics {
  const of = (level: Value) => initcalls.filter((call) => call.level === level);
  return {
    nr_initcalls: row(
      'read',
      1,
      'how many initcalls of a level there are: of the kernel and of the scenario',
      (_c, level: Value) => of(level).length,
    ),
    initcall: row('read', 2, 'the i-th initcall of a level', (_c, level: Value, i: number) =>
      ref('fn', of(level)[i]?.fn ?? ''),
    ),
    initcall_thread: row(
      'read',
      2,
      'name of the thread it runs on, NULL for this one',
      (_c, level: Value, i: number) => of(level)[i]?.thread ?? null,
    ),
  };
}

/** The intrinsics that kernel text may call, for one configuration. */
export function kernelIntrinsics(config: Config, initcalls: readonly Initcall[] = []): Intrinsics {
  return bare(
    pureRows(config),
    pageRows,
    memblockRows,
    allocatorRows,
    systemIntrinsics,
    earlyRows,
    stringRows,
    fdtRows,
    kexecRows,
    xarrayRows,
    initcallRows([...builtIn(config), ...initcalls]),
  );
}

/** The intrinsics that expressions of the debugger may call. */
export function debuggerIntrinsics(config: Config): Intrinsics {
  return bare(kernelIntrinsics(config), debuggerRows);
}

/** What names mean to the compiler. */
export function namesOf(intrinsics: Intrinsics, config: Config): Names {
  return {
    intrinsics,
    constants: new Set(Object.keys(constantsOf(config))),
    variables: new Set(Object.keys(variablesOf(config))),
  };
}

/** The program of the unpatched text, compiled at build time or now. */
export function baseProgram(config: Config): Program {
  return baseProgramOf(() => namesOf(kernelIntrinsics(config), config));
}

/** The history a kernel belongs to: the kernels of all its boots by number, and what follows each. */
export interface History {
  readonly boots: Linked['boots'];
  reboot(state: State): State | null;
}

const ALONE: History = { boots: new Map(), reboot: () => null };

/** The program with files of kernel text beside it that declare functions of their own. */
function withOwnText(program: Program, own: Files, taken: Files, names: Names): Compiled {
  const twice = Object.keys(own).filter((file) => taken[file] !== undefined || file === ACTORS_FILE);
  const errors = twice.map((file) => `${file}:1:1: the kernel has a file of this name; to change it, write a patch`);
  if (errors.length > 0) return { ok: false, errors };
  return Object.keys(own).length === 0 ? { ok: true, program } : compile(own, names, program);
}

/**
 * Builds the kernel of one boot. `own`: kernel text beside it, which its actors call. Errors are sentences that name patch,
 * file, line and column.
 */
export function buildKernel(
  config: Config,
  patches: readonly Patch[],
  actors: readonly Actor[],
  { boots, reboot }: History = ALONE,
  own: Files = {},
): Built {
  const variant = variantText(patches);
  if (!variant.ok) return { ...variant, actors: [] };
  const { files, changed, warnings } = variant;
  const textNames = namesOf(kernelIntrinsics(config), config);
  let program = baseProgramOf(() => textNames);
  if (changed.length > 0) {
    const texts = Object.fromEntries(changed.map((file) => [file, files[file] ?? '']));
    const result = changedProgram(texts, textNames, program);
    if (!result.ok) return { ...result, actors: [] };
    program = result.program;
  }
  const beside = withOwnText(program, own, files, textNames);
  if (!beside.ok) return { ...beside, actors: [] };
  program = beside.program;
  const made = makeActors(program, actors);
  if (made.errors.length > 0) return { ok: false, errors: [], actors: made.errors };
  program = { ...program, fns: bare(program.fns, made.fns) };
  const intrinsics = bare(kernelIntrinsics(config, made.initcalls), debuggerRows);
  const constants = { ...constantsOf(config), pb: ref('pb[]', 0) };
  const env: Environment = { intrinsics, constants, ready, died, reboot };
  const known = namesOf(intrinsics, config);
  const names = {
    ...known,
    constants: new Set(Object.keys(constants)),
    variables: new Set([...known.variables, ...Object.keys(program.variables)]),
  };
  return {
    ok: true,
    kernel: {
      config,
      linked: link(program, env, boots),
      names,
      files: { ...files, ...own, [ACTORS_FILE]: made.text },
      initcalls: made.initcalls,
      warnings,
    },
  };
}

/** Items that the test driver keeps (lib/test_kho.ts). */
const TEST_KHO_ITEMS = 160;
const NO_ITEM: Fields = { kind: 0, err: 0, phys: 0, nr_pages: 0 };
const NO_VMALLOC: Fields = { first: 0n, total_pages: 0, flags: 0, order: 0 };

/** The value that a constant of the text stands for. */
const literalValue = (ex: Ex): Value => (ex[0] === 'n' ? BigInt(ex[1]) : ex[0] === 'k' ? ex[1] : null);

function initialTable(machine: Machine, program: Program): Machine {
  const own = Object.entries(program.variables).map(([name, ex]) => [name, literalValue(ex)] as const);
  let table = putRow(machine.table, 'var', 0, { ...variablesOf(machine.config), ...Object.fromEntries(own) });
  table = putRow(table, 'kho_in', 0, { fdt: false, fdt_phys: 0, scratch_phys: 0 });
  table = putRow(table, 'kho_radix_tree', 'kho_in', { root: 0 });
  table = putRow(table, 'mminit_pfnnid_cache', 0, { last_start: 0, last_end: 0, last_nid: NUMA_NO_NODE });
  table = putRow(table, 'luo_global', 0, { enabled: false, liveupdate_num: 0n });
  const tracker: Fields = machine.hardware.bitmapBits === undefined ? {} : { preserved_mem_map: 0, finalized: false };
  table = putRow(table, 'kho_out', 0, { fdt_phys: 0, ...tracker });
  table = putRow(table, 'kho_radix_tree', 'kho_out', { root: 0 });
  const image = { loaded: false, kho: false, kho_fdt: 0, kho_scratch: 0, nr_scratch: 0, nr_segments: 0 };
  table = putRow(table, 'kimage', 0, image);
  const items = Array.from({ length: TEST_KHO_ITEMS }, (_, i) => i);
  table = putRows(
    table,
    'test_kho_item',
    items.map((i) => [i, NO_ITEM]),
  );
  table = putRows(
    table,
    'kho_vmalloc',
    items.map((i) => [`item${i}`, NO_VMALLOC]),
  );
  table = putRow(table, 'completion', 'pgdat_init_all_done_comp', { done: 0 });
  return { ...machine, table };
}

/** What a machine that is left by kexec hands over to the next kernel; null when the image carries nothing of KHO. */
export function handedOver(machine: Machine): Handover | null {
  const image = tableRow(machine.table, 'kimage', 0);
  if (image?.kho !== true) return null;
  return {
    scratch: [],
    preserved: [],
    radixRoot: 0,
    scratchArray: Number(image.kho_scratch),
    nrScratch: Number(image.nr_scratch),
    fdt: Number(image.kho_fdt),
  };
}

/** The state in which the boot processor enters start_kernel(). `boot` counts from 1; `left`: contents of memory before. */
export function firstState(
  kernel: Kernel,
  boot: number,
  hardware: Hardware,
  left: { readonly phys: RunMap<PhysPage | null> } | null,
): State {
  const machine = initialTable(makeMachine(kernel.config, hardware, left?.phys ?? null), kernel.linked.program);
  return {
    boot,
    machine,
    threads: [newThread(kernel.linked, 'swapper', 'start_kernel', [])],
    current: 0,
    halted: false,
  };
}
