// The report of a boot in the figures of the rows. Knows nothing of how a boot is run.
import { MIGRATETYPE_NAMES, type Region } from '../../machine/index.ts';
import {
  eventsOf,
  lastRecord,
  type Recorded,
  type Report,
  type ReportStage,
  type ReportZone,
  reportOf,
} from '../report/index.ts';
import type { Json } from './compare.ts';
import { regionRow } from './memblock.ts';

/** What rows call the stages. */
const STAGES: Readonly<Record<string, string>> = {
  after_memmap_init: 'memmap_init',
  after_kho_release_scratch: 'kho_release_scratch',
  after_kho_memory_init: 'kho_memory_init',
  after_memblock_free_all: 'memblock_free_all',
  after_grow: 'deferred_grow_zone',
  after_deferred: 'deferred',
  after_restore: 'restore',
};

const TYPES: readonly string[] = MIGRATETYPE_NAMES;

type Boot = Report['boots'][number];
type Zones = readonly ReportZone[];

const populated = (zones: Zones): Zones => zones.filter((zone) => zone.present > 0);

/** Figures of the nodes' zones, in the order of nodes. */
function managed(stage: ReportStage): Json {
  return stage.nodes.map(({ node }) =>
    Object.fromEntries(
      populated(stage.zones)
        .filter((zone) => zone.node === node)
        .map((zone) => [zone.zone, zone.managed]),
    ),
  );
}

function stageFigures(stage: ReportStage): Json {
  return {
    first_deferred_pfn: stage.nodes.map((node) => String(node.first_deferred_pfn ?? -1)),
    initialised: stage.pages.initialised,
    initialised_more_than_once: stage.pages.initialised_more_than_once,
    reserved: stage.pages.reserved,
    freed: stage.pages.freed,
    pageblocks_cma: stage.pageblocks.CMA ?? 0,
    pageblocks_movable: stage.pageblocks.MOVABLE ?? 0,
    managed: managed(stage),
  };
}

/** Free blocks by number of the type and order, all zones together; types without any are left out. */
function freeLists(zones: Zones): Json {
  const sums = new Map<number, number[]>();
  for (const zone of zones)
    for (const [name, orders] of Object.entries(zone.free)) {
      const type = TYPES.indexOf(name);
      const before = sums.get(type);
      sums.set(
        type,
        orders.map((count, order) => count + (before?.[order] ?? 0)),
      );
    }
  const used = [...sums].filter(([, orders]) => orders.some((count) => count > 0));
  return Object.fromEntries(used.sort(([a], [b]) => a - b));
}

function restores(boot: Boot): Json {
  return boot.restored.map(({ phys, ok, refcounts, private: word }) =>
    ok ? { phys, ok, refcounts, private: word } : { phys, ok },
  );
}

/** The figures of a boot that was run to its end. */
export function bootFigures(recorded: Recorded): Record<string, Json> {
  const boot = reportOf(recorded, { stops: [], expect: [] }).boots.at(-1) as Boot;
  const record = lastRecord(recorded);
  const { memblock } = record.last.machine;
  const regions = (list: readonly Region[]): Json => list.map((region) => regionRow(region, memblock.max_numnodes));
  const zones = boot.stages.at(-1)?.zones ?? [];
  const { events, total } = eventsOf(record);
  const reached = Object.entries(STAGES).flatMap(([name, stage]): [string, Json][] => {
    const found = boot.stages.find((one) => one.name === stage);
    return found === undefined ? [] : [[name, stageFigures(found)]];
  });
  return {
    // a row's tree has a root even where nothing is handed over
    radix_pages: Math.max(1, boot.radix_pages),
    zones: populated(zones).map(({ node, zone, start_pfn, spanned, present }) => ({
      node,
      zone,
      start_pfn,
      spanned,
      present,
    })),
    ...Object.fromEntries(reached),
    deferred_ranges: boot.deferred_ranges.map((range) => (range === null ? null : [...range])),
    contiguous: populated(zones).map(({ node, zone, contiguous }) => ({ node, zone, contiguous })),
    restores: restores(boot),
    pageblock_runs: boot.pageblock_runs.map((run) => [...run]),
    init_runs: boot.init_runs.map((run) => [...run]),
    pageblock_set_runs: boot.pageblock_set_runs.map((run) => [...run]),
    free_lists: freeLists(zones),
    reserved_regions: regions(memblock.reserved.regions),
    memory_regions: regions(memblock.memory.regions),
    events_total: total,
    events: [...events],
  };
}
