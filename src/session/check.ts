// What `khodbg check` says of scenarios: as text, TAP 14, JUnit XML or JSON. Knows nothing of how they are checked.
import { printable, printableJson } from './printable.ts';
import { type Report, unexpectedBreaks, unexpectedDeaths } from './report/index.ts';

/** Something of a scenario that is not as it should be. `scenario`: the file itself is wrong. */
export interface CheckFailure {
  readonly kind: 'scenario' | 'expect' | 'invariant' | 'fault' | 'tour' | 'budget';
  readonly what: string;
  /** more lines */
  readonly detail?: string;
}

/** One scenario, checked. No failures: all is well. */
export interface CheckResult {
  readonly file: string;
  readonly failures: readonly CheckFailure[];
  /** how many expectations, invariants and steps of a tour were looked at */
  readonly expectations: number;
  readonly invariants: number;
  readonly steps: number;
  readonly seconds: number;
}

/** A way to say it. `one` is printed after each scenario, `all` at the end; a format has one of them or both. */
export interface CheckFormat {
  one?(result: CheckResult): string;
  all(results: readonly CheckResult[]): string;
}

/** What of a run fails a scenario. */
export function reportFailures(report: Report): CheckFailure[] {
  return [
    ...report.expect.flatMap(({ what, ok, got }): CheckFailure[] =>
      ok ? [] : [{ kind: 'expect', what: got === undefined ? what : `${what}; got: ${got}` }],
    ),
    ...unexpectedBreaks(report).map(
      ({ name, what }): CheckFailure => ({
        kind: 'invariant',
        what: `${name} is broken, and nobody expected it: ${what}`,
      }),
    ),
    ...unexpectedDeaths(report).map(
      ({ at, kind, text }): CheckFailure => ({
        kind: 'fault',
        what: `${kind} at ${at}, and nobody expected it: ${text}`,
      }),
    ),
  ];
}

const wrong = ({ failures }: CheckResult): boolean => failures.some(({ kind }) => kind === 'scenario');

/** 0: all is well; 1: something failed; 2: a file is no scenario; 3: a budget ran out. */
export function checkStatus(results: readonly CheckResult[]): 0 | 1 | 2 | 3 {
  if (results.some(wrong)) return 2;
  if (results.some(({ failures }) => failures.some(({ kind }) => kind === 'budget'))) return 3;
  return results.some(({ failures }) => failures.length > 0) ? 1 : 0;
}

const plural = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`;
const clean = (text: string): string => printable(text, 1000);

function tally({ expectations, invariants, steps }: CheckResult): string {
  const parts = [plural(expectations, 'expectation'), plural(invariants, 'invariant')];
  return [...parts, ...(steps > 0 ? [`a tour of ${plural(steps, 'step')}`] : [])].join(', ');
}

function summary(results: readonly CheckResult[]): string {
  const bad = results.filter(wrong).length;
  const failed = results.filter(({ failures }) => failures.length > 0).length - bad;
  const parts = [`${results.length - bad - failed} ok`];
  if (failed > 0) parts.push(`${failed} failed`);
  if (bad > 0) parts.push(`${bad} no scenario`);
  return `${plural(results.length, 'scenario')}: ${parts.join(', ')}`;
}

const text: CheckFormat = {
  one(result) {
    const head = `${result.failures.length === 0 ? 'ok  ' : 'FAIL'}  ${clean(result.file)}`;
    if (result.failures.length === 0) return `${head}  (${tally(result)})`;
    return [head, ...result.failures.map(({ kind, what }) => `        ${kind}: ${clean(what)}`)].join('\n');
  },
  all: summary,
};

/** A TAP description: what would begin a directive is escaped. */
const described = (name: string): string => clean(name).replace(/[\\#]/g, '\\$&');

function tapLines(result: CheckResult, number: number): string[] {
  const ok = result.failures.length === 0;
  const head = `${ok ? 'ok' : 'not ok'} ${number} - ${described(result.file)}`;
  if (ok) return [head];
  const rows = result.failures.flatMap(({ kind, what, detail }) => [
    `    - kind: ${kind}`,
    // a JSON string is a YAML string
    `      message: ${JSON.stringify(what)}`,
    ...(detail === undefined ? [] : [`      detail: ${JSON.stringify(detail)}`]),
  ]);
  return [head, '  ---', '  failures:', ...rows, '  ...'];
}

const tap: CheckFormat = {
  all: (results) =>
    [
      'TAP version 14',
      `1..${results.length}`,
      ...results.flatMap((one, i) => tapLines(one, i + 1)),
      `# ${summary(results)}`,
    ].join('\n'),
};

/** Is the character one that XML 1.0 can hold? */
function inXml(character: string): boolean {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x20) return code === 0x09 || code === 0x0a || code === 0x0d;
  return (code < 0xd800 || code > 0xdfff) && code !== 0xfffe && code !== 0xffff;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  '\n': '&#10;',
  '\r': '&#13;',
  '\t': '&#9;',
};

/** Text as XML, in an attribute or between tags. */
const xml = (text: string): string => [...text].map((c) => (inXml(c) ? (ENTITIES[c] ?? c) : '\ufffd')).join('');

function junitCase(result: CheckResult): string[] {
  const { file, failures, seconds } = result;
  const head = `    <testcase classname="khodbg.check" name="${xml(file)}" file="${xml(file)}" time="${seconds.toFixed(3)}"`;
  const [first] = failures;
  if (first === undefined) return [`${head}/>`];
  const tag = wrong(result) ? 'error' : 'failure';
  const body = failures.map(({ kind, what, detail }) => `${kind}: ${what}${detail === undefined ? '' : `\n${detail}`}`);
  return [
    `${head}>`,
    `      <${tag} type="${first.kind}" message="${xml(first.what)}">${xml(body.join('\n'))}</${tag}>`,
    '    </testcase>',
  ];
}

const junit: CheckFormat = {
  all(results) {
    const errors = results.filter(wrong).length;
    const failures = results.filter((one) => one.failures.length > 0).length - errors;
    const time = results.reduce((sum, { seconds }) => sum + seconds, 0).toFixed(3);
    const counts = `name="khodbg check" tests="${results.length}" failures="${failures}" errors="${errors}" time="${time}"`;
    return [
      '<?xml version="1.0" encoding="UTF-8"?>',
      `<testsuites ${counts}>`,
      `  <testsuite ${counts} skipped="0">`,
      ...results.flatMap(junitCase),
      '  </testsuite>',
      '</testsuites>',
    ].join('\n');
  },
};

const json: CheckFormat = {
  all(results) {
    const scenarios = results.map(({ seconds: _time, ...one }) => ({ ...one, ok: one.failures.length === 0 }));
    return printableJson({ format: 1, ok: checkStatus(results) === 0, scenarios });
  },
};

/** The formats by name. */
export const CHECK_FORMATS: Readonly<Record<string, CheckFormat>> = { text, tap, junit, json };
