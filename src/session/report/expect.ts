// Checks what a scenario expects against the record of its run. What expressions mean, and how often stops of other kinds
// would be made, the caller knows.
import type { Value } from '../../machine/index.ts';
import type { State } from '../../vm/index.ts';
import { formatValue, lastName } from '../format.ts';
import { lastBoot } from '../load.ts';
import type { Expectation } from '../scenario/index.ts';
import { breaksWords, faultWords, isDeath } from './report.ts';
import { type Recorded, recordedBoot } from './run.ts';
import type { ReportExpectation, ReportFault } from './types.ts';

/** Evaluates an expression of the debugger in a state. */
export type EvaluateText = (
  text: string,
  state: State,
) => { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly error: string };

/** How often a stop command would stop, in the function `fn` when it is given; an error in words. */
export type CountStops = (
  command: string,
  fn: string | undefined,
) => { readonly ok: true; readonly count: number } | { readonly ok: false; readonly error: string };

interface Seen {
  readonly at: string;
  readonly function: string;
}

type Kind<K extends string> = Extract<Expectation, Record<K, unknown>>;

const withoutBoot = (name: string): string => name.replace(/^boot\d+:/, '');

/** Number of the boot that a name says it is of. */
const bootNumber = (name: string): number | undefined => {
  const given = /^boot(\d+):/.exec(name)?.[1];
  return given === undefined ? undefined : Number(given);
};

const result = (what: string, ok: boolean, got: string): ReportExpectation => (ok ? { what, ok } : { what, ok, got });

/** What stands left of a comparison, for the message: `node(0).first_deferred_pfn` of `… == 65536`. */
const COMPARISON = /^(.+?)\s*(?:[=!]==?|[<>]=?)\s/;

function checkAt(expected: Kind<'at'>, recorded: Recorded, evaluate: EvaluateText): ReportExpectation {
  const what = `at ${expected.at}: ${expected.that}`;
  const name = withoutBoot(expected.at);
  const boot = recordedBoot(recorded, bootNumber(expected.at) ?? lastBoot(recorded.loaded).number);
  const stage = boot?.stages.find((one) => one.name === name);
  if (stage === undefined) return result(what, false, `the boot did not reach ${name}`);
  const whole = evaluate(expected.that, stage.state);
  if (!whole.ok) return result(what, false, whole.error);
  if (whole.value) return { what, ok: true };
  const left = COMPARISON.exec(expected.that)?.[1];
  const part = left === undefined ? null : evaluate(left, stage.state);
  const got = part?.ok ? `${left} is ${formatValue(part.value, lastName(left ?? ''))}` : formatValue(whole.value);
  return result(what, false, got);
}

/** Stops that `catch …` would make, or null when this module does not know the command. One for each turn. */
function seenBy(command: string, recorded: Recorded): Seen[] | null {
  const [verb, kind, more, ...rest] = command.trim().split(/\s+/);
  if (verb !== 'catch' || rest.length > 0) return null;
  const only = bootNumber(more ?? '');
  const inBoots = recorded.boots.filter((boot) => only === undefined || boot.boot.number === only);
  const faults = (test: (fault: ReportFault) => boolean) =>
    recorded.boots
      .flatMap((boot) => boot.faults)
      .filter(test)
      .map((fault) => ({ at: fault.at, function: fault.stack[0] ?? '' }));
  const marks = (of: 'stage' | 'thread') => inBoots.flatMap((boot) => boot.marks).filter((mark) => mark.kind === of);
  const plain = more === undefined;
  if (kind === 'uninit' && (plain || more === 'read' || more === 'write'))
    return recorded.boots.flatMap((boot) => boot.uninit).filter((access) => plain || access.rw === more[0]);
  if (kind === 'oops' && plain) return faults(isDeath);
  if (kind === 'warn' && plain) return faults((fault) => fault.kind === 'WARN');
  if (kind === 'bad-page' && plain) return faults((fault) => fault.kind === 'bad-page');
  if (kind === 'thread' && plain)
    return marks('thread').map((mark) => ({ at: `#${mark.at}`, function: mark.function }));
  if (kind !== 'stage') return null;
  const wanted = marks('stage').filter((mark) => plain || mark.name === withoutBoot(more));
  return wanted.map((mark) => ({ at: `#${mark.at}`, function: mark.function }));
}

function countOf(expected: Kind<'stop'>, recorded: Recorded, count: CountStops): ReturnType<CountStops> {
  const seen = seenBy(expected.stop, recorded);
  if (seen === null) return count(expected.stop, expected.in);
  const there = seen.filter((one) => expected.in === undefined || one.function === expected.in);
  return { ok: true, count: new Set(there.map((one) => one.at)).size };
}

const times = (n: number): string => (n === 1 ? 'once' : `${n} times`);

function checkStop(expected: Kind<'stop'>, recorded: Recorded, count: CountStops): ReportExpectation {
  const where = expected.in === undefined ? '' : ` in ${expected.in}`;
  const what = `${expected.stop}${where}: ${expected.times === undefined ? 'at least once' : times(expected.times)}`;
  const counted = countOf(expected, recorded, count);
  if (!counted.ok) return result(what, false, counted.error);
  const ok = expected.times === undefined ? counted.count > 0 : counted.count === expected.times;
  return result(what, ok, times(counted.count));
}

function checkFault(expected: Kind<'fault'>, recorded: Recorded): ReportExpectation {
  const what = faultWords(expected.fault, expected.in);
  const faults = recorded.boots.flatMap((boot) => boot.faults);
  const ok = faults.some(
    (fault) => fault.text === expected.fault && (expected.in === undefined || fault.stack[0] === expected.in),
  );
  const found = faults.map((fault) => faultWords(fault.text, fault.stack[0]));
  return result(what, ok, found.length === 0 ? 'no fault' : [...new Set(found)].join('; '));
}

/** How an invariant was broken, in words; null when it held. */
export type HowBroken = (invariant: string) => string | null;

/** The scenario's expectations against the run, in their order. A fault or a broken invariant that is expected is a pass. */
export function checkExpectations(
  recorded: Recorded,
  evaluate: EvaluateText,
  count: CountStops,
  broken: HowBroken = () => null,
): ReportExpectation[] {
  return recorded.loaded.scenario.expect.map((expected) => {
    if ('at' in expected) return checkAt(expected, recorded, evaluate);
    if ('stop' in expected) return checkStop(expected, recorded, count);
    if ('fault' in expected) return checkFault(expected, recorded);
    return result(breaksWords(expected.breaks), broken(expected.breaks) !== null, 'it held');
  });
}
