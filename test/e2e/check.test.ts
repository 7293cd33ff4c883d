// `khodbg check`: one expected break more or fewer, a wrong tour, a wrong file fail; what each
// format says of it can be read back.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { checkScenario, findScenarios } from '../../src/check-scenarios.ts';
import { CHECK_FORMATS, type CheckResult, checkStatus } from '../../src/session/index.ts';
import { scenarioFile } from '../support/open.ts';
import { edited } from '../support/patched.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const BEFORE = readFileSync(scenarioFile('seed-000/uninit-mid-before'), 'utf8');
const folder = () => mkdtempSync(join(tmpdir(), 'khodbg-check-'));

function written(text: string): string {
  const file = join(folder(), 'changed.json');
  writeFileSync(file, text);
  return file;
}

const checked = (...edits: (readonly [string, string])[]): Promise<CheckResult> =>
  checkScenario(written(edited(BEFORE, edits)));

function khodbg(...args: string[]): { status: number | null; out: string; err: string } {
  const done = spawnSync(process.execPath, ['dist/cli.js', ...args], { cwd: root, encoding: 'utf8', input: '' });
  return { status: done.status, out: done.stdout, err: done.stderr };
}

describe('khodbg check', () => {
  test.each([
    [['check', 'no-such-folder'], 'no-such-folder: no such file or folder'],
    [['check'], "missing required argument 'path'"],
    [['check', '--format', 'xml', 'scenarios'], 'Allowed choices are text, tap, junit, json'],
    [['--batch', 'check', 'scenarios'], 'options of check stand after the word check'],
    [['--kernel', 'v7.2', 'check', 'scenarios'], 'options of check stand after the word check'],
  ])('%j is wrong usage', (args, message) => {
    const { status, out, err } = khodbg(...args);
    expect({ status, out }).toEqual({ status: 2, out: '' });
    expect(err).toContain(message);
  });

  test('finds scenarios in folders of folders, in order, each once', () => {
    const top = folder();
    mkdirSync(join(top, 'b'));
    for (const name of ['b/z.json', 'c.json', 'a.json', 'notes.txt']) writeFileSync(join(top, name), '');
    const { files, errors } = findScenarios([top, join(top, 'c.json')]);
    expect(errors).toEqual([]);
    expect(files).toEqual(['a.json', 'b/z.json', 'c.json'].map((name) => join(top, name)));
    expect(findScenarios([folder()]).errors).toEqual([expect.stringContaining('holds no scenario')]);
  });
});

const LINE = '{ "breaks": "managed-pages-add-up" },';

