// Kernel text to a program: parses files of the accepted subset of TypeScript and compiles each function. All mistakes of
// all files are found at once. Knows nothing of the kernel: what names mean is passed in.
import { type ParserOptions, parse } from '@babel/parser';
import type * as t from '@babel/types';
import { Builder, KernelTextError, type Unit } from './builder.ts';
import { excessOf, isHostName, tooLarge } from './limits.ts';
import { ExpressionLowering } from './lower-expression.ts';
import { StatementLowering } from './lower-statement.ts';
import { bare, type Ex, type Fn, type Names, type Param, type Program } from './ops.ts';
import { refusal } from './refusals.ts';

/** Either a program or every mistake found, each beginning with file:line:col, in order of files and positions. */
export type Compiled =
  | { readonly ok: true; readonly program: Program }
  | { readonly ok: false; readonly errors: readonly string[] };

/** So many mistakes are named. */
const MOST_ERRORS = 50;

const OPTIONS: ParserOptions = { sourceType: 'script', plugins: ['typescript'], errorRecovery: false };

/** What the parser says of a syntax error, where it knows less than we do. */
function inOurWords(what: string): string {
  if (what.startsWith("'await'")) return refusal('AwaitExpression');
  const jump = /^Unsyntactic (break|continue)/.exec(what);
  return jump === null ? `${what[0]?.toLowerCase()}${what.slice(1)}` : `${jump[1]} outside a loop`;
}

function parseText(file: string, text: string, module = false): t.Program {
  const excess = tooLarge(text);
  if (excess !== null) throw new KernelTextError(`${file}:1:1: ${excess}`);
  try {
    return parse(text, { ...OPTIONS, sourceType: module ? 'module' : 'script', sourceFilename: file })
      .program as t.Program;
  } catch (error) {
    if (error instanceof RangeError) throw new KernelTextError(`${file}:1:1: nested too deep to be read; split it`);
    const { loc, message } = error as { loc?: { line: number; column: number }; message: string };
    const what = message.replace(/\s*\(\d+:\d+\)$/, '').replace(/\.$/, '');
    if (!module && /import|export/.test(what)) return parseText(file, text, true);
    throw new KernelTextError(`${file}:${loc?.line ?? 1}:${(loc?.column ?? 0) + 1}: ${inOurWords(what)}`);
  }
}

interface Declared {
  readonly node: t.FunctionDeclaration;
  readonly file: string;
  readonly params: number;
}

interface Collected {
  readonly functions: Map<string, Declared>;
  readonly constants: Map<string, Ex>;
  readonly variables: Map<string, Ex>;
  readonly errors: string[];
  /** where each constant stands */
  readonly places: Map<string, string>;
}

/** A literal that a declaration at the top of a file may hold; null when it is none. */
function literal(node: t.Expression | null | undefined): Ex | null {
  switch (node?.type) {
    case 'NumericLiteral':
    case 'StringLiteral':
    case 'BooleanLiteral':
      return ['k', node.value];
    case 'BigIntLiteral':
      return ['n', BigInt(node.value).toString()];
    case 'NullLiteral':
      return ['k', null];
    case 'UnaryExpression':
      return node.operator === '-' && node.argument.type === 'NumericLiteral' ? ['k', -node.argument.value] : null;
    default:
      return null;
  }
}

/** `const` names a value, `let` a variable of the kernel. */
function collectNames(file: string, node: t.VariableDeclaration, into: Collected): void {
  const at = (n: t.Node) => `${file}:${n.loc?.start.line ?? 1}:${(n.loc?.start.column ?? 0) + 1}`;
  if (node.kind !== 'const' && node.kind !== 'let') {
    into.errors.push(`${at(node)}: ${refusal('var')}`);
    return;
  }
  const names = node.kind === 'const' ? into.constants : into.variables;
  for (const { id, init } of node.declarations) {
    const value = literal(init);
    if (id.type !== 'Identifier' || value === null) into.errors.push(`${at(init ?? id)}: ${refusal('top value')}`);
    else if (isHostName(id.name)) into.errors.push(`${at(id)}: '${id.name}' is no name in kernel text; choose another`);
    else if (into.constants.has(id.name) || into.variables.has(id.name))
      into.errors.push(`${at(id)}: ${id.name} is already defined`);
    else {
      names.set(id.name, value);
      into.places.set(id.name, at(id));
    }
  }
}

function collect(file: string, program: t.Program, into: Collected): void {
  const at = (n: t.Node) => `${file}:${n.loc?.start.line ?? 1}:${(n.loc?.start.column ?? 0) + 1}`;
  for (const node of program.body) {
    if (node.type === 'FunctionDeclaration') {
      const name = node.id?.name ?? '';
      const excess = excessOf(node);
      if (excess !== null) into.errors.push(`${file}:${excess.line}:${excess.col}: ${excess.what}`);
      else if (into.functions.has(name))
        into.errors.push(`${at(node)}: ${name} is already defined in ${into.functions.get(name)?.file}`);
      else into.functions.set(name, { node, file, params: node.params.length });
    } else if (node.type === 'VariableDeclaration') collectNames(file, node, into);
    else if (!/^TS(TypeAlias|Interface)/.test(node.type) && node.type !== 'EmptyStatement') {
      const known = /^(Class|Import|ExportNamed|TSEnum)/.test(node.type);
      into.errors.push(`${at(node)}: ${refusal(known ? node.type : 'top statement')}`);
    }
  }
}

function paramOf(b: Builder, node: t.FunctionParameter | t.TSParameterProperty): Param {
  if (node.type !== 'Identifier') return b.refuse(node);
  const annotation = node.typeAnnotation?.type === 'TSTypeAnnotation' ? node.typeAnnotation.typeAnnotation : null;
  const named = annotation?.type === 'TSTypeReference' && annotation.typeName.type === 'Identifier';
  return { name: node.name, type: named ? (annotation.typeName as t.Identifier).name : (annotation?.type ?? '') };
}

