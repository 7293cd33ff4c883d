// Runs variants to their ends and compares each with the first: the first divergent effect, what differs at the end, and a
// table of figures. Makes the Comparison that text, JSON and screen show.
import {
  type Divergence,
  drained,
  firstDivergence,
  type Side,
  type SideView,
  type Slices,
  type Sync,
} from '../../explore/index.ts';
import { BUDGET } from '../budget.ts';
import { bootOf } from '../load.ts';
import type { Recorded, Report } from '../report/index.ts';
import { runReportSlices } from '../run-report.ts';
import { bootEndRows, verdictRows } from './ends.ts';
import { factRows } from './facts.ts';
import { momentOf } from './moments.ts';
import type { ComparedDivergence, ComparedPair, ComparedSide, ComparedVariant, Comparison } from './types.ts';
import { givenDifferences, type Variant } from './variants.ts';

/** A variant that was run. */
export interface RanVariant extends Variant {
  readonly report: Report;
  readonly recorded: Recorded;
}

type RunVariant =
  | { readonly ok: true; readonly ran: RanVariant }
  | { readonly ok: false; readonly status: 2 | 3; readonly error: string };

/** Runs a variant to its end, in slices. */
function* runVariant(variant: Variant, budget: number): Slices<RunVariant> {
  const result = yield* runReportSlices(variant.loaded, budget);
  if (!result.ok) return { ok: false, status: 2, error: result.errors.join('\n') };
  const { report, recorded, exhausted } = result;
  if (exhausted !== null) return { ok: false, status: 3, error: `${variant.label}: ${exhausted}` };
  return { ok: true, ran: { ...variant, report, recorded } };
}

/** The stages of a run with the states there, and what went wrong between them. */
function syncsOf(recorded: Recorded): Sync[] {
  return recorded.boots.flatMap((record) => {
    const boot = record.boot.number;
    let from = record.from;
    const told = (to: number) => {
      const found = record.faults.filter(
        (fault) => Number(fault.at.slice(1)) > from && Number(fault.at.slice(1)) <= to,
      );
      from = to;
      return found.map((fault) => `${fault.kind} ${fault.text}`).join('\n');
    };
    const start: Sync = { boot, name: 'start', at: record.from, state: record.first, told: '' };
    return [start, ...record.stages.map(({ name, at, state }) => ({ boot, name, at, state, told: told(at) }))];
  });
}

const sideOf = ({ loaded, recorded }: RanVariant): Side => ({
  linked: bootOf(loaded, loaded.first).kernel.linked,
  syncs: syncsOf(recorded),
});

function comparedSide(ran: RanVariant, other: RanVariant, view: SideView): ComparedSide {
  return {
    own: view.own,
    moment: view.moment === null ? null : momentOf(ran, other, view.moment),
    later: view.later === null ? null : momentOf(ran, other, view.later.moment),
  };
}

function compared(a: RanVariant, b: RanVariant, found: Divergence | null): ComparedDivergence | null {
  if (found === null) return null;
  const { boot, after, before, first, sides } = found;
  return {
    boot,
    after,
    before,
    first: first === 0 ? 'A' : 'B',
    a: comparedSide(a, b, sides[0]),
    b: comparedSide(b, a, sides[1]),
  };
}

function* pairOf(a: RanVariant, b: RanVariant, number: number): Slices<ComparedPair> {
  const end = a.recorded.boots.flatMap((mine) => {
    const theirs = b.recorded.boots.find((boot) => boot.boot.number === mine.boot.number);
    return theirs === undefined ? [] : bootEndRows(mine, theirs);
  });
  const reached = [a, b].map(({ recorded }) => recorded.boots.length);
  if (reached[0] !== reached[1])
    end.push({
      boot: 0,
      topic: 'boots',
      place: 'simulated boots reached',
      a: String(reached[0]),
      b: String(reached[1]),
    });
  const { effect, order } = yield* firstDivergence(sideOf(a), sideOf(b));
  const found = { divergence: compared(a, b, effect), order: compared(a, b, order) };
  return { with: number, ...found, end: [...end, ...verdictRows(a.report, b.report)] };
}

const comparedVariant = ({ label, loaded, recorded }: RanVariant): ComparedVariant => ({
  label,
  scenario: loaded.file,
  title: loaded.scenario.title,
  boots: loaded.boots.map(({ number, variant, patches }) => ({ boot: number, kernel: variant.kernel, patches })),
  end: `#${recorded.at}`,
});

/** Compares variants that were run: each with the first. */
function* compareRuns(variants: readonly RanVariant[]): Slices<Comparison> {
  const [first, ...others] = variants;
  if (first === undefined) throw new Error('nothing to compare');
  const pairs: ComparedPair[] = [];
  for (const [i, other] of others.entries()) pairs.push(yield* pairOf(first, other, i + 1));
  return {
    format: 1,
    variants: variants.map(comparedVariant),
    given: givenDifferences(variants),
    pairs,
    facts: factRows(variants.map(({ report }) => report)),
  };
}

export type CompareResult =
  | { readonly ok: true; readonly comparison: Comparison; readonly ran: readonly RanVariant[] }
  | { readonly ok: false; readonly status: 2 | 3; readonly errors: readonly string[] };

/** Runs variants and compares them, in slices that yield the position that a run came to. */
export function* compareSlices(variants: readonly Variant[], budget: number = BUDGET): Slices<CompareResult> {
  const ran: RanVariant[] = [];
  for (const variant of variants) {
    const result = yield* runVariant(variant, budget);
    if (!result.ok) return { ok: false, status: result.status, errors: [result.error] };
    ran.push(result.ran);
  }
  return { ok: true, comparison: yield* compareRuns(ran), ran };
}

/** The same in one go. */
export function compareVariants(variants: readonly Variant[], budget: number = BUDGET): CompareResult {
  return drained(compareSlices(variants, budget));
}
