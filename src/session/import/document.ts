// A scenario made of what was observed: plain rows and every assumption as a sentence. Knows nothing of files.

import { KERNELS, type KernelName, kconfigConflicts } from '../../kernel/index.ts';
import { CONFIG_TABLE, type MemoryRange } from '../scenario/index.ts';
import { type EarlyRow, earlyRows, type Reserved, reservedOf } from './early.ts';
import { type ActorRow, actorsOf, khoIsOn } from './items.ts';
import { type MemoryRow, memoryRows } from './memory.ts';
import type { Observed, ObservedBoot, Span } from './observed.ts';
import { optionsOf, patchesOf, profileOf } from './options.ts';
import { type Placements, placementsOf } from './placements.ts';

/** `boots[0]` when the observed boots begin with one that was handed something. */
export interface HandoverDoc {
  readonly scratch: readonly Span[];
  readonly preserved: readonly Span[];
}

/** A kernel boot of the scenario. */
export interface BootDoc {
  readonly kernel: KernelName;
  readonly patches: readonly string[];
  readonly config: Readonly<Record<string, boolean | number>>;
  readonly cmdline: string;
  readonly reserved: readonly Reserved[];
  readonly earlyAllocations: readonly EarlyRow[] | 'none';
  readonly placements: Placements;
  readonly actors: readonly ActorRow[];
}

/** A scenario, before it is text. */
export interface ScenarioDoc {
  readonly title: string;
  readonly memory: readonly MemoryRow[];
  readonly nodes: readonly { readonly node: number; readonly cpus: number }[];
  readonly stale: boolean;
  readonly handover: HandoverDoc | null;
  readonly boots: readonly BootDoc[];
  readonly guesses: readonly string[];
}

/** Most CPUs that a scenario gives a node. */
const MOST_CPUS = 256;

/** Nodes with their CPUs: as observed, else the CPUs spread evenly. */
function nodesOf(
  boot: ObservedBoot,
  memory: readonly MemoryRow[],
): { nodes: { node: number; cpus: number }[]; guesses: string[] } {
  const numbers = new Set([...memory.map((row) => row.node), ...Object.keys(boot.nodeCpus ?? {}).map(Number)]);
  const sorted = [...numbers].sort((a, b) => a - b);
  if (boot.nodeCpus !== null && Object.values(boot.nodeCpus).some((cpus) => cpus > 0)) {
    const nodes = sorted.map((node) => ({ node, cpus: Math.min(boot.nodeCpus?.[node] ?? 0, MOST_CPUS) }));
    return { nodes, guesses: [] };
  }
  const cpus = boot.cpus ?? sorted.length;
  const nodes = sorted.map((node, i) => ({
    node,
    cpus: Math.min(Math.floor(cpus / sorted.length) + (i < cpus % sorted.length ? 1 : 0), MOST_CPUS),
  }));
  const how = boot.cpus === null ? 'one a node' : `${cpus} spread evenly`;
  return {
    nodes,
    guesses:
      sorted.length === 1 && boot.cpus !== null ? [] : [`CPUs: ${how}, since nothing says which node they are on`],
  };
}

const RANGE = (span: Span): string => `0x${span.start.toString(16)}..0x${span.end.toString(16)}`;

function handoverOf(first: ObservedBoot | undefined): { handover: HandoverDoc | null; guesses: string[] } {
  if (first === undefined || !first.received) return { handover: null, guesses: [] };
  const scratch = first.scratch.length > 0 ? first.scratch : first.marked;
  if (scratch.length === 0)
    return {
      handover: null,
      guesses: ['the first boot received a handover; nothing tells what it was, so the boot is taken as a cold one'],
    };
  const guesses = [
    'boot 1 stands for the kernel before the log: its scratch and what it preserved are what the next one printed',
  ];
  if (first.preserved.length === 0) guesses.push('handover: nothing is preserved, since nothing tells of it');
  return { handover: { scratch, preserved: first.preserved }, guesses };
}

/** A command line as one may be written: of printable characters, as long as x86 takes it. */
function plain(cmdline: string): string {
  return cmdline.replace(/[^ -~]/g, '?').slice(0, 2047);
}

/** KHO is what scenarios are about: a command line without it gets it. */
function withKho(given: string): string {
  const cmdline = plain(given);
  return /(?:^|\s)kho=/.test(cmdline) ? cmdline : `${cmdline} kho=on`.trim();
}