function compileFunction(name: string, { node, file }: Declared, unit: Unit): Fn {
  const b = new Builder(file, unit);
  if (node.generator) b.refuse(node, 'generator');
  if (node.async) b.refuse(node, 'async');
  if (node.typeParameters) b.refuse(node, 'generic');
  const params = node.params.map((param) => {
    const made = paramOf(b, param);
    b.declare(param, made.name, true);
    return made;
  });
  const lowering = new StatementLowering(b);
  b.open();
  for (const statement of node.body.body) lowering.statement(statement);
  b.close();
  b.closing(node);
  b.emit('ret', null);
  b.close();
  return b.finish(name, params, node.loc?.start.line ?? 1, node.loc?.end.line ?? 1);
}

/** Names that the text declares, and that mean something already: nothing is replaced unseen. */
function clashes(
  found: Collected,
  files: Readonly<Record<string, string>>,
  { intrinsics, constants, variables }: Names,
  base: Program,
): string[] {
  const place = ({ node, file }: Declared) => {
    const start = node.id?.loc?.start ?? { line: 1, column: 0 };
    return `${file}:${start.line}:${start.column + 1}`;
  };
  // values do not say which file they are from: only where no file of the base is compiled anew are all of them others'
  const beside = !Object.values(base.fns).some((fn) => files[fn.file] !== undefined);
  const taken = (name: string): string | null => {
    if (beside && Object.hasOwn(base.constants, name)) return 'a constant of the kernel; choose another name';
    if (beside && Object.hasOwn(base.variables, name)) return 'a kernel variable; choose another name';
    const fn = base.fns[name];
    if (fn !== undefined && files[fn.file] === undefined)
      return `already defined in ${fn.file}; to change it, write a patch`;
    if (Object.hasOwn(intrinsics, name)) return 'an intrinsic; choose another name';
    if (constants.has(name)) return 'a constant of the kernel; choose another name';
    return variables.has(name) ? 'a kernel variable; choose another name' : null;
  };
  const named = [...[...found.functions].map(([name, d]) => [name, place(d)] as const), ...found.places];
  return named.flatMap(([name, where]) => {
    const why = taken(name);
    return why === null ? [] : [`${where}: ${name} is ${why}`];
  });
}

/**
 * Compiles kernel text, a map from file name to text. `base`: a program compiled before, of whose files those named here
 * take the place; the others are kept as they are.
 */
export function compile(
  files: Readonly<Record<string, string>>,
  names: Names,
  base: Program = { fns: {}, constants: {}, variables: {} },
): Compiled {
  const found: Collected = {
    functions: new Map(),
    constants: new Map(),
    variables: new Map(),
    errors: [],
    places: new Map(),
  };
  const guarded = (work: () => void) => {
    try {
      work();
    } catch (error) {
      if (!(error instanceof KernelTextError)) throw error;
      found.errors.push(error.message);
    }
  };
  for (const [file, text] of Object.entries(files)) guarded(() => collect(file, parseText(file, text), found));
  const fns: Record<string, Fn> = bare();
  const functions = new Map<string, { readonly params: number }>(found.functions);
  const constants = new Map([...Object.entries(base.constants), ...found.constants]);
  const clashing = clashes(found, files, names, base);
  if (clashing.length > 0) return { ok: false, errors: [...found.errors, ...clashing] };
  for (const fn of Object.values(base.fns)) {
    if (files[fn.file] !== undefined || functions.has(fn.name)) continue;
    fns[fn.name] = fn;
    functions.set(fn.name, { params: fn.params.length });
  }
  const variables = new Map([...Object.entries(base.variables), ...found.variables]);
  const all = { ...names, variables: new Set([...names.variables, ...variables.keys()]) };
  const unit: Unit = { names: all, functions, constants };
  for (const [name, declared] of found.functions) {
    if (found.errors.length >= MOST_ERRORS) break;
    guarded(() => {
      fns[name] = compileFunction(name, declared, unit);
    });
  }
  if (found.errors.length >= MOST_ERRORS) found.errors.push('more mistakes are not looked for; mend those first');
  if (found.errors.length > 0) return { ok: false, errors: found.errors };
  return {
    ok: true,
    program: {
      fns,
      constants: bare(Object.fromEntries(constants)),
      variables: bare(Object.fromEntries(variables)),
    },
  };
}

/** The text of one debugger expression in the scope of `fn` at `pc`: memory is read inline, nothing is written. */
export function compileExpression(
  text: string,
  names: Names,
  constants: Program['constants'],
  scope: { readonly fn: Fn; readonly pc: number } | null,
): { readonly ok: true; readonly ex: Ex } | { readonly ok: false; readonly error: string } {
  try {
    const [node] = parseText('expression', `(${text})`).body;
    if (node?.type !== 'ExpressionStatement') return { ok: false, error: 'an expression is expected' };
    const excess = excessOf(node);
    if (excess !== null) return { ok: false, error: excess.what };
    const b = new Builder('expression', { names, functions: new Map(), constants: new Map(Object.entries(constants)) });
    if (scope !== null) {
      for (const [name, slot, from, to] of scope.fn.vars) {
        if (from > scope.pc || scope.pc >= to) continue;
        b.open();
        b.declare(node, name, false, slot);
      }
    }
    return { ok: true, ex: new ExpressionLowering(b, true).value(node.expression) };
  } catch (error) {
    if (!(error instanceof KernelTextError)) throw error;
    return { ok: false, error: error.message.replace(/^expression:\d+:\d+: /, '') };
  }
}
