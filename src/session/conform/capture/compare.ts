// A capture against the simulation of what was imported from it: stage by stage, figure by figure. Knows nothing of files.
import { entries, type Machine, row } from '../../../machine/index.ts';
import { readTree, scratchAreas } from '../../kho-memory.ts';
import { type Recorded, recordedBoot } from '../../report/index.ts';
import { classRuns } from './classes.ts';
import { type Figure, type Figures, knownPages, machineFigures, machinePage, truthFigures } from './figures.ts';
import { commonLines, deathStack, deferredNodes } from './lines.ts';
import { isOpen } from './open.ts';
import type { TruthBoot, TruthPhase } from './truth.ts';
import type { Watched } from './watch.ts';

/** A figure that differs; `got` undefined: the simulation has none of that path. */
export interface Differing {
  readonly where: string;
  readonly expected: unknown;
  readonly got: unknown;
}

/** What a comparison found. `kinds`: figures compared, by kind. */
export interface Tally {
  equal: number;
  open: number;
  readonly differ: Differing[];
  readonly kinds: Map<string, number>;
}

/** An empty tally. */
export const newTally = (): Tally => ({ equal: 0, open: 0, differ: [], kinds: new Map() });

/** Phases of the captures: the stage they show, and whether it is before other processors allocate. */
const PHASES: Readonly<Record<string, readonly [stage: string, early: boolean]>> = {
  after_kho_populate: ['kho_populate', true],
  before_e820_memblock_setup: ['before e820__memblock_setup', true],
  after_e820_memblock_setup: ['e820__memblock_setup', true],
  before_initmem_init: ['before initmem_init', true],
  after_initmem_init: ['initmem_init', true],
  before_kho_memory_init_early: ['before kho_memory_init_early', true],
  after_kho_memory_init_early: ['kho_memory_init_early', true],
  after_free_area_init: ['free_area_init', true],
  after_sparse_init: ['sparse_init', true],
  after_memmap_init: ['memmap_init', true],
  before_kho_memory_init: ['before kho_memory_init', true],
  after_kho_release_scratch: ['kho_release_scratch', true],
  variant_after_release_scratch: ['kho_release_scratch', true],
  after_kho_memory_init: ['kho_memory_init', true],
  after_memmap_init_reserved_pages: ['memmap_init_reserved_pages', true],
  after_memblock_free_all: ['memblock_free_all', true],
  after_mm_core_init: ['mm_core_init', false],
  before_page_alloc_init_late: ['before page_alloc_init_late', false],
  after_deferred_threads: ['deferred', false],
  after_page_alloc_init_late: ['page_alloc_init_late', false],
  before_fs_initcall: ['before kho_init', false],
  late_after_test: ['before run_init_process', false],
};

/** Stages by which every struct page is initialised. */
const DEFERRED_DONE = ['deferred', 'page_alloc_init_late', 'before kho_init', 'before run_init_process'];

const kindOf = (path: string): string => /^[a-z_]+/.exec(path)?.[0] ?? path;

/** Adds a comparison of all expected figures of a place. */
export function tally(t: Tally, boot: number, stage: string, expected: Figures, got: Figures): void {
  for (const [path, value] of expected) {
    if (isOpen(stage, path)) {
      t.open++;
      continue;
    }
    const kind = kindOf(path);
    t.kinds.set(kind, (t.kinds.get(kind) ?? 0) + 1);
    const found = got.get(path);
    if (found === value) t.equal++;
    else t.differ.push({ where: `boot${boot} ${stage}: ${path}`, expected: value, got: found });
  }
}

/** The machine that a phase shows; undefined when the simulation did not come there. */
function machineAt(
  stage: string,
  recorded: Recorded,
  number: number,
  watched: Watched | undefined,
): Machine | undefined {
  const entry = /^before (\w+)$/.exec(stage)?.[1];
  if (entry !== undefined) return watched?.entered.get(entry);
  const reached = recordedBoot(recorded, number)?.stages.find((one) => one.name === stage)?.state.machine;
  // without deferral there are no threads to wait for
  return reached ?? (stage === 'deferred' ? watched?.entered.get('page_alloc_init_late') : undefined);
}

