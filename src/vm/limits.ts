// What is asked of kernel text before it is compiled, whoever wrote it: how large, how deep, how many names, and names that
// mean nothing to the host. Walks without recursion. Knows nothing of what the text says.
import type * as t from '@babel/types';

/** Most characters of one file. */
const LARGEST = 2 ** 20;
/** Deepest nesting of one function's blocks and expressions, in nodes of its tree. */
const DEEPEST = 250;
/** Most nodes of one function, and most variables: a real one has some hundred. */
const MOST_NODES = 100_000;
const MOST_VARIABLES = 500;

/** A mistake and where it is: 1-based line and column. */
export interface Excess {
  readonly line: number;
  readonly col: number;
  readonly what: string;
}

/** True for the names that every object of the host answers to: `constructor`, `toString`, `__proto__`, … */
export function isHostName(name: string): boolean {
  return name in Object.prototype;
}

/** Why a file is too large to be read; null when it is not. */
export function tooLarge(text: string): string | null {
  if (text.length <= LARGEST) return null;
  return `${text.length} characters; a file of kernel text has at most ${LARGEST}; split it`;
}

interface Seen {
  readonly node: t.Node;
  readonly depth: number;
}

const isNode = (value: unknown): value is t.Node =>
  typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string';

function* childrenOf(node: t.Node): Generator<t.Node> {
  for (const value of Object.values(node)) {
    if (Array.isArray(value)) yield* value.filter(isNode);
    else if (isNode(value)) yield value;
  }
}

function at(node: t.Node, what: string): Excess {
  const start = node.loc?.start ?? { line: 1, column: 0 };
  return { line: start.line, col: start.column + 1, what };
}

/** The first thing of a declaration that no kernel text may be; null when there is none. */
export function excessOf(root: t.Node): Excess | null {
  const stack: Seen[] = [{ node: root, depth: 0 }];
  let nodes = 0;
  let variables = 0;
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    const { node, depth } = top;
    nodes++;
    if (node.type === 'VariableDeclaration') variables++;
    if (depth > DEEPEST)
      return at(node, `nested more than ${DEEPEST} deep; give the inner part a function or a variable`);
    if (nodes > MOST_NODES) return at(node, `a function of more than ${MOST_NODES} words; split it`);
    if (variables > MOST_VARIABLES) return at(node, `more than ${MOST_VARIABLES} variables in one function; split it`);
    const name = node.type === 'Identifier' ? node.name : node.type === 'StringLiteral' ? node.value : '';
    if (node.type === 'Identifier' && !/^[\w$]{1,100}$/.test(name))
      return at(node, 'a name is made of at most 100 ASCII letters, digits and underscores');
    if (isHostName(name)) return at(node, `'${name}' is no name in kernel text; choose another`);
    for (const child of childrenOf(node)) stack.push({ node: child, depth: depth + 1 });
  }
  return null;
}
