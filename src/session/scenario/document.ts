// JSON with comments as a tree that knows where each value stands. Knows nothing of what the values mean.

import { createScanner, type Node, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser';
import { printable } from '../printable.ts';
import { type Path, pathText } from './path.ts';
import type { Finding } from './problem.ts';

/** A value with its place `offset..end` in the text. Exactly one of `items`, `fields` is set for a list, an object. */
export interface Doc {
  readonly offset: number;
  readonly end: number;
  /** the plain value; objects have no prototype, and keep the first of several equal keys */
  readonly value: unknown;
  readonly source: string;
  readonly items: readonly Doc[] | null;
  readonly fields: ReadonlyMap<string, { readonly offset: number; readonly end: number; readonly doc: Doc }> | null;
}

/** The value at `path`, or null. */
export function nodeAt(root: Doc, path: Path): Doc | null {
  let doc: Doc | undefined = root;
  for (const step of path) {
    if (doc === undefined) return null;
    doc = typeof step === 'number' ? doc.items?.[step] : doc.fields?.get(step)?.doc;
  }
  return doc ?? null;
}

/** The value at `path`, or the nearest one above it that is there. */
export function nearestNode(root: Doc, path: Path): Doc {
  for (let depth = path.length; depth > 0; depth--) {
    const doc = nodeAt(root, path.slice(0, depth));
    if (doc !== null) return doc;
  }
  return root;
}

const MOST_BYTES = 4 * 2 ** 20;
const MOST_DEPTH = 64;
const MOST_TOKENS = 200_000;

// jsonc-parser exports these as const enums, which isolated modules cannot read
const OPEN_BRACE = 1;
const CLOSE_BRACE = 2;
const OPEN_BRACKET = 3;
const CLOSE_BRACKET = 4;
const EOF = 17;

/** The first limit the text breaks; the parser behind it recurses, so it must not see what is refused here. */
function limitBroken(text: string, kind: string): Finding | null {
  const bytes = Buffer.byteLength(text);
  if (bytes > MOST_BYTES) return { offset: 0, end: 0, message: `${bytes} bytes; a ${kind} has at most 4 MiB` };
  const scanner = createScanner(text, true);
  const open: number[] = [];
  let tokens = 0;
  for (let token: number = scanner.scan(); token !== EOF; token = scanner.scan()) {
    const at = { offset: scanner.getTokenOffset(), end: scanner.getPosition() };
    if (token === OPEN_BRACE || token === OPEN_BRACKET) open.push(token);
    if ((token === CLOSE_BRACE || token === CLOSE_BRACKET) && open.at(-1) === token - 1) open.pop();
    if (open.length > MOST_DEPTH)
      return { ...at, message: `nested more than ${MOST_DEPTH} deep; a ${kind} needs less than ten` };
    tokens += 1;
    if (tokens > MOST_TOKENS)
      return { ...at, message: `more than ${MOST_TOKENS} values and punctuation marks; split the ${kind}` };
  }
  return null;
}

const SYNTAX: Readonly<Record<string, string>> = {
  InvalidSymbol: 'is not JSON; write a number, true, false, null, or text between double quotes',
  InvalidNumberFormat: 'is not a number JSON knows; write it as in 12, or as text as in "0xc000"',
  PropertyNameExpected: 'stands where a key belongs; write a key between double quotes, or close the object with }',
  ValueExpected: 'stands where a value belongs; write one',
  ColonExpected: 'stands where a colon belongs; write : between a key and its value',
  CommaExpected: 'stands where a comma belongs; write , between two entries',
  CloseBraceExpected: 'stands where an object ends; close it with }',
  CloseBracketExpected: 'stands where a list ends; close it with ]',
  EndOfFileExpected: 'follows the end of what the file holds; remove it',
  UnexpectedEndOfComment: 'opens a comment that does not end; close it with */',
  UnexpectedEndOfString: 'opens text that does not end on its line; close it with "',
  UnexpectedEndOfNumber: 'is not a complete number; write it as in 12, or as text as in "0xc000"',
  InvalidUnicode: 'holds a \\u without four hex digits; write as in \\u00e9',
  InvalidEscapeCharacter: 'holds an escape JSON does not know; after \\ write one of " \\ / b f n r t u',
  InvalidCharacter: 'holds a control character; write it as an escape, as in \\n',
};

function syntaxFinding(text: string, error: ParseError): Finding {
  const offset = Math.min(error.offset, text.length);
  const end = Math.min(offset + error.length, text.length);
  const token = offset === text.length ? 'the end of the file' : text.slice(offset, Math.max(end, offset + 1));
  const what = SYNTAX[printParseErrorCode(error.error)] ?? 'is not JSON; remove it';
  return { offset, end, message: `${printable(token, 40)} ${what}` };
}

interface Build {
  readonly text: string;
  readonly twice: Finding[];
}

function leaf(node: Node, build: Build): Doc {
  // an object or list that the text never closes has no length
  const end = node.length < 0 ? build.text.length + 1 : node.offset + node.length;
  const source = build.text.slice(node.offset, Math.min(end, node.offset + 100));
  return { offset: node.offset, end, value: node.value, source, items: null, fields: null };
}

function objectDoc(node: Node, path: Path, build: Build): Doc {
  const fields = new Map<string, { offset: number; end: number; doc: Doc }>();
  const value: Record<string, unknown> = Object.create(null);
  for (const property of node.children ?? []) {
    const [key, child] = property.children ?? [];
    if (key === undefined) continue;
    const name = String(key.value);
    const at = { offset: key.offset, end: key.offset + key.length };
    if (fields.has(name)) {
      build.twice.push({
        ...at,
        message: `${pathText([...path, name])}: written twice in one object; keep one of the two`,
      });
    } else if (child !== undefined) {
      const doc = toDoc(child, [...path, name], build);
      fields.set(name, { ...at, doc });
      value[name] = doc.value;
    }
  }
  return { ...leaf(node, build), value, fields };
}

function toDoc(node: Node, path: Path, build: Build): Doc {
  if (node.type === 'object') return objectDoc(node, path, build);
  if (node.type !== 'array') return leaf(node, build);
  const items = (node.children ?? []).map((child, i) => toDoc(child, [...path, i], build));
  return { ...leaf(node, build), value: items.map((item) => item.value), items };
}

/** What a text holds. `syntax`: why it is not JSON (then `root` is what could be read); `twice`: double keys. */
export interface ParsedText {
  readonly root: Doc | null;
  readonly syntax: readonly Finding[];
  readonly twice: readonly Finding[];
}

/** Reads JSON with comments and trailing commas; never throws, whatever the text. `kind`: what the file is called. */
export function parseDocument(text: string, kind = 'scenario'): ParsedText {
  const broken = limitBroken(text, kind);
  if (broken !== null) return { root: null, syntax: [broken], twice: [] };
  const errors: ParseError[] = [];
  const withoutMark = text.startsWith('\ufeff') ? ` ${text.slice(1)}` : text;
  const node = parseTree(withoutMark, errors, { allowTrailingComma: true, allowEmptyContent: false });
  const build: Build = { text, twice: [] };
  const root = node === undefined ? null : toDoc(node, [], build);
  // of several complaints at one place the first is the cause
  const causes = errors.filter((error, i) => errors[i - 1]?.offset !== error.offset);
  return { root, syntax: causes.map((error) => syntaxFinding(text, error)), twice: build.twice };
}
