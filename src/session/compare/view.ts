// A pair of a comparison as two columns: sentences, source and stack of each side, rows for what differs at the end. The text
// form and the screen are painted from it. Knows nothing of columns' widths.
import { variantName } from '../patch-files.ts';
import type {
  ComparedDivergence,
  ComparedLine,
  ComparedMoment,
  ComparedPair,
  ComparedSide,
  ComparedVariant,
  Comparison,
  EndRow,
  FactRow,
} from './types.ts';

/** One side of the first divergence. */
export interface CompareSideView {
  readonly name: string;
  /** `uninit-before  v7.3 + no-preserved-page-init` */
  readonly title: string;
  /** what it does, or that it never does what the other does; a line each */
  readonly headline: readonly string[];
  /** true: the effect is its own; false: the place is where it stands at the same point */
  readonly own: boolean;
  /** `#7519`, where seek goes; empty when it does nothing more */
  readonly position: string;
  /** the last stage reached there */
  readonly stage: string;
  /** `T1 swapper` */
  readonly thread: string;
  /** `kho_preserved_memory_reserve (phys=0x18000000, order=0) at kernel/liveupdate/kexec_handover.ts:601` */
  readonly place: string;
  /** what the run does there when the effect is not its own */
  readonly meanwhile: readonly string[];
  readonly source: readonly ComparedLine[];
  /** innermost first, callers with the line of the call, recursion counted: `__kho_radix_walk_tree:219 ×4` */
  readonly stack: readonly string[];
}

/** A comparison of two variants, ready to be painted. */
export interface CompareView {
  /** `first divergence: boot 2, between memmap_init and kho_memory_init`, or that there is none */
  readonly verdict: string;
  /** the first effect that both have at other stages; empty when there is none before the divergence */
  readonly order: readonly string[];
  /** what differs in what the variants are given */
  readonly given: readonly string[];
  /** the side whose effect comes first is named in the verdict's stretch; A is always the first of the two */
  readonly sides: readonly [CompareSideView, CompareSideView];
  readonly first: 'A' | 'B' | null;
  readonly end: readonly EndRow[];
  readonly facts: readonly FactRow[];
}

/** The letter of a variant by its number from 0. */
export const letter = (i: number): string => String.fromCharCode(65 + i);

/** `kho_memory_init (kernel/liveupdate/kexec_handover.ts:12)` */
const whereText = (moment: ComparedMoment): string => `${moment.function} (${moment.file}:${moment.line})`;

/** Kernel and patches of a variant, by boot where it has several. */
export function variantText(variant: ComparedVariant): string {
  const boots = variant.boots.map(({ boot, kernel, patches }) => {
    const what = variantName(kernel, patches);
    return variant.boots.length > 1 ? `boot ${boot} ${what}` : what;
  });
  return boots.join(', ');
}

function stackWords(moment: ComparedMoment): string[] {
  const out: { word: string; times: number }[] = [];
  for (const [i, frame] of moment.stack.entries()) {
    const word = i === 0 ? frame.function : `${frame.function}:${frame.line}`;
    const last = out.at(-1);
    if (last?.word === word) last.times++;
    else out.push({ word, times: 1 });
  }
  return out.map(({ word, times }) => (times > 1 ? `${word} ×${times}` : word));
}

function headline(side: ComparedSide): string[] {
  const { moment, later } = side;
  if (side.own) return [...(moment?.effects ?? [])];
  if (later === null) return ['never does this'];
  return [`does this later: ${later.at}  ${later.thread}  ${whereText(later)}, after ${later.stage}`];
}

function sideView(name: string, variant: ComparedVariant | undefined, side: ComparedSide | null): CompareSideView {
  const title = variant === undefined ? '' : `${variant.label}  ${variantText(variant)}`;
  const moment = side?.moment ?? null;
  return {
    name,
    title,
    headline: side === null ? [] : headline(side),
    own: side?.own ?? false,
    position: moment?.at ?? '',
    stage: moment?.stage ?? '',
    thread: moment?.thread ?? '',
    place: moment === null ? '' : `${moment.function} (${moment.args}) at ${moment.file}:${moment.line}`,
    meanwhile: side === null || side.own ? [] : (moment?.effects ?? []),
    source: moment?.source ?? [],
    stack: moment === null ? [] : stackWords(moment),
  };
}

function orderLines({ order, divergence }: ComparedPair): string[] {
  if (order === null) return [];
  const sides = [['A', order.a] as const, ['B', order.b] as const];
  const at = sides.flatMap(([name, side]) => {
    const moment = side.own ? side.moment : side.later;
    return moment === null ? [] : [`${name} ${moment.at} in ${whereText(moment)}, after ${moment.stage}`];
  });
  const what = (order.first === 'A' ? order.a : order.b).moment?.effects[0] ?? '';
  return [`${divergence === null ? 'the order of effects differs' : 'order differs first'}: ${what}`, ...at];
}

function verdict({ divergence, order }: ComparedPair, boots: boolean): string {
  if (divergence !== null)
    return `first divergence: ${boots ? `boot ${divergence.boot}, ` : ''}between ${divergence.after} and ${divergence.before}`;
  return order === null
    ? 'no difference in effects: at every stage both machines are the same'
    : 'no other difference in effects: what differs at a stage is the same at a later one';
}

/** A pair of a comparison, ready to be painted. */
export function compareView(comparison: Comparison, pair: ComparedPair): CompareView {
  const boots = comparison.variants.some((variant) => variant.boots.length > 1);
  const divergence: ComparedDivergence | null = pair.divergence;
  const [first] = comparison.variants;
  return {
    verdict: verdict(pair, boots),
    order: orderLines(pair),
    given: comparison.given,
    sides: [
      sideView('A', first, divergence?.a ?? null),
      sideView(letter(pair.with), comparison.variants[pair.with], divergence?.b ?? null),
    ],
    first: divergence?.first ?? null,
    end: pair.end,
    facts: comparison.facts,
  };
}
