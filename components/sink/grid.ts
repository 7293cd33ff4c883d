// A screen of cells as two int32 arrays, and the bytes that turn one screen into another. Knows nothing of Ink.

import type { ParsedRow, RowParser } from './row-parser.ts';
import type { StyleTable } from './sgr.ts';

/** A screen: code points and style numbers, row by row. */
export interface Grid {
  readonly cols: number;
  readonly rows: number;
  readonly codes: Int32Array;
  readonly styles: Int32Array;
}

/** A rectangle in cells; x and y count from 0. */
export interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const SPACE = 32;
/** Unchanged cells up to this many between two changed ones are written again: shorter than moving the cursor. */
const BRIDGE = 6;

/** Makes a blank screen. */
export function createGrid(cols: number, rows: number): Grid {
  const codes = new Int32Array(cols * rows).fill(SPACE);
  return { cols, rows, codes, styles: new Int32Array(cols * rows) };
}

/** Writes a row of cells into a screen, cut to `width` and to the screen; no half of a wide character is left over. */
export function blit(grid: Grid, row: ParsedRow, x: number, y: number, width: number): void {
  if (y < 0 || y >= grid.rows || x < 0) return;
  const count = Math.min(row.codes.length, width, grid.cols - x);
  if (count <= 0) return;
  const start = y * grid.cols + x;
  if (x > 0 && grid.codes[start] === 0) grid.codes[start - 1] = SPACE;
  if (x + count < grid.cols && grid.codes[start + count] === 0) grid.codes[start + count] = SPACE;
  grid.codes.set(row.codes.subarray(0, count), start);
  grid.styles.set(row.styles.subarray(0, count), start);
  if (count < row.codes.length && row.codes[count] === 0) grid.codes[start + count - 1] = SPACE;
}

/** The bytes that turn screen `before` into screen `after` (same size), absolutely addressed, ending in plain style. */
export function difference(before: Grid, after: Grid, parser: RowParser, styles: StyleTable): string {
  const { cols, rows } = after;
  const same = (i: number): boolean => before.codes[i] === after.codes[i] && before.styles[i] === after.styles[i];
  let out = '';
  let style = -1;
  for (let y = 0; y < rows; y++) {
    const base = y * cols;
    for (let x = 0; x < cols; x++) {
      if (same(base + x)) continue;
      let from = x;
      while (from > 0 && after.codes[base + from] === 0) from--;
      const end = runEnd(same, base, x, cols);
      out += `\x1b[${y + 1};${from + 1}H`;
      for (let i = base + from; i < base + end; i++) {
        const next = after.styles[i] ?? 0;
        if (next !== style) {
          out += styles.sequence(next);
          style = next;
        }
        out += parser.text(after.codes[i] ?? SPACE);
      }
      x = end;
    }
  }
  return out === '' ? '' : `${out}\x1b[0m`;
}

/** The column after the last changed cell of a run that starts at `x`, short unchanged stretches included. */
function runEnd(same: (i: number) => boolean, base: number, x: number, cols: number): number {
  let end = x + 1;
  for (let i = x + 1; i < cols && i - end < BRIDGE; i++) if (!same(base + i)) end = i + 1;
  return end;
}