describe('a scenario fails', () => {
  test('not when it is as shipped', async () => {
    const result = await checkScenario(scenarioFile('seed-000/uninit-mid-before'));
    expect(result).toMatchObject({ failures: [], expectations: 15, invariants: 12, steps: 6 });
    expect(checkStatus([result])).toBe(0);
  });

  test('when an invariant breaks that it does not name', async () => {
    const result = await checked([LINE, '']);
    expect(result.failures).toMatchObject([{ kind: 'invariant' }]);
    expect(result.failures[0]?.what).toMatch(/^managed-pages-add-up is broken, and nobody expected it: zone\(0, DMA\)/);
    expect(checkStatus([result])).toBe(1);
  });

  test('when an invariant holds that it says is broken', async () => {
    const { failures } = await checked([LINE, `${LINE} { "breaks": "regions-sorted" },`]);
    expect(failures).toEqual([{ kind: 'expect', what: 'breaks regions-sorted; got: it held' }]);
  });

  test('when its tour shows something else', async () => {
    const { failures } = await checked(['"shows": "= 4097"', '"shows": "= 4096"']);
    expect(failures).toMatchObject([{ kind: 'tour' }]);
    expect(failures[0]?.what).toMatch(/^tour\[\d+\]: after "/);
    expect(failures[0]?.what).toContain('the screen does not show "= 4096"');
    expect(failures[0]?.detail).toContain('= 4097');
  });

  test('with 2 when it is none', async () => {
    const result = await checked(['"format": 1', '"format": 7']);
    expect(result.failures[0]?.kind).toBe('scenario');
    expect(checkStatus([result])).toBe(2);
  });
});

const NASTY: readonly CheckResult[] = [
  { file: 'good # one.json', failures: [], expectations: 1, invariants: 12, steps: 0, seconds: 0.25 },
  {
    file: 'a<b>&"c\'\u0007.json',
    failures: [
      { kind: 'expect', what: 'at end: 1 < 2 && "x"; got: ]]>\u0000' },
      { kind: 'tour', what: 'tour[0]', detail: 'line 1\n  line <2>' },
    ],
    expectations: 2,
    invariants: 12,
    steps: 1,
    seconds: 1,
  },
  {
    file: 'bad.json',
    failures: [{ kind: 'scenario', what: 'bad.json:1:1: no' }],
    expectations: 0,
    invariants: 0,
    steps: 0,
    seconds: 0,
  },
];

/** Tags of an XML text, opened and closed in order; throws where they do not fit, or where text is not escaped. */
function tagsOf(xml: string): string[] {
  const open: string[] = [];
  const all: string[] = [];
  const rest = xml
    .replace(/^<\?xml [^?]*\?>/, '')
    .replace(
      /<(\/?)(\w+)((?:\s[\w.]+="[^"<&]*(?:&#?\w+;[^"<&]*)*")*)\s*(\/?)>/g,
      (_all, closing, name, _attributes, empty) => {
        if (closing === '/') {
          if (open.pop() !== name) throw new Error(`</${name}> closes nothing`);
        } else {
          all.push(name);
          if (empty !== '/') open.push(name);
        }
        return '';
      },
    );
  if (open.length > 0) throw new Error(`<${open[0]}> is left open`);
  if (/[<>]|&(?!#?\w+;)/.test(rest)) throw new Error(`not escaped: ${rest}`);
  return all;
}

describe('what is said of it', () => {
  const say = (format: string) => CHECK_FORMATS[format]?.all(NASTY) ?? '';

  test('in JUnit XML is well-formed, whatever the names and messages hold', () => {
    const xml = say('junit');
    expect(tagsOf(xml)).toEqual(['testsuites', 'testsuite', 'testcase', 'testcase', 'failure', 'testcase', 'error']);
    expect(xml).toContain('tests="3" failures="1" errors="1" time="1.250"');
    expect(xml).toContain('name="a&lt;b&gt;&amp;&quot;c&apos;\ufffd.json"');
    expect([...xml].filter((c) => c < ' ' && c !== '\n')).toEqual([]);
  });

  test('in TAP 14 has a plan, a line for each scenario, and its failures as YAML', () => {
    const lines = say('tap').split('\n');
    expect(lines.slice(0, 3)).toEqual(['TAP version 14', '1..3', 'ok 1 - good \\# one.json']);
    expect(lines.filter((line) => /^(not )?ok /.test(line))).toHaveLength(3);
    const begin = lines.indexOf('  ---');
    const end = lines.indexOf('  ...');
    const messages = lines.slice(begin, end).flatMap((line) => /^ +(?:message|detail): (.*)$/.exec(line)?.[1] ?? []);
    expect(messages.map((text) => JSON.parse(text))).toEqual(
      (NASTY[1]?.failures ?? []).flatMap(({ what, detail }) => (detail === undefined ? [what] : [what, detail])),
    );
  });

  test('in JSON is data', () => {
    const data = JSON.parse(say('json'));
    expect(data).toMatchObject({ format: 1, ok: false });
    expect(data.scenarios.map((one: { ok: boolean }) => one.ok)).toEqual([true, false, false]);
    expect(data.scenarios[1].failures).toEqual(NASTY[1]?.failures);
  });

  test('as text is one line for each scenario and failure, the summary last', () => {
    const { one, all } = CHECK_FORMATS.text ?? { all: () => '' };
    expect(NASTY.flatMap((result) => one?.(result).split('\n') ?? [])).toEqual([
      'ok    good # one.json  (1 expectation, 12 invariants)',
      expect.stringMatching(/^FAIL {2}a<b>&"c'/),
      expect.stringMatching(/^ {8}expect: at end: 1 < 2/),
      '        tour: tour[0]',
      'FAIL  bad.json',
      '        scenario: bad.json:1:1: no',
    ]);
    expect(all(NASTY)).toBe('3 scenarios: 1 ok, 1 failed, 1 no scenario');
  });
});
