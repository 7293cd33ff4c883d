// Patches, drivers and scenarios that nobody means well with, the same one for the same seed. Knows nothing of what is right.
import { kernelIntrinsics } from '../../src/kernel/index.ts';
import { makeConfig } from '../../src/machine/index.ts';
import { smallScenario } from '../support/small.ts';
import { dice, mutate } from './mutator.ts';

/** Files beside each other: the scenario, and what it or the command line names. */
export interface Hostile {
  readonly files: Readonly<Record<string, string>>;
  /** path of a patch for the command line, below the folder */
  readonly patch: string | null;
  readonly what: string;
}

type Dice = ReturnType<typeof dice>;

const INTRINSICS = Object.entries(kernelIntrinsics(makeConfig({}, 'zero', '')));
const VALUES =
  '0|1|-1|4096|0x40000000000|9007199254740991|5n|0xffffffffffffffffn|null|true|""|"\\u001b[2J\\u009b31m\\u202e"|"%99999999d %s %pa"|ULONG_MAX|pfn_to_page(0x10000000000)|pfn_to_page(0x6000)|NODE_DATA(1023)|NODE_DATA(0)|evil|i'.split(
    '|',
  );
const LOOPS = ['for (;;) {}', 'while (true) i++;', 'do { i = 0; } while (i === 0);', 'for (;;) pr_info("%d", i++);'];
const STATEMENTS = [
  ...LOOPS,
  'evil(i);',
  'evil(i + 1); evil(i + 2);',
  'other(evil);',
  'for (;;) kernel_thread(evil, "x");',
  'for (;;) { const x: y = { a: 1, b: 2 }; }',
  'for (let n = 0; ; n++) spin_lock(pfn_to_page(n).lock);',
  '__init_single_page(0, 0x10000000000, 1, 0);',
  'set_page_count(0, 9007199254740991, 7);',
  'for (let n = 0; n < 0x10000; n++) set_page_count(n, n + 1, n);',
  'let big = 1n; for (;;) big = big << 62n;',
  'let big = 1n; big = big << 1000000000n;',
  'const s = pfn_to_page(0x6000); s.__proto__ = 1;',
  'const s = NODE_DATA(0); s[early_param("kho")] = 1;',
  'const constructor = 1;',
  'const x: __proto__ = { toString: 1 };',
  'panic("\\u001b[2J\\u0007 %s", "\\u009b31m");',
  'BUG_ON(true, "\\u001b[31m\\u202e");',
  `let a = 1; a = ${'('.repeat(3000)}1${')'.repeat(3000)};`,
  `let a = 1; a = ${'1 + '.repeat(2000)}1;`,
  `${'if (i > 0) { '.repeat(400)}${'}'.repeat(400)}`,
  'eval("1");',
  'process.exit(7);',
  'globalThis.x = 1;',
  'import("node:fs");',
  'toString();',
  'hasOwnProperty("x");',
];

/** A call of some intrinsic with values that no kernel would give it. */
function call({ pick, below }: Dice): string {
  const [name, row] = pick(INTRINSICS);
  const count = row.arity[0] + below(row.arity[1] - row.arity[0] + 1);
  return `${name}(${Array.from({ length: count }, () => pick(VALUES)).join(', ')});`;
}

function driver(roll: Dice): Hostile {
  const body = Array.from({ length: 1 + roll.below(3) }, () =>
    roll.below(3) === 0 ? `{ ${roll.pick(STATEMENTS)} }` : call(roll),
  );
  const text = `function other(f: thread_fn): void {\n\tf(0);\n}\nfunction evil(i: int): void {\n\ti = i;\n\t${body.join('\n\t')}\n}\n`;
  const actor = { call: 'evil', args: [0], from: './evil.ts', ...(roll.below(4) === 0 ? { thread: 'x' } : {}) };
  return { files: { 's.json': smallScenario([actor]), 'evil.ts': text }, patch: null, what: body.join(' ') };
}

