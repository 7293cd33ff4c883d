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

/** How many rows are kept; two generations of this many, so that rows in use survive. */
const GENERATION = 2048;

interface Cells {
  readonly codes: number[];
  readonly styles: number[];
}

/** Turns rows into cells, keeping the latest, and codes back into text. Sequences other than SGR are dropped. */
export class RowParser {
  readonly #table: StyleTable;
  readonly #clusters: string[] = [];
  readonly #numbers = new Map<string, number>();
  #young = new Map<string, ParsedRow>();
  #old = new Map<string, ParsedRow>();

  constructor(table: StyleTable) {
    this.#table = table;
  }

  /** The cells of a row. */
  parse(row: string): ParsedRow {
    const known = this.#young.get(row);
    if (known) return known;
    const parsed = this.#old.get(row) ?? this.#read(row);
    if (this.#young.size >= GENERATION) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(row, parsed);
    return parsed;
  }

  /** The text of a code; empty for the second half of a wide character. */
  text(code: number): string {
    if (code >= CLUSTER) return this.#clusters[code - CLUSTER] ?? '?';
    return code === 0 ? '' : String.fromCodePoint(code);
  }

  #read(row: string): ParsedRow {
    const cells: Cells = { codes: [], styles: [] };
    let style = 0;
    for (let i = 0; i < row.length; ) {
      const code = row.codePointAt(i) ?? 0x20;
      if (code === 0x1b) {
        const end = sequenceEnd(row, i);
        if (row[end - 1] === 'm') style = this.#table.after(style, row.slice(i + 2, end - 1) || '0');
        i = end;
        continue;
      }
      if (code >= 0x20) this.#put(cells, code, style);
      i += code > 0xffff ? 2 : 1;
    }
    return { codes: Int32Array.from(cells.codes), styles: Int32Array.from(cells.styles) };
  }

  #put(cells: Cells, code: number, style: number): void {
    const width = codeWidth(code);
    if (width === 0) this.#join(cells, code);
    for (let i = 0; i < width; i++) {
      cells.codes.push(i === 0 ? code : 0);
      cells.styles.push(style);
    }
  }

  /** Joins a mark to the character before it. */
  #join(cells: Cells, mark: number): void {
    let at = cells.codes.length - 1;
    if (cells.codes[at] === 0) at--;
    const base = cells.codes[at];
    if (base === undefined) return;
    const cluster = this.text(base) + String.fromCodePoint(mark);
    let number = this.#numbers.get(cluster);
    if (number === undefined) {
      number = CLUSTER + this.#clusters.length;
      this.#clusters.push(cluster);
      this.#numbers.set(cluster, number);
    }
    cells.codes[at] = number;
  }
}

/** The index after an escape sequence that starts at `from`. */
function sequenceEnd(row: string, from: number): number {
  if (row[from + 1] !== '[') return Math.min(row.length, from + 2);
  let end = from + 2;
  while (end < row.length && (row.charCodeAt(end) < 0x40 || row.charCodeAt(end) > 0x7e)) end++;
  return Math.min(row.length, end + 1);
}
