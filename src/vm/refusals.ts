// What kernel text may not contain, and what to write instead: one row per kind of syntax. The page docs/language.md and a
// test row per refusal come from this table. Knows nothing of compiling.

/** A refused construct: the parser's name for it, how it is called, what to write, and an example that is refused. */
export interface Refusal {
  readonly node: string;
  readonly what: string;
  readonly instead: string;
  readonly example: string;
}

const inFunction = (statement: string) => `function f(x: int): void {\n\t${statement}\n}`;

/** Every refusal, in the order of the documentation. */
export const REFUSALS: readonly Refusal[] = [
  {
    node: 'ArrowFunctionExpression',
    what: 'a closure',
    instead: 'write a function and pass its name',
    example: inFunction('g(() => x);'),
  },
  {
    node: 'FunctionExpression',
    what: 'a closure',
    instead: 'write a function and pass its name',
    example: inFunction('g(function () {});'),
  },
  {
    node: 'NestedFunction',
    what: 'a nested function',
    instead: 'move it to the top of the file',
    example: inFunction('function h(): void {}'),
  },
  {
    node: 'NewExpression',
    what: 'new',
    instead: 'structs come from intrinsics or from `const x: some_struct = { … }`',
    example: inFunction('new Map();'),
  },
  { node: 'ThrowStatement', what: 'an exception', instead: 'return an errno', example: inFunction('throw x;') },
  {
    node: 'TryStatement',
    what: 'an exception handler',
    instead: 'check the errno',
    example: inFunction('try { g(); } catch {}'),
  },
  {
    node: 'ForOfStatement',
    what: 'for…of',
    instead: 'write for (let i = 0; i < n; i++)',
    example: inFunction('for (const y of x) g(y);'),
  },
  {
    node: 'ForInStatement',
    what: 'for…in',
    instead: 'write for (let i = 0; i < n; i++)',
    example: inFunction('for (const y in x) g(y);'),
  },
  {
    node: 'TemplateLiteral',
    what: 'a template string',
    instead: 'write pr_info("… %d", x)',
    example: inFunction('g(`\u0024{x}`);'),
  },
  {
    node: 'AssignmentExpression',
    what: 'an assignment inside an expression',
    instead: 'give it a statement of its own',
    example: inFunction('let y = 0;\n\tg((y = x));'),
  },
  {
    node: 'UpdateExpression',
    what: '++ or -- inside an expression',
    instead: 'give it a statement of its own',
    example: inFunction('g(x++);'),
  },
  {
    node: 'TSAsExpression',
    what: 'a cast',
    instead: 'use u32(), s32(), u64() or num(), or declare the right type',
    example: inFunction('g(x as int);'),
  },
  {
    node: 'TSSatisfiesExpression',
    what: 'satisfies',
    instead: 'declare the right type',
    example: inFunction('g(x satisfies int);'),
  },
  { node: 'OptionalMemberExpression', what: '?.', instead: 'test against null', example: inFunction('g(x?.y);') },
  { node: 'OptionalCallExpression', what: '?.()', instead: 'test against null', example: inFunction('x?.();') },
  { node: 'ClassDeclaration', what: 'a class', instead: 'write functions over structs', example: 'class C {}' },
  {
    node: 'ObjectPattern',
    what: 'destructuring',
    instead: 'read the fields one by one',
    example: inFunction('const { y } = x;'),
  },
  {
    node: 'ArrayPattern',
    what: 'destructuring',
    instead: 'read the elements one by one',
    example: inFunction('const [y] = x;'),
  },
  {
    node: 'AssignmentPattern',
    what: 'a default parameter',
    instead: 'pass the argument at each call',
    example: 'function f(x: int = 1): void {}',
  },
  {
    node: 'RestElement',
    what: 'a rest parameter',
    instead: 'name every parameter',
    example: 'function f(...x: int): void {}',
  },
  { node: 'ThisExpression', what: 'this', instead: 'pass the struct as a parameter', example: inFunction('g(this);') },
  { node: 'AwaitExpression', what: 'await', instead: 'wait_for_completion() waits', example: inFunction('await x;') },
  {
    node: 'ImportDeclaration',
    what: 'import',
    instead: 'kernel files share one namespace; use the name',
    example: 'import { x } from "y";',
  },
  {
    node: 'ExportNamedDeclaration',
    what: 'export',
    instead: 'kernel files share one namespace; leave it out',
    example: 'export function f(): void {}',
  },
  { node: 'SpreadElement', what: '…', instead: 'pass the arguments one by one', example: inFunction('g(...x);') },
  {
    node: 'RegExpLiteral',
    what: 'a regular expression',
    instead: 'compare strings with ===',
    example: inFunction('g(/x/);'),
  },
  {
    node: 'ArrayExpression',
    what: 'an array literal',
    instead: 'arrays are fields of structs',
    example: inFunction('g([x]);'),
  },
  {
    node: 'ObjectExpression',
    what: 'an object literal here',
    instead: 'write `const x: some_struct = { … }`',
    example: inFunction('g({ y: x });'),
  },
  { node: 'TSEnumDeclaration', what: 'an enum', instead: 'write constants', example: 'enum E { A }' },
  {
    node: 'LabeledStatement',
    what: 'a label',
    instead: 'put the inner loop into a function and return',
    example: inFunction('out: while (x) break out;'),
  },
  {
    node: 'SequenceExpression',
    what: 'the comma operator',
    instead: 'write two statements (it is accepted in the header of a for)',
    example: inFunction('g((x, x));'),
  },
  { node: 'var', what: 'var', instead: 'write let or const', example: inFunction('var y = x;') },
  {
    node: 'two declarators',
    what: 'two variables in one declaration',
    instead: 'declare them one by one',
    example: inFunction('let y = 0, z = 1;'),
  },
  {
    node: 'uninitialised',
    what: 'a variable without a value',
    instead: 'give it one where it is declared',
    example: inFunction('let y: int;'),
  },
  { node: '==', what: '==', instead: 'write ===', example: inFunction('if (x == 1) g();') },
  { node: '!=', what: '!=', instead: 'write !==', example: inFunction('if (x != 1) g();') },
  { node: '**', what: '**', instead: 'write << or a multiplication', example: inFunction('g(x ** 2);') },
  { node: '??', what: '??', instead: 'test against null', example: inFunction('g(x ?? 1);') },
  { node: 'in', what: 'in', instead: 'read the field', example: inFunction('if ("a" in x) g();') },
  {
    node: 'instanceof',
    what: 'instanceof',
    instead: 'structs have one type',
    example: inFunction('if (x instanceof y) g();'),
  },
  { node: 'typeof', what: 'typeof', instead: 'declare the type', example: inFunction('g(typeof x);') },
  {
    node: 'delete',
    what: 'delete',
    instead: 'a struct on the stack goes when its function returns',
    example: inFunction('delete x.y;'),
  },
  { node: 'void', what: 'void', instead: 'call the function as a statement', example: inFunction('void x;') },
  { node: 'unary +', what: 'unary +', instead: 'use num()', example: inFunction('g(+x);') },
  { node: 'method', what: 'a method call', instead: 'call functions by name', example: inFunction('x.y();') },
  {
    node: 'no effect',
    what: 'a statement without effect',
    instead: 'assign it, test it with if, or leave it out',
    example: inFunction('x + 1;'),
  },
  { node: 'generator', what: 'a generator', instead: 'write a function', example: 'function* f(): void {}' },
  {
    node: 'async',
    what: 'an async function',
    instead: 'wait_for_completion() waits',
    example: 'async function f(): void {}',
  },
  { node: 'generic', what: 'a type parameter', instead: 'declare the types', example: 'function f<T>(x: T): void {}' },
  {
    node: 'top value',
    what: 'a computed value at the top of a file',
    instead: 'write the value, a number, bigint, string or boolean',
    example: 'const y = g();',
  },
  {
    node: 'top statement',
    what: 'a statement at the top of a file',
    instead: 'put it into a function',
    example: 'g();',
  },
];

const BY_NODE = new Map(REFUSALS.map((row) => [row.node, row]));

/** The sentence for a refused construct: what it is and what to write instead. */
export function refusal(node: string): string {
  const row = BY_NODE.get(node);
  return row === undefined
    ? `${node} is not part of kernel text`
    : `${row.what} is not part of kernel text; ${row.instead}`;
}