function comparePhase(
  t: Tally,
  boot: TruthBoot,
  phase: TruthPhase,
  recorded: Recorded,
  watched: Watched | undefined,
): void {
  const shown = PHASES[phase.name];
  if (shown === undefined) return;
  const [stage, early] = shown;
  const machine = machineAt(stage, recorded, boot.boot, watched);
  const garbage = machine !== undefined && machine.config.fill !== 'poison' && !DEFERRED_DONE.includes(stage);
  const known = garbage ? knownPages(machine, [phase.page_class_runs ?? [], classRuns(machine)]) : null;
  const expected = truthFigures(phase, early, known);
  // not shown by a kernel that has discarded it
  if (phase.memblock === null)
    for (const path of expected.keys()) if (path.startsWith('memblock')) expected.delete(path);
  const pfns = early ? phase.pages.map((page) => page.pfn) : [];
  tally(t, boot.boot, stage, expected, machine === undefined ? new Map() : machineFigures(machine, pfns, known));
}

const sorted = (list: Iterable<string>): string => [...list].sort().join(' ');

function compareTree(t: Tally, boot: TruthBoot, m: Machine): void {
  const { nodes, keys } = boot.radix_out;
  if (nodes.length === 0) return;
  const tree = readTree(m, Number(row(m.table, 'kho_radix_tree', 'kho_out')?.root ?? 0));
  const expected: Figures = new Map<string, Figure>([
    ['radix.keys', sorted(keys.map(({ pfn, order }) => `0x${pfn.toString(16)}:${order}`))],
    ['radix.nodes', nodes.length],
    ['radix.node_pages', sorted(nodes.map(({ level, phys }) => `${level} 0x${phys.toString(16)}`))],
  ]);
  const got: Figures = new Map<string, Figure>([
    ['radix.keys', sorted(tree.blocks.map(({ start, order }) => `0x${start.toString(16)}:${order}`))],
    ['radix.nodes', tree.pages.length],
    ['radix.node_pages', sorted(tree.pages.map(({ level, phys }) => `${level} 0x${phys.toString(16)}`))],
  ]);
  tally(t, boot.boot, 'end', expected, got);
}

/** Scratch areas as the kernel of a boot knows them; none when KHO is off and nothing was handed over. */
function knownScratch(m: Machine): string[] {
  const vars = row(m.table, 'var', 0) ?? {};
  const received = row(m.table, 'kho_in', 0)?.fdt === true;
  if ((vars.kho_enable !== true && !received) || Number(vars.kho_scratch_cnt ?? 0) === 0) return [];
  return scratchAreas(m).map(({ start, size }) => `0x${start.toString(16)}+0x${size.toString(16)}`);
}

function compareScratch(t: Tally, boot: TruthBoot, m: Machine): void {
  // a kernel without instrumentation shows none
  if (boot.scratch.length === 0 && boot.phases.length === 0) return;
  const expected: Figures = new Map(
    boot.scratch.map(({ index, addr, size }) => [`scratch[${index}]`, `0x${addr.toString(16)}+0x${size.toString(16)}`]),
  );
  expected.set('scratch.areas', boot.scratch.length);
  const areas = knownScratch(m);
  const got: Figures = new Map(areas.map((area, i) => [`scratch[${i}]`, area]));
  got.set('scratch.areas', areas.length);
  tally(t, boot.boot, 'end', expected, got);
}

