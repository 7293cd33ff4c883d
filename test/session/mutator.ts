// Makes one change to a valid scenario's text, the same one for the same seed. Knows nothing of what is right.

import { type Node, parseTree } from 'jsonc-parser';

/** The changed text, what was done, and where the changed value now stands; null when it was not a single value. */
export interface Mutation {
  readonly text: string;
  readonly what: string;
  readonly value: { readonly start: number; readonly end: number } | null;
}

/** A random number in 0..1 from a seed (mulberry32). */
function generator(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Random choices. */
export interface Dice {
  pick<T>(from: readonly T[]): T;
  below(n: number): number;
}

/** Random choices, the same for the same seed. */
export function dice(seed: number): Dice {
  const random = generator(seed);
  for (let i = 0; i < 8; i++) random();
  const below = (n: number) => Math.floor(random() * n);
  return {
    below,
    pick: (from) => {
      const one = from[below(from.length)];
      if (one === undefined) throw new Error('pick from nothing');
      return one;
    },
  };
}

function* nodesOf(node: Node): Generator<Node> {
  yield node;
  for (const child of node.children ?? []) yield* nodesOf(child);
}

const SIZES = '-4K|12Q|0x|0x1001|1.5G|99999T|NaN|Infinity||64 M|0xffffffffffffffff|1e9|1G|2T|64M|0x7ff000'.split('|');
const NUMBERS = [
  '-1',
  '1.5',
  '1e300',
  '1e999',
  '4294967296',
  'NaN',
  '-0.5',
  '1025',
  '"1"',
  'Infinity',
  '0',
  '7',
  '20',
  '33',
];
const OTHER_TYPES = ['null', '[]', '{}', '[1, 2]', '{"start": 1}', 'true', '-7', '3.25', '"no"'];
const ESCAPES = ['\\u001b[31m', '\\u0000', '\\u009b2J', '\\u202e', '\\ud800', '\\u0007'];

/** One letter dropped, doubled or replaced. */
function misspelt(word: string, { below, pick }: Dice): string {
  const at = below(word.length);
  const [before, after] = [word.slice(0, at), word.slice(at + 1)];
  return pick([`${before}${after}`, `${before}${word[at]}${word[at]}${after}`, `${before}q${after}`]);
}

function wrongText(value: string, roll: Dice): string {
  const size = /^(0x[0-9a-f]+|[0-9]+[KMGT]?)$/.test(value);
  if (size) return JSON.stringify(roll.pick(SIZES));
  const code = roll.pick(ESCAPES);
  const at = roll.below(value.length + 1);
  const inner = (part: string) => JSON.stringify(part).slice(1, -1);
  const escaped = `"${inner(value.slice(0, at))}${code}${inner(value.slice(at))}"`;
  return roll.pick([
    JSON.stringify(misspelt(`${value}x`, roll)),
    escaped,
    escaped,
    '""',
    JSON.stringify(value.repeat(300)),
  ]);
}

/** Another literal in place of a value, mostly a wrong one. */
function literalFor(node: Node, roll: Dice): string {
  if (roll.below(3) === 0) return roll.pick(OTHER_TYPES);
  if (typeof node.value === 'string') return wrongText(node.value, roll);
  if (typeof node.value === 'number') return roll.pick(NUMBERS);
  return roll.pick([String(!node.value), '"yes"', '1', 'True', 'null']);
}

type Change = (text: string, root: Node, roll: Dice) => Mutation;

function splice(text: string, start: number, end: number, by: string): string {
  return text.slice(0, start) + by + text.slice(end);
}

function pathOf(node: Node): string {
  const steps: string[] = [];
  for (let at: Node | undefined = node; at?.parent !== undefined; at = at.parent) {
    if (at.parent.type === 'property') steps.unshift(String(at.parent.children?.[0]?.value));
    else if (at.parent.type === 'array') steps.unshift(String(at.parent.children?.indexOf(at)));
  }
  return steps.join('.');
}

const changeValue: Change = (text, root, roll) => {
  const isLeaf = (node: Node) =>
    node.children === undefined && (node.parent?.type !== 'property' || node !== node.parent.children?.[0]);
  const node = roll.pick([...nodesOf(root)].filter(isLeaf));
  let literal = literalFor(node, roll);
  while (literal === text.slice(node.offset, node.offset + node.length)) literal = literalFor(node, roll);
  return {
    text: splice(text, node.offset, node.offset + node.length, literal),
    what: `${pathOf(node)} = ${literal.slice(0, 60)}`,
    value: { start: node.offset, end: node.offset + literal.length },
  };
};

function somePropertyWith(root: Node, roll: Dice): { property: Node; key: Node } {
  const property = roll.pick([...nodesOf(root)].filter((node) => node.type === 'property'));
  const key = property.children?.[0];
  if (key === undefined) throw new Error('a property without a key');
  return { property, key };
}

const deleteKey: Change = (text, root, roll) => {
  const { property, key } = somePropertyWith(root, roll);
  const end = property.offset + property.length;
  const comma = /^\s*,/.exec(text.slice(end))?.[0].length ?? 0;
  return {
    text: splice(text, property.offset, end + comma, ''),
    what: `without ${pathOf(key)} ${key.value}`,
    value: null,
  };
};

const renameKey: Change = (text, root, roll) => {
  const { key } = somePropertyWith(root, roll);
  const name = roll.pick([misspelt(String(key.value), roll), '__proto__', 'constructor', '', `${key.value}\\u001b[2J`]);
  return {
    text: splice(text, key.offset, key.offset + key.length, `"${name}"`),
    what: `${key.value} renamed ${name}`,
    value: null,
  };
};

const doubleKey: Change = (text, root, roll) => {
  const { property, key } = somePropertyWith(root, roll);
  const again = text.slice(property.offset, property.offset + property.length);
  return {
    text: splice(text, property.offset, property.offset, `${again}, `),
    what: `${key.value} twice`,
    value: null,
  };
};

const addKey: Change = (text, root, roll) => {
  const { property } = somePropertyWith(root, roll);
  const extra = roll.pick(['"colour": "red", ', '"__proto__": {"format": 1}, ', '"toString": 1, ', '"": null, ']);
  return { text: splice(text, property.offset, property.offset, extra), what: `with ${extra}`, value: null };
};

const truncate: Change = (text, _root, roll) => {
  const length = roll.below(text.trimEnd().length);
  return { text: text.slice(0, length), what: `cut after ${length}`, value: null };
};

const breakSyntax: Change = (text, _root, roll) => {
  const marks = [...text.matchAll(/["{}[\]:,]/g)];
  const mark = roll.pick(marks);
  const by = roll.pick(['', `${mark[0]}${mark[0]}`, ';', "'"]);
  return {
    text: splice(text, mark.index, mark.index + 1, by),
    what: `${mark[0]} at ${mark.index} as ${by}`,
    value: null,
  };
};

const garbage: Change = (text, _root, roll) => {
  const at = roll.below(text.length + 1);
  const bytes = roll.pick([
    '\u0000',
    '\u001b[2J',
    '\ud800',
    '\u00ff\u00fe',
    '@@@',
    '/*',
    '[[[[',
    '}}}}',
    '\\',
    '\ufeff',
  ]);
  return { text: splice(text, at, at, bytes), what: `${JSON.stringify(bytes)} at ${at}`, value: null };
};

const nest: Change = (text, root, roll) => {
  const { property } = somePropertyWith(root, roll);
  const deep = roll.pick([65, 5000]);
  const extra = `"deep": ${'['.repeat(deep)}${']'.repeat(deep)}, `;
  return { text: splice(text, property.offset, property.offset, extra), what: `${deep} lists deep`, value: null };
};

const CHANGES: readonly Change[] = [
  ...[changeValue, changeValue, changeValue, changeValue, changeValue, changeValue],
  ...[deleteKey, renameKey, doubleKey, addKey, truncate, breakSyntax, garbage, nest],
];

/** Makes the change that belongs to `seed`. `text` must be JSON. */
export function mutate(text: string, seed: number): Mutation {
  const root = parseTree(text);
  if (root === undefined) throw new Error('only JSON can be mutated');
  const roll = dice(seed);
  return roll.pick(CHANGES)(text, root, roll);
}
