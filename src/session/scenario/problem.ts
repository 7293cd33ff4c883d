// What is wrong with a file, and where: positions, wording, order. Knows nothing of scenarios.

import { printable } from '../printable.ts';
import { BYTES } from './bytes.ts';
import { type Doc, nearestNode, nodeAt } from './document.ts';
import { type Path, pathText } from './path.ts';
import type { Place } from './types.ts';

/** One thing wrong with a file, for its author to read. */
export interface Problem extends Place {
  readonly file: string;
  readonly message: string;
}

/** `file:line:col: what is wrong; what to do`. */
export function formatProblem(p: Problem): string {
  return `${printable(p.file, 4096)}:${p.line}:${p.col}: ${p.message}`;
}

/** A problem before it has a line: `offset..end` in the text, end exclusive. */
export interface Finding {
  readonly offset: number;
  readonly end: number;
  readonly message: string;
}

/** More than this is not read by anybody; the last line then says how many are left out. */
const MOST_PROBLEMS = 200;

/** Turns offsets into lines and columns; offsets up to and including the length of the text. O(log lines). */
export function lineIndex(text: string): (offset: number) => Place {
  const starts = [0];
  for (const match of text.matchAll(/\r\n|\r|\n/g)) starts.push(match.index + match[0].length);
  return (offset) => {
    let [low, high] = [0, starts.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, col: offset - (starts[low] ?? 0) + 1 };
  };
}

/** Findings as problems, by position, each said once. */
export function toProblems(file: string, text: string, findings: readonly Finding[]): Problem[] {
  const place = lineIndex(text);
  const sorted = [...findings].sort((a, b) => a.offset - b.offset);
  const seen = new Set<string>();
  const problems: Problem[] = [];
  for (const { offset, message } of sorted) {
    const key = `${offset} ${message}`;
    if (!seen.has(key)) problems.push({ file, ...place(offset), message });
    seen.add(key);
  }
  const last = problems[MOST_PROBLEMS];
  if (last === undefined) return problems;
  const more = problems.length - MOST_PROBLEMS;
  return [
    ...problems.slice(0, MOST_PROBLEMS),
    { ...last, message: `${more} more problems from here on; mend those first` },
  ];
}

/** Collects findings against one document. */
export interface Report {
  readonly findings: Finding[];
  /** `path: <its value> <what>`, at that value; with `asWritten` no quotes are taken from a size or address */
  value(path: Path, what: string, asWritten?: boolean): void;
  /** `path: <what>`, at the value of the path, or at the nearest object that is there */
  place(path: Path, what: string): void;
}

/** A value as messages show it: text quoted unless it is a size or an address, objects and lists by kind. */
function shown(doc: Doc, asWritten: boolean): string {
  if (doc.items !== null) return 'a list';
  if (doc.fields !== null) return 'an object';
  if (typeof doc.value !== 'string') return printable(doc.source, 40);
  const plain = !asWritten && BYTES.test(doc.value);
  return plain ? printable(doc.value, 40) : `"${printable(doc.value, 60)}"`;
}

/** A report over `root`; `whole`: what the root itself is called. */
export function createReport(root: Doc, whole = 'the scenario'): Report {
  const findings: Finding[] = [];
  const nameOf = (path: Path) => (path.length === 0 ? whole : pathText(path));
  const add = (doc: Doc, message: string) => findings.push({ offset: doc.offset, end: doc.end, message });
  return {
    findings,
    value: (path, what, asWritten = false) => {
      const doc = nodeAt(root, path);
      if (doc !== null) add(doc, `${nameOf(path)}: ${shown(doc, asWritten)} ${what}`);
    },
    place: (path, what) => {
      add(nearestNode(root, path), `${nameOf(path)}: ${what}`);
    },
  };
}
