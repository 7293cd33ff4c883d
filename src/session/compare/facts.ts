// The figures of a run that matter, by stage: rows of a table whose columns are variants. Knows nothing of where runs part.
import { hex } from '../format.ts';
import type { Report, ReportStage } from '../report/index.ts';
import type { FactRow } from './types.ts';

type Facts = Map<string, string>;

const SEPARATOR = '\t';
const REACHED = 'reached';
function stageFacts(boot: number, stage: ReportStage, put: (where: string, fact: string, value: string) => void): void {
  const where = `boot ${boot} ${stage.name}`;
  put(where, REACHED, 'yes');
  for (const node of stage.nodes)
    put(
      where,
      `node(${node.node}).first_deferred_pfn`,
      node.first_deferred_pfn === null ? 'ULONG_MAX' : hex(node.first_deferred_pfn),
    );
  put(where, 'pages initialised', String(stage.pages.initialised));
  put(where, 'initialised more than once', String(stage.pages.initialised_more_than_once));
  put(where, 'pages reserved', String(stage.pages.reserved));
  put(where, 'pageblocks CMA', String(stage.pageblocks.CMA ?? 0));
  put(where, 'pageblocks never set', String(stage.pageblocks.never ?? 0));
  put(where, 'totalram_pages', String(stage.totalram_pages));
  for (const zone of stage.zones) {
    const name = `zone(${zone.node}, ${zone.zone})`;
    put(where, `${name}.managed`, String(zone.managed));
    put(where, `${name}.cma_pages`, String(zone.cma_pages));
    put(where, `${name}.contiguous`, zone.contiguous ? 'yes' : 'no');
    const cma = (zone.free.CMA ?? []).reduce((sum, count, order) => sum + count * 2 ** order, 0);
    put(where, `${name} free CMA pages`, String(cma));
  }
}

function factsOf(report: Report): Facts {
  const out: Facts = new Map();
  const put = (where: string, fact: string, value: string) => out.set(`${where}${SEPARATOR}${fact}`, value);
  report.boots.forEach((boot, i) => {
    if (boot.kernel === 'handover') return;
    const number = i + 1;
    for (const stage of boot.stages) stageFacts(number, stage, put);
    const where = `boot ${number}`;
    put(where, 'uninitialised accesses', String(boot.uninit.length));
    const warns = boot.faults.filter((fault) => fault.kind === 'WARN').length;
    const bad = boot.faults.filter((fault) => fault.kind === 'bad-page').length;
    const deaths = boot.faults.filter((fault) => fault.kind !== 'WARN' && fault.kind !== 'bad-page');
    put(where, 'WARNs', String(warns));
    put(where, 'bad pages', String(bad));
    put(where, 'died of', deaths.map((fault) => `${fault.text} in ${fault.stack[0] ?? ''}`).join('; ') || 'nothing');
    put(where, 'restored', `${boot.restored.filter((one) => one.ok).length} of ${boot.restored.length}`);
  });
  for (const one of report.invariants) put('run', one.name, one.ok ? 'holds' : 'broken');
  const held = report.expect.filter((one) => one.ok).length;
  put('run', 'expectations', `${held} of ${report.expect.length}`);
  return out;
}

/** Keys of all runs, those that only later ones have behind what stands before them there. */
function keysOf(all: readonly Facts[]): string[] {
  const out: string[] = [];
  for (const facts of all) {
    let after = -1;
    for (const key of facts.keys()) {
      const known = out.indexOf(key);
      if (known < 0) out.splice(++after, 0, key);
      else after = known;
    }
  }
  return out;
}

/** The facts of several runs. What a run does not reach does not make a row differ: that it is not reached is a row. */
export function factRows(reports: readonly Report[]): FactRow[] {
  const all = reports.map(factsOf);
  return keysOf(all).map((key) => {
    const [where = '', fact = ''] = key.split(SEPARATOR);
    const values = all.map((facts) => facts.get(key) ?? null);
    const told = fact === REACHED ? values : values.filter((value) => value !== null);
    return { where, fact, values, differs: new Set(told).size > 1 };
  });
}
