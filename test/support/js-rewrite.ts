// Kernel text as plain JavaScript: types stripped, functions turned into generators, calls of kernel text and of what may
// wait delegated to helpers. Knows nothing of the machine.
import { parse } from '@babel/parser';
import type * as t from '@babel/types';
import { transformSync } from 'esbuild';

type Edit = readonly [start: number, end: number, text: string];
/** Kernel text by file name. */
export type Files = Readonly<Record<string, string>>;

/** Names of the functions that kernel text declares. */
function functionsOf(program: t.Program): string[] {
  return program.body.flatMap((node) => (node.type === 'FunctionDeclaration' && node.id ? [node.id.name] : []));
}

/** Intrinsics after which the thread may have to wait. */
const BLOCKING = new Set(['spin_lock', 'wait_for_completion']);

/** Collects the edits that make kernel text JavaScript; positions are those of the parsed text. */
class Rewriter {
  readonly edits: Edit[] = [];

  constructor(
    readonly functions: ReadonlySet<string>,
    readonly intrinsics: (name: string) => boolean,
  ) {}

  private at(node: t.Node): readonly [number, number] {
    return [node.start ?? 0, node.end ?? 0];
  }

  private wrap(node: t.Node, before: string, after: string): void {
    const [start, end] = this.at(node);
    this.edits.push([start, start, before], [end, end, after]);
  }

  /** A call: of kernel text through $call, of what may wait through $wait, of other intrinsics as it stands. */
  private call(node: t.CallExpression): void {
    const { callee } = node;
    if (callee.type !== 'Identifier') throw new Error('kernel text calls by name');
    const [start, end] = this.at(callee);
    if (this.intrinsics(callee.name) && !BLOCKING.has(callee.name)) return;
    const how = BLOCKING.has(callee.name) ? `$wait("${callee.name}"` : `$call(${this.value(callee.name)}`;
    this.wrap(node, '(yield* ', ')');
    this.edits.push([start, end, how]);
    const [first] = node.arguments;
    const open = first === undefined ? (node.end ?? 0) - 1 : (first.start ?? 0);
    this.edits.push([end, open, first === undefined ? '' : ', ']);
  }

  private value(name: string): string {
    return this.functions.has(name) ? `$fn("${name}")` : name;
  }

  /** `const x: some_struct = { … }` needs the name that stripping would lose. */
  private declarator(node: t.VariableDeclarator): void {
    const { id, init } = node;
    if (init?.type !== 'ObjectExpression' || id.type !== 'Identifier' || id.typeAnnotation?.type !== 'TSTypeAnnotation')
      return;
    const type = id.typeAnnotation.typeAnnotation;
    if (type.type !== 'TSTypeReference' || type.typeName.type !== 'Identifier') return;
    this.wrap(init, `$new("${type.typeName.name}", `, ')');
  }

  walk(node: t.Node, parent: t.Node | null): void {
    if (node.type.startsWith('TS') && node.type !== 'TSNonNullExpression') return;
    if (node.type === 'FunctionDeclaration') {
      const start = node.start ?? 0;
      this.edits.push([start, start + 'function'.length, 'function*']);
      for (const child of node.body.body) this.walk(child, node.body);
      return;
    }
    if (node.type === 'CallExpression') {
      this.call(node);
      for (const child of node.arguments) this.walk(child, node);
      return;
    }
    if (node.type === 'VariableDeclarator') this.declarator(node);
    if (node.type === 'Identifier') this.identifier(node, parent);
    for (const key of [
      'expression',
      'test',
      'consequent',
      'alternate',
      'body',
      'init',
      'update',
      'argument',
      'left',
      'right',
      'object',
      'property',
      'value',
      'discriminant',
    ] as const)
      this.child(node, key);
    for (const key of ['body', 'declarations', 'properties', 'expressions', 'cases', 'consequent'] as const) {
      const list: unknown = node[key as keyof t.Node];
      if (Array.isArray(list)) for (const child of list) this.walk(child as t.Node, node);
    }
  }

  private child(node: t.Node, key: string): void {
    const child: unknown = node[key as keyof t.Node];
    if (typeof child === 'object' && child !== null && 'type' in child) this.walk(child as t.Node, node);
  }

  private identifier(node: t.Identifier, parent: t.Node | null): void {
    if (!this.functions.has(node.name)) return;
    if (parent?.type === 'MemberExpression' && parent.property === node && !parent.computed) return;
    const [start, end] = this.at(node);
    this.edits.push([start, end, this.value(node.name)]);
  }
}

function edited(text: string, edits: readonly Edit[]): string {
  /* an insertion at the end of an inner node comes before one at the end of an outer node: later pushed is inner */
  const order = edits
    .map((edit, i) => ({ edit, i }))
    .sort((a, b) => {
      const byPlace = a.edit[0] - b.edit[0];
      if (byPlace !== 0) return byPlace;
      const closing = (e: Edit) => e[0] === e[1] && e[2] === ')';
      if (closing(a.edit) !== closing(b.edit)) return closing(a.edit) ? -1 : 1;
      return closing(a.edit) ? b.i - a.i : a.i - b.i;
    });
  let out = '';
  let at = 0;
  for (const {
    edit: [start, end, replacement],
  } of order) {
    out += text.slice(at, Math.max(at, start)) + replacement;
    at = Math.max(at, end);
  }
  return out + text.slice(at);
}

/** Kernel text as the body of a JavaScript function over $scope, $call, $wait, $fn and $new; returns its functions. */
export function toJavaScript(files: Files, intrinsics: (name: string) => boolean): string {
  const parsed = Object.values(files).map((text) => ({
    text,
    program: parse(text, { sourceType: 'script', plugins: ['typescript'] }).program as t.Program,
  }));
  const functions = new Set(parsed.flatMap(({ program }) => functionsOf(program)));
  const bodies = parsed.map(({ text, program }) => {
    const rewriter = new Rewriter(functions, (name) => intrinsics(name) && !functions.has(name));
    for (const node of program.body) rewriter.walk(node, null);
    return transformSync(edited(text, rewriter.edits), { loader: 'ts', target: 'es2022' }).code;
  });
  return `with ($scope) {\n${bodies.join('\n')}\nreturn { ${[...functions].join(', ')} };\n}`;
}
