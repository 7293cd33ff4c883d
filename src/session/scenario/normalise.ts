// From a file that is right to a Scenario: defaults, split blocks, places of patches. Knows nothing of mistakes.

import { withDefaults } from './config.ts';
import { earlyCalls } from './early.ts';
import type { Path } from './path.ts';
import { type BitmapBits, blocksOf, defaultRadixNodes } from './preserve.ts';
import type { RawScenario } from './schema.ts';
import type { Boot, HandoverBoot, KernelBoot, Known, MemoryRange, Place, Scenario } from './types.ts';

type RawBoot = RawScenario['boots'][number];
type RawHandover = Extract<RawBoot, { handover: unknown }>['handover'];
type RawKernel = Extract<RawBoot, { kernel: unknown }>;

function handoverBoot(raw: RawHandover, memory: readonly MemoryRange[], bits: BitmapBits): HandoverBoot {
  return {
    kind: 'handover',
    scratch: raw.scratch,
    preserved: raw.preserved.flatMap((row) => blocksOf(row, memory, bits)),
    rows: raw.preserved,
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

/** The scenario for another last kernel: a handover to that one is split as it would split. */
export function splitFor(scenario: Scenario, bits: BitmapBits): Scenario {
  if (scenario.boots.length !== 2) return scenario;
  const boots = scenario.boots.map((boot) =>
    boot.kind === 'handover' && boot.rows !== undefined
      ? { ...boot, preserved: boot.rows.flatMap((row) => blocksOf(row, scenario.machine.memory, bits)) }
      : boot,
  );
  return { ...scenario, boots };
}

/** The scenario a right file stands for; `placeOf` says where its values stand. */
export function normalise(raw: RawScenario, placeOf: (path: Path) => Place, known: Known): Scenario {
  const { memory, nodes, fill } = raw.machine;
  const receiver = raw.boots.find((boot) => 'kernel' in boot);
  const bits = (receiver && known.bitmapBits?.(receiver.kernel)) ?? null;
  const boots: Boot[] = raw.boots.map((boot, i) =>
    'handover' in boot ? handoverBoot(boot.handover, memory, bits) : kernelBoot(boot, i, placeOf),
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