const NAMES = [
  '__proto__',
  'constructor',
  '../../etc/passwd',
  '/etc/passwd',
  'mm/../mm/x.ts',
  'mm/mm_init.c',
  '\u001b[2J.ts',
];
const LINES = [
  '@@ -1,999999999 +1,2 @@',
  '@@ -999999999 +1 @@',
  '--- /dev/null',
  '\u001b[2J\u009b31m',
  'GIT binary patch',
  '-- ',
  '+\tfor (;;) {}',
  '@@@ -1 -1 +1 @@@',
];

/** A patch with some of its lines dropped, doubled, turned round or replaced. */
function patch(roll: Dice, texts: readonly string[]): Hostile {
  const lines = roll.pick(texts).split('\n');
  const done: string[] = [];
  for (let n = 1 + roll.below(4); n > 0; n--) {
    const at = roll.below(lines.length);
    const line = lines[at] ?? '';
    const by = roll.pick([
      [],
      [line, line],
      [roll.pick(LINES)],
      [line.replace(/^[-+ ]/, roll.pick(['-', '+', ' ']))],
      [line.replace(/\d+/, () => String(roll.below(5000)))],
      [line.replace(/(?<=[ab]\/)\S+/, roll.pick(NAMES))],
      [`+\t${roll.pick(STATEMENTS)}`],
      [line.replaceAll('\t', ' '), ''],
    ]);
    lines.splice(at, 1, ...by);
    done.push(`${at + 1}: ${by.join(' | ').slice(0, 60)}`);
  }
  return {
    files: { 's.json': smallScenario([]), 'own.patch': lines.join('\n') },
    patch: 'own.patch',
    what: done.join('; '),
  };
}

const PATHS = [
  '/dev/zero',
  '/dev/stdin',
  './',
  '/',
  '../../../../etc/passwd',
  './no.patch',
  '/proc/self/mem',
  './a\u0000b',
];
const PLACES: readonly ((value: string) => string)[] = [
  (value) => smallScenario([], { patches: [value] }),
  (value) => smallScenario([{ call: 'evil', from: value }]),
  (value) => smallScenario([{ call: value }]),
  (value) => smallScenario([{ call: 'kho_restore_folio', args: [value] }]),
  (value) => smallScenario([], { cmdline: value }),
  (value) => smallScenario([], { placements: { [value]: ['0x1000'] } }),
  (value) => smallScenario([], {}, { title: value }),
  (value) => smallScenario([], {}, { stops: [value, `break ${value}`, `catch ${value}`] }),
  (value) => smallScenario([], {}, { expect: [{ at: 'end', that: value }] }),
  (value) => smallScenario([], {}, { [value]: 1 }),
];
const EXPRESSIONS = [
  'constructor',
  '__proto__',
  'page(0x10000000000).flags',
  'page(-1).x',
  `${'('.repeat(400)}1`,
  'zone(1e9, 9).x',
  '1n << 63n << 63n',
  'page("x")',
];

function scenario(roll: Dice): Hostile {
  const value = roll.pick([...PATHS, ...NAMES, ...EXPRESSIONS]);
  if (roll.below(2) === 0)
    return { files: { 's.json': roll.pick(PLACES)(value) }, patch: null, what: JSON.stringify(value) };
  const text = smallScenario(
    [{ call: 'kho_restore_folio', args: ['96M'] }],
    { patches: [] },
    { stops: ['catch warn'] },
  );
  const { text: mutated, what } = mutate(text, roll.below(1_000_000));
  return { files: { 's.json': mutated }, patch: null, what };
}

/** Something hostile; `patches`: texts of right patches to start from. */
export function hostile(seed: number, patches: readonly string[]): Hostile {
  const roll = dice(seed);
  return roll.pick([driver, driver, scenario, (one: Dice) => patch(one, patches)])(roll);
}
