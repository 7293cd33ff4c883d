// What kernel text may not contain: each row's example is refused at its place, in its words.
import { describe, expect, test } from 'vitest';
import { REFUSALS } from '../../src/vm/index.ts';
import { errorsIn } from './tiny.ts';

/** What the message points at in each example; the first occurrence counts. */
const POINTS_AT: Readonly<Record<string, string>> = {
  ArrowFunctionExpression: '() => x',
  FunctionExpression: 'function ()',
  NestedFunction: 'function h',
  NewExpression: 'new',
  ThrowStatement: 'throw',
  TryStatement: 'try',
  ForOfStatement: 'for',
  ForInStatement: 'for',
  TemplateLiteral: '`',
  AssignmentExpression: 'y = x',
  UpdateExpression: 'x++',
  TSAsExpression: 'x as',
  TSSatisfiesExpression: 'x satisfies',
  OptionalMemberExpression: 'x?.',
  OptionalCallExpression: 'x?.',
  ClassDeclaration: 'class',
  ObjectPattern: '{ y }',
  ArrayPattern: '[y]',
  AssignmentPattern: 'x: int = 1',
  RestElement: '...x',
  ThisExpression: 'this',
  AwaitExpression: 'await',
  ImportDeclaration: 'import',
  ExportNamedDeclaration: 'export',
  SpreadElement: '...x',
  RegExpLiteral: '/x/',
  ArrayExpression: '[x]',
  ObjectExpression: '{ y: x }',
  TSEnumDeclaration: 'enum',
  LabeledStatement: 'out:',
  SequenceExpression: 'x, x',
  var: 'var',
  'two declarators': 'z = 1',
  uninitialised: 'y: int',
  '==': 'x ==',
  '!=': 'x !=',
  '**': 'x **',
  '??': 'x ??',
  in: '"a" in',
  instanceof: 'x instanceof',
  typeof: 'typeof',
  delete: 'delete',
  void: 'void x',
  'unary +': '+x',
  method: 'x.y',
  'no effect': 'x + 1',
  generator: 'function*',
  async: 'async',
  generic: 'function',
  'top value': 'g()',
  'top statement': 'g()',
};

function placeOf(example: string, text: string): string {
  const at = example.indexOf(text);
  const lines = example.slice(0, at).split('\n');
  return `a.ts:${lines.length}:${(lines.at(-1) ?? '').length + 1}`;
}

describe('kernel text', () => {
  test.each(REFUSALS.map((row) => [row.what, row.node, row] as const))(
    'refuses %s (%s) where it stands',
    (_what, node, row) => {
      const pointed = POINTS_AT[node];
      expect(pointed, `a row of this test for ${node}`).toBeDefined();
      expect(row.example).toContain(pointed);
      const example = row.example.replaceAll('g(', 'log(');
      const [first] = errorsIn(example);
      const place = placeOf(example, (pointed ?? '').replaceAll('g(', 'log('));
      expect(first).toBe(`${place}: ${row.what} is not part of kernel text; ${row.instead}`);
    },
  );

  test('has a row of this test for nothing else', () => {
    expect(Object.keys(POINTS_AT).sort()).toEqual(REFUSALS.map((row) => row.node).sort());
  });

  test('gets all mistakes of a file at once, in order', () => {
    const text = 'function f(): void {\n\tvar x = 1;\n}\nfunction g(): void {\n\tlog(a ?? 1);\n}\nlet y = g();';
    expect(
      errorsIn(text)
        .map((error) => error.split(' ')[0])
        .sort(),
    ).toEqual(['a.ts:2:2:', 'a.ts:5:6:', 'a.ts:7:9:']);
  });

  test('gets a syntax error where the parser stops', () => {
    expect(errorsIn('function f(): void {\n\tif (1 {\n}')[0]).toMatch(/^a\.ts:2:8: /);
  });

  test.each([
    [
      'function main(): void { lug(1); }',
      "a.ts:1:25: 'lug' is neither a kernel function nor an intrinsic; did you mean log?",
    ],
    ['function main(): void { log(countr); }', "a.ts:1:29: 'countr' is not known here; did you mean counter?"],
    ['function main(): void { log(zzzzzz); }', "a.ts:1:29: 'zzzzzz' is not known here"],
    ['function main(limit: int): void { log(limt); }', "a.ts:1:39: 'limt' is not known here; did you mean limit?"],
    ['function main(): void { twice(1, 2); }', 'a.ts:1:25: twice() takes 1 argument, not 2'],
    ['function main(): void { touch(1); }', 'a.ts:1:25: touch() takes 2 arguments, not 1'],
    ['function main(): void { f(1); }\nfunction f(a: int, b: int): void {}', 'a.ts:1:25: f() takes 2 arguments, not 1'],
    [
      'function main(): void { log(1, 2, 3, 4, 5, 6, 7, 8, 9, 10); }',
      'a.ts:1:25: log() takes 0 to 9 arguments, not 10',
    ],
    ['function main(): void { const x = 1;\nx = 2; }', 'a.ts:2:1: x is a const; declare it with let'],
    ['function main(): void { LIMIT = 2; }', 'a.ts:1:25: LIMIT is a constant'],
    ['function main(): void { let x = 1; let x = 2; }', "a.ts:1:40: identifier 'x' has already been declared"],
    ['function f(): void {}\nfunction f(): void {}', 'a.ts:2:1: f is already defined in a.ts'],
    ['function main(): void { break; }', 'a.ts:1:25: break outside a loop'],
    ['function main(): void { continue; }', 'a.ts:1:25: continue outside a loop'],
    ['function main(): void { switch (1) { case 1: continue; } }', 'a.ts:1:46: continue outside a loop'],
    [
      'function main(): void { log(9007199254740993); }',
      'a.ts:1:29: 9007199254740992 is not a whole number below 2^53; write a bigint',
    ],
    [
      'function main(): void { const s = { a: 1 }; }',
      "a.ts:1:31: s needs its struct's name: const s: some_struct = { … }",
    ],
    ['function main(): void { log(twice); }', 'a.ts:1:29: twice is an intrinsic and can only be called'],
  ])('says what is wrong with %j', (text, message) => {
    expect(errorsIn(text)).toEqual([message]);
  });
});
