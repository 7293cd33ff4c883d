// Rows of ANSI text into cells, each distinct row once. Knows nothing of rectangles and the terminal.

import { codeWidth } from '../text.ts';
import type { StyleTable } from './sgr.ts';

/** A row as cells: code points (0: second half of a wide one; from CLUSTER on: an interned cluster) and style numbers. */
export interface ParsedRow {
  readonly codes: Int32Array;
  readonly styles: Int32Array;
}

/** Codes from here on are numbers of clusters: a character with combining marks. */
export const CLUSTER = 0x200000;

/** Turns rows into cells and codes back into text. */
export interface RowParser {
  parse(row: string): ParsedRow;
  text(code: number): string;
}

/** How many rows are kept; two generations of this many, so that rows in use survive. */
const GENERATION = 2048;

interface Cells {
  readonly codes: number[];
  readonly styles: number[];
}

/** Makes a parser with its cache. Sequences other than SGR are dropped. */
export function createRowParser(table: StyleTable): RowParser {
  let young = new Map<string, ParsedRow>();
  let old = new Map<string, ParsedRow>();
  const clusters: string[] = [];
  const clusterNumbers = new Map<string, number>();

  const text = (code: number): string =>
    code >= CLUSTER ? (clusters[code - CLUSTER] ?? '?') : code === 0 ? '' : String.fromCodePoint(code);

  const join = (cells: Cells, char: string): void => {
    let at = cells.codes.length - 1;
    if (cells.codes[at] === 0) at--;
    const base = cells.codes[at];
    if (base === undefined) return;
    const cluster = text(base) + char;
    let number = clusterNumbers.get(cluster);
    if (number === undefined) {
      number = CLUSTER + clusters.length;
      clusters.push(cluster);
      clusterNumbers.set(cluster, number);
    }
    cells.codes[at] = number;
  };

  const put = (cells: Cells, char: string, style: number): void => {
    const code = char.codePointAt(0) ?? 32;
    const width = codeWidth(code);
    if (width === 0) join(cells, char);
    for (let i = 0; i < width; i++) {
      cells.codes.push(i === 0 ? code : 0);
      cells.styles.push(style);
    }
  };

  const read = (row: string): ParsedRow => {
    const cells: Cells = { codes: [], styles: [] };
    let style = 0;
    for (let i = 0; i < row.length; ) {
      const code = row.charCodeAt(i);
      if (code === 0x1b) {
        const end = sequenceEnd(row, i);
        if (row[end - 1] === 'm') style = table.after(style, row.slice(i + 2, end - 1) || '0');
        i = end;
      } else if (code < 0x300) {
        if (code >= 0x20) {
          cells.codes.push(code);
          cells.styles.push(style);
        }
        i++;
      } else {
        const char = String.fromCodePoint(row.codePointAt(i) ?? 32);
        put(cells, char, style);
        i += char.length;
      }
    }
    return { codes: Int32Array.from(cells.codes), styles: Int32Array.from(cells.styles) };
  };

  return {
    text,
    parse(row) {
      let parsed = young.get(row);
      if (parsed) return parsed;
      parsed = old.get(row) ?? read(row);
      if (young.size >= GENERATION) {
        old = young;
        young = new Map();
      }
      young.set(row, parsed);
      return parsed;
    },
  };
}

/** The index after an escape sequence that starts at `from`. */
function sequenceEnd(row: string, from: number): number {
  if (row[from + 1] !== '[') return Math.min(row.length, from + 2);
  let end = from + 2;
  while (end < row.length && (row.charCodeAt(end) < 0x40 || row.charCodeAt(end) > 0x7e)) end++;
  return Math.min(row.length, end + 1);
}
