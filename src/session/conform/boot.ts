// Rows on whole boots of small machines: their input lines as a scenario, which is run like any other.
import { type LoadResult, loadParsed, type Origin } from '../load.ts';
import type {
  Actor,
  Area,
  HandoverBoot,
  KernelBoot,
  MemoryRange,
  PreservedBlock,
  Scenario,
} from '../scenario/index.ts';
import { defaultRadixNodes, withDefaults } from '../scenario/index.ts';
import type { RowOf } from './schema.ts';

/** The input of a row, line by line understood. */
interface Input {
  readonly memory: MemoryRange[];
  readonly scratch: Area[];
  readonly reserved: Area[];
  readonly preserved: PreservedBlock[];
  readonly restores: Actor[];
  radixNodes: number | null;
  grows: number;
  extends: boolean;
  cold: boolean;
  initialises: boolean;
}

const PAGE_SIZE = 4096;

const address = (word: string | undefined): number => Number(`0x${word ?? '0'}`);

function restore(call: string, ...args: number[]): Actor {
  return { at: 'late_initcall', call, args, thread: null, from: null };
}

function understand(input: Input, line: string): void {
  const [verb, a, b, c] = line.split(' ');
  const area = { start: address(a), size: address(b) };
  if (verb === 'mem') input.memory.push({ ...area, node: Number(c), type: 'ram' });
  else if (verb === 'scratch') input.scratch.push(area);
  else if (verb === 'reserve') input.reserved.push(area);
  else if (verb === 'preserve') input.preserved.push({ start: address(a), order: Number(b) });
  else if (verb === 'restore_folio') input.restores.push(restore('kho_restore_folio', address(a)));
  else if (verb === 'restore_pages') input.restores.push(restore('kho_restore_pages', address(a), Number(b)));
  else if (verb === 'radixmem') input.radixNodes = address(a);
  else if (verb === 'grow') input.grows += Number(a);
  else if (verb === 'ext') input.extends = true;
  else if (verb === 'coldboot') input.cold = true;
  else if (verb === 'no_kho_get_preserved_page') input.initialises = false;
}

function inputOf(lines: readonly string[]): Input {
  const input: Input = {
    memory: [],
    scratch: [],
    reserved: [],
    preserved: [],
    restores: [],
    radixNodes: null,
    grows: 0,
    extends: false,
    cold: false,
    initialises: true,
  };
  for (const line of lines) understand(input, line);
  return input;
}

/** The profile that a row was computed with, and the patch that makes the rest. */
export function kernelOf(oracle: string): { readonly kernel: string; readonly patches: readonly string[] } {
  if (oracle.startsWith('linux-7.3')) return { kernel: 'v7.3', patches: [] };
  return { kernel: 'v7.2', patches: oracle.startsWith('linux-7.2') ? [] : ['scratch-released-early'] };
}

function handoverOf(input: Input): HandoverBoot | null {
  const { scratch, preserved } = input;
  if (scratch.length === 0 && (input.cold || preserved.length === 0)) return null;
  const own = scratch.length > 0 ? defaultRadixNodes(scratch) : input.memory[0]?.start || PAGE_SIZE;
  const radixNodes = input.radixNodes ?? own;
  return { kind: 'handover', scratch, preserved, radixNodes, scratchArray: null, fdt: null };
}

function kernelBoot(row: RowOf<'mm_boot'>, input: Input, handed: boolean): KernelBoot {
  const { kernel, patches } = kernelOf(row.oracle);
  const names = ['bare-machine', ...patches];
  if (handed && input.cold) names.push('given-scratch');
  if (handed && !input.cold && !input.extends && kernel === 'v7.3') names.push('no-extended-scratch');
  if (!input.initialises) names.push('no-preserved-page-init');
  const grow: Actor = { at: 'early_initcall', call: 'slow_allocation', args: [0, 0], thread: null, from: null };
  return {
    kind: 'kernel',
    kernel,
    patches: names.map((name) => ({ name, position: { line: 1, col: 1 } })),
    force: [],
    config: withDefaults({ CONFIG_HUGETLB_PAGE: true, CONFIG_ZONE_DEVICE: true, CONFIG_NODES_SHIFT: 4 }),
    cmdline: '',
    reserved: input.reserved.map((area) => ({ ...area, kern: false })),
    earlyAllocations: [],
    placements: {},
    actors: [...new Array<Actor>(input.grows).fill(grow), ...input.restores],
  };
}

/** The scenario that a row stands for. */
export function scenarioOf(row: RowOf<'mm_boot'>): Scenario {
  const input = inputOf(row.input);
  const handover = handoverOf(input);
  const boot = kernelBoot(row, input, handover !== null);
  const nodes = [...new Set(input.memory.map(({ node }) => node))].sort((a, b) => a - b);
  return {
    format: 1,
    title: row.vid,
    about: '',
    machine: { memory: input.memory, nodes: nodes.map((node) => ({ node, cpus: 1 })), fill: 'zero' },
    boots: handover === null ? [boot] : [handover, boot],
    stops: [],
    schedule: null,
    expect: [],
    tour: [],
  };
}

/** A scenario that no file has. */
export const originOf = (name: string): Origin => ({ file: name, text: '', placeOf: () => ({ line: 1, col: 1 }) });

/** The scenario of a row, ready to run with `patches` on top. */
export function loadRow(row: RowOf<'mm_boot'>, patches: readonly string[]): LoadResult {
  return loadParsed(originOf(row.vid), scenarioOf(row), { patches, exact: true });
}