function versionGuess(release: string | null): string[] {
  if (release === null) return [`kernel: ${KERNELS[0]}, since no line says which it was`];
  if (profileOf(release) !== undefined) return [];
  return [`kernel: ${KERNELS[0]}, which khodbg simulates, for ${release}, which was booted`];
}

/** The same sentence for many boots once, with their number only where they differ. */
function perBoot(lists: readonly (readonly string[])[], offset: number): string[] {
  const count = new Map<string, number[]>();
  lists.forEach((list, i) => {
    for (const text of list) count.set(text, [...(count.get(text) ?? []), i + offset]);
  });
  return [...count].map(([text, boots]) =>
    boots.length === lists.length ? text : `boot ${boots.join(', ')}: ${text}`,
  );
}

/** Options that a kernel with KHO cannot have had: off, and said to be so. */
function forbiddenIn(
  kernel: KernelName,
  options: Readonly<Record<string, boolean | number>>,
): { options: Record<string, boolean>; guesses: string[] } {
  const defaults = new Map(CONFIG_TABLE.map((row) => [row.name, row.default]));
  const conflicts = kconfigConflicts(kernel, (name) => (options[name] ?? defaults.get(name)) === true);
  return {
    options: Object.fromEntries(conflicts.map(({ option }) => [option, false])),
    guesses: conflicts.map(({ option }) => `${option}: off, since the Kconfig of ${kernel} does not allow it with KHO`),
  };
}

/** Makes the scenario. Never fails: what is not known is assumed, and said. */
export function makeDocument(observed: Observed): ScenarioDoc {
  const [first] = observed.boots;
  const { rows, homeless } = memoryRows(first?.map ?? [], first?.nodes ?? []);
  const memory: MemoryRange[] = rows.map(({ start, end, node, type }) => ({ start, size: end - start, node, type }));
  const machine = first === undefined ? { nodes: [], guesses: [] } : nodesOf(first, rows);
  const options = optionsOf(observed);
  const { handover, guesses: handed } = handoverOf(first);
  const actors = actorsOf(observed);
  const offset = handover === null ? 1 : 2;
  const reserved = observed.boots.map(reservedOf);
  const early = observed.boots.map(earlyRows);
  const placed = observed.boots.map((boot, i) => placementsOf(boot.handed, memory, i + offset));
  const anyKho = observed.boots.some((boot) => boot.received || khoIsOn(boot.cmdline));
  const kernels = observed.boots.map(({ release }) => profileOf(release ?? first?.release ?? null) ?? KERNELS[0]);
  const forbidden = kernels.map((kernel) => forbiddenIn(kernel, options.options));
  const boots = observed.boots.map(
    (boot, i): BootDoc => ({
      kernel: kernels[i] ?? KERNELS[0],
      patches: patchesOf(observed.words, kernels[i] ?? KERNELS[0]),
      config: { ...options.options, ...forbidden[i]?.options },
      cmdline: anyKho ? plain(boot.cmdline) : withKho(boot.cmdline),
      reserved: reserved[i]?.areas ?? [],
      earlyAllocations: early[i]?.rows ?? 'none',
      placements: placed[i]?.placements ?? {},
      actors: actors.actors[i] ?? [],
    }),
  );
  const guesses = [
    ...observed.guesses,
    ...versionGuess(first?.release ?? null),
    ...(first !== undefined && first.nodes.length === 0 ? ['nodes: one, since there are no SRAT lines'] : []),
    ...(homeless.length > 0
      ? [`nodes: RAM at ${homeless.map(RANGE).join(', ')} is of no node; it went to the one before it`]
      : []),
    ...machine.guesses,
    ...options.guesses,
    ...perBoot(
      forbidden.map((f) => f.guesses),
      offset,
    ),
    ...(boots.every((boot, i) => boot.cmdline === plain(observed.boots[i]?.cmdline ?? ''))
      ? []
      : ['command line: kho=on was added, since the kernel that was booted did not use KHO']),
    ...handed,
    ...perBoot(
      reserved.map((r) => r.guesses),
      offset,
    ),
    ...perBoot(
      early.map((e) => e.guesses),
      offset,
    ),
    ...placed.flatMap((p) => p.guesses),
    ...actors.guesses,
  ];
  const stale = observed.boots.some((boot) => boot.stale);
  return { title: observed.origin, memory: rows, nodes: machine.nodes, stale, handover, boots, guesses };
}