/** What preserving gave, item by item; kinds that the driver notes. */
function comparePreserved(t: Tally, boot: TruthBoot, m: Machine): void {
  const noted = boot.preserve.filter((item) => 'FNPSURV'.includes(item.kind));
  const expected: Figures = new Map(
    noted.flatMap(({ err, pfn }, i): [string, Figure][] => [
      [`preserved[${i}].err`, err],
      [`preserved[${i}].pfn`, pfn],
    ]),
  );
  const got: Figures = new Map();
  for (let i = 0; i < Number(row(m.table, 'var', 0)?.test_kho_count ?? 0); i++) {
    const item = row(m.table, 'test_kho_item', i);
    got.set(`preserved[${i}].err`, Number(item?.err ?? 0));
    got.set(`preserved[${i}].pfn`, Math.floor(Number(item?.phys ?? 0) / 4096));
  }
  tally(t, boot.boot, 'end', expected, got);
}

function compareRestores(t: Tally, boot: TruthBoot, watched: Watched | undefined): void {
  const restored = boot.restored.filter((item) => item.ok !== undefined);
  restored.forEach((item, i) => {
    const mine = watched?.restores[i];
    const expected: Figures = new Map<string, Figure>([
      [`restored[${item.item}].ok`, item.ok === 1],
      [`restored[${item.item}].totalram_delta`, item.totalram_delta ?? 0],
    ]);
    const got: Figures = new Map();
    if (mine !== undefined) {
      got.set(`restored[${item.item}].ok`, mine.ok);
      got.set(`restored[${item.item}].totalram_delta`, mine.totalramDelta);
    }
    tally(t, boot.boot, 'restore', expected, got);
    if (mine === undefined) return;
    for (const [when, machine] of [
      ['restore.before', mine.before],
      ['restore.after', mine.after],
    ] as const) {
      const pages = boot.test_pages.filter((page) => page.when === when && page.label.startsWith(`item${item.item}.`));
      const want: Figures = new Map();
      const have: Figures = new Map();
      for (const { pfn, ref, private: word, mapcount_raw } of pages) {
        const at = `page(0x${pfn.toString(16)})`;
        machinePage(have, machine, pfn);
        if (ref !== undefined) want.set(`${at}.ref`, ref);
        if (word !== undefined) want.set(`${at}.private`, word);
        if (mapcount_raw !== undefined) want.set(`${at}.mapcount_raw`, mapcount_raw);
      }
      // an item that was not preserved is free memory by then, in blocks that depend on all the rest
      if (item.ok === 1) tally(t, boot.boot, `${when.slice(8)} restoring item ${item.item}`, want, have);
    }
  });
}

function list(out: Figures, name: string, lines: readonly string[]): Figures {
  out.set(`${name}.lines`, lines.length);
  lines.forEach((line, i) => {
    out.set(`${name}[${i}]`, line);
  });
  return out;
}

function compareConsole(t: Tally, boot: TruthBoot, m: Machine, log: readonly string[]): void {
  const mine = entries(m.console);
  tally(
    t,
    boot.boot,
    'end',
    list(new Map(), 'console', commonLines(boot.kernel_lines)),
    list(new Map(), 'console', commonLines(mine)),
  );
  const nodes: Figures = new Map([['deferred_nodes', deferredNodes(boot.kernel_lines)]]);
  tally(t, boot.boot, 'end', nodes, new Map([['deferred_nodes', deferredNodes(mine)]]));
  const stack = deathStack(log);
  if (stack.length > 0)
    tally(t, boot.boot, 'end', list(new Map(), 'stack', stack), list(new Map(), 'stack', deathStack(mine)));
}

/** Compares one boot; `log`: its console, as far as the capture has one. */
export function compareBoot(
  t: Tally,
  boot: TruthBoot,
  recorded: Recorded,
  watched: Watched | undefined,
  log: readonly string[],
): void {
  for (const phase of boot.phases) comparePhase(t, boot, phase, recorded, watched);
  const machine = recordedBoot(recorded, boot.boot)?.last.machine;
  if (machine === undefined) {
    t.differ.push({ where: `boot${boot.boot}`, expected: 'a boot', got: undefined });
    return;
  }
  compareScratch(t, boot, machine);
  compareTree(t, boot, machine);
  comparePreserved(t, boot, machine);
  compareRestores(t, boot, watched);
  compareConsole(t, boot, machine, log);
}
