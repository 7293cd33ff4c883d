// From a file that is right to a Scenario: defaults, split blocks, places of patches. Knows nothing of mistakes.

import { withDefaults } from './config.ts';
import { earlyCalls } from './early.ts';
import type { Path } from './path.ts';
import { blocksOf, defaultRadixNodes } from './preserve.ts';
import type { RawScenario } from './schema.ts';
import type { Boot, HandoverBoot, KernelBoot, MemoryRange, Place, Scenario } from './types.ts';

type RawBoot = RawScenario['boots'][number];
type RawHandover = Extract<RawBoot, { handover: unknown }>['handover'];
type RawKernel = Extract<RawBoot, { kernel: unknown }>;

function handoverBoot(raw: RawHandover, memory: readonly MemoryRange[]): HandoverBoot {
  return {
    kind: 'handover',
    scratch: raw.scratch,
    preserved: raw.preserved.flatMap((row) => blocksOf(row, memory)),
    radixNodes: raw.radixNodes ?? defaultRadixNodes(raw.scratch),
    scratchArray: raw.scratchArray ?? null,
    fdt: raw.fdt ?? null,
  };
}

function kernelBoot(raw: RawKernel, boot: number, placeOf: (path: Path) => Place): KernelBoot {
  return {
    kind: 'kernel',
    kernel: raw.kernel,
    patches: raw.patches.map((name, i) => ({ name, position: placeOf(['boots', boot, 'patches', i]) })),
    force: raw.force ?? [],
    config: withDefaults(raw.config),
    cmdline: raw.cmdline,
    reserved: raw.reserved,
    earlyAllocations: earlyCalls(raw.earlyAllocations),
    placements: raw.placements,
    actors: raw.actors.map(({ thread, from, ...actor }) => ({ ...actor, thread: thread ?? null, from: from ?? null })),
  };
}

/** The scenario a right file stands for; `placeOf` says where its values stand. */
export function normalise(raw: RawScenario, placeOf: (path: Path) => Place): Scenario {
  const { memory, nodes, fill } = raw.machine;
  const boots: Boot[] = raw.boots.map((boot, i) =>
    'handover' in boot ? handoverBoot(boot.handover, memory) : kernelBoot(boot, i, placeOf),
  );
  return {
    format: raw.format,
    title: raw.title,
    about: raw.about,
    machine: { memory, nodes, fill: fill ?? null },
    boots,
    stops: raw.stops,
    schedule: raw.schedule ?? null,
    expect: raw.expect,
    tour: raw.tour,
  };
}
