// Where a chain of causes ends: what stands in the scenario file, on the command line, in the memory map, or was left by the
// kernel before. Names the place in the file. Knows nothing of how the chain got there.
import type { Access } from '../../vm/index.ts';
import type { Loaded, LoadedBoot } from '../load.ts';

/** A root: what it is, in words. */
export interface Root {
  readonly text: string;
}

/** `scenario.json:12`, from the place of a value. */
function lineOf(loaded: Loaded, path: readonly (string | number)[]): string {
  const place = loaded.place(path);
  const file = place.replace(/:(\d+):\d+$/, ':$1');
  return file.slice(file.lastIndexOf('/') + 1);
}

function pathText(path: readonly (string | number)[]): string {
  return path.map((step, i) => (typeof step === 'number' ? `[${step}]` : `${i === 0 ? '' : '.'}${step}`)).join('');
}

/** The scenario has it, at a path of its file. */
function scenarioRoot(loaded: Loaded, path: readonly (string | number)[], what = ''): Root {
  return { text: `${what === '' ? '' : `${what}: `}scenario ${pathText(path)}, ${lineOf(loaded, path)}` };
}

const bootIndex = (boot: LoadedBoot): number => boot.number - 1;

/** The range of the memory map that begins at an address. */
function memoryRoot(loaded: Loaded, start: number): Root | null {
  const i = loaded.scenario.machine.memory.findIndex((range) => range.start === start);
  return i < 0 ? null : scenarioRoot(loaded, ['machine', 'memory', i], 'memory map');
}

/** The nodes that the machine has, with memory or without, and where the scenario says so. */
export function nodeRoots(loaded: Loaded): { readonly nodes: readonly number[]; readonly roots: readonly Root[] } {
  const { memory, nodes } = loaded.scenario.machine;
  const known = [...memory.map(({ node }) => node), ...nodes.map(({ node }) => node)];
  const ranges = memory.map((_, i) => scenarioRoot(loaded, ['machine', 'memory', i], 'memory map'));
  return {
    nodes: [...new Set(known)].sort((a, b) => a - b),
    roots: [...ranges, scenarioRoot(loaded, ['machine', 'nodes'])],
  };
}

function firmwareRoot(loaded: Loaded, boot: LoadedBoot, at: string): Root | null {
  const [list, index] = at.split('/');
  const i = Number(index);
  if (list === 'reserved') return scenarioRoot(loaded, ['boots', bootIndex(boot), 'reserved', i]);
  const sorted = [...loaded.scenario.machine.memory].sort((a, b) => a.start - b.start);
  return memoryRoot(loaded, sorted[i]?.start ?? -1);
}

function handoverRoot(loaded: Loaded, rest: readonly (string | number)[]): Root | null {
  const i = loaded.scenario.boots.findIndex((one) => one.kind === 'handover');
  return i < 0 ? null : scenarioRoot(loaded, ['boots', i, 'handover', ...rest]);
}

/** Where a place in memory that no statement of this boot wrote has its value from; null when it is not the scenario. */
export function rootOfPlace(loaded: Loaded, boot: LoadedBoot, { struct, at, field }: Access): Root | null {
  switch (struct) {
    case 'e820_entry':
      return firmwareRoot(loaded, boot, String(at));
    case 'e820_table':
      return scenarioRoot(loaded, ['machine', 'memory']);
    case 'boot_params':
      if (field === 'nr_reserved') return scenarioRoot(loaded, ['boots', bootIndex(boot), 'reserved']);
      return (
        handoverRoot(loaded, []) ?? {
          text: boot.number === 1 ? 'no kernel ran before' : 'what the kernel before handed over',
        }
      );
    case 'kho_scratch':
      return handoverRoot(loaded, ['scratch', Number(at)]);
    case 'kho_radix_node':
    case 'kho_radix_leaf':
    case 'u64[]':
    case 'kho_mem_phys_bits':
    case 'khoser_mem_chunk':
      return handoverRoot(loaded, ['preserved']);
    default:
      return null;
  }
}

const config = (loaded: Loaded, boot: LoadedBoot, name: string): Root => {
  const given = loaded.text !== '' && new RegExp(`"${name}"`).test(loaded.text);
  return given
    ? scenarioRoot(loaded, ['boots', bootIndex(boot), 'config', name])
    : { text: `${name}: the default of this kernel, not set by the scenario` };
};

/** Where a named constant of the text has its value from; null for those of the kernel itself. */
export function rootOfConstant(loaded: Loaded, boot: LoadedBoot, name: string): Root | null {
  return name.startsWith('CONFIG_') ? config(loaded, boot, name) : null;
}

/** Where what an intrinsic gives comes from when it reads no memory; null when its arguments say it all. */
export function rootOfIntrinsic(loaded: Loaded, boot: LoadedBoot, name: string, first: unknown): Root | null {
  const own = (key: string, what = '') => scenarioRoot(loaded, ['boots', bootIndex(boot), key], what);
  switch (name) {
    case 'early_param':
      return own('cmdline', `command line, ${String(first)}=`);
    case 'is_kdump_kernel':
      return own('cmdline', 'command line, elfcorehdr=');
    case 'next_early_call':
    case 'early_call':
      return scenarioRoot(loaded, [
        'boots',
        bootIndex(boot),
        'earlyAllocations',
        ...(name === 'early_call' && typeof first === 'number' ? [first] : []),
      ]);
    case 'next_placement':
      return own('placements');
    case 'initcall':
    case 'nr_initcalls':
    case 'initcall_thread':
      return own('actors');
    case 'nr_cpus_node':
    case 'num_possible_cpus':
    case 'num_online_nodes':
    case 'num_memory_nodes':
    case 'first_online_node':
    case 'next_online_node':
    case 'first_memory_node':
    case 'next_memory_node':
    case 'node_order':
      return scenarioRoot(loaded, ['machine', 'nodes']);
    default:
      return null;
  }
}

/** The line of the scenario that has a function called as an actor; null for functions of the kernel. */
export function actorRoot(loaded: Loaded, boot: LoadedBoot, fn: string): Root | null {
  const n = Number(/_(\d+)$/.exec(fn)?.[1] ?? 0);
  const actor = boot.boot.actors[n - 1];
  if (actor === undefined || fn !== `${actor.at}_${n}`) return null;
  return scenarioRoot(loaded, ['boots', bootIndex(boot), 'actors', n - 1], `${actor.at}`);
}

/** The fill of struct pages that nobody has written. */
export function fillRoot(loaded: Loaded): Root {
  const { fill } = loaded.scenario.machine;
  return fill === null
    ? { text: 'poison with CONFIG_DEBUG_VM, else zero: the scenario names no machine.fill' }
    : scenarioRoot(loaded, ['machine', 'fill'], `fill "${fill}"`);
}
