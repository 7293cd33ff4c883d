// `khodbg conform`: files of known answers, computed and compared row by row. Folders are looked into: what a path is decides
// who reads it.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { printable } from '../printable.ts';
import { type Answers, answersWith, compareRow } from './answer.ts';
import { type CaptureOptions, conformCapture, isCapture } from './capture/index.ts';
import type { Comparison, Difference } from './compare.ts';
import { readRows } from './read.ts';
import { KINDS, type Row } from './schema.ts';

/** Lines to print and the exit status: 0 all is as expected, 1 something is not, 2 bad input. */
export interface Conformed {
  readonly status: 0 | 1 | 2;
  readonly lines: readonly string[];
}

/** Differences of one figure that are printed. */
const SHOWN = 5;

type What = 'vectors' | 'capture';

/** Something to compare with. */
export interface Target {
  readonly path: string;
  readonly what: What;
}

/** What a path holds: a file of rows, a capture (a folder with truth.json), or a folder of these. */
export function targetsOf(path: string): readonly Target[] | string {
  if (!existsSync(path)) return `${path}: no such file or folder; give a file of known answers`;
  if (!statSync(path).isDirectory()) return [{ path, what: 'vectors' }];
  if (isCapture(path)) return [{ path, what: 'capture' }];
  const inside = readdirSync(path, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  const targets = inside.flatMap((entry): Target[] => {
    const one = join(path, entry.name);
    if (entry.isDirectory()) return isCapture(one) ? [{ path: one, what: 'capture' }] : [];
    return entry.name.endsWith('.json') ? [{ path: one, what: 'vectors' }] : [];
  });
  return targets.length > 0 ? targets : `${path}: holds no file of known answers (.json)`;
}

/** What was compared, added up. */
class Tally {
  readonly figures = new Map<string, number>();
  passed = 0;
  failed = 0;

  add(kind: string, { figures, differences }: Comparison): void {
    this.figures.set(kind, (this.figures.get(kind) ?? 0) + figures);
    if (differences.length === 0 && figures > 0) this.passed++;
    else this.failed++;
  }

  lines(): string[] {
    const counted = KINDS.flatMap((kind) => {
      const n = this.figures.get(kind);
      return n === undefined ? [] : [`${kind}: ${n} figures compared`];
    });
    return [...counted, `${this.passed} passed, ${this.failed} failed`];
  }
}

/** The figure a difference is in: `init_runs` of `init_runs[3]`. */
const figureOf = (difference: Difference): string => /^[^[.]*/.exec(difference.figure)?.[0] ?? '';

function differenceLines(row: Row, { figures, differences }: Comparison): string[] {
  if (figures === 0) return [`${row.vid}: expects no figure`];
  const seen = new Map<string, number>();
  const lines = differences.flatMap((one) => {
    const n = (seen.get(figureOf(one)) ?? 0) + 1;
    seen.set(figureOf(one), n);
    if (n > SHOWN) return [];
    if (one.figure === '') return [`${row.vid}: ${one.got}`];
    return [`${row.vid}: ${one.figure}: expected ${one.expected}, got ${one.got}`];
  });
  const more = [...seen]
    .filter(([, n]) => n > SHOWN)
    .map(([figure, n]) => `${row.vid}: ${figure}: and ${n - SHOWN} more`);
  return [...lines, ...more].map((line) => printable(line, 4000));
}

function conformRows(rows: readonly Row[], answers: Answers, tally: Tally): string[] {
  return rows.flatMap((row) => {
    const compared = compareRow(row, answers(row));
    tally.add(row.kind, compared);
    return differenceLines(row, compared);
  });
}

/** What is compared with what. */
export interface ConformOptions {
  /** by name or path, on every kernel */
  readonly patches?: readonly string[];
  /** of captures, the console log alone is imported */
  readonly log?: boolean;
}

/** Compares what the paths hold. */
export function conform(paths: readonly string[], { patches = [], log = false }: ConformOptions = {}): Conformed {
  const targets = paths.map(targetsOf);
  const wrong = targets.filter((target) => typeof target === 'string');
  const all = targets.flatMap((target) => (typeof target === 'string' ? [] : target));
  const read = all.filter(({ what }) => what === 'vectors').map(({ path }) => readRows(path));
  const errors = [...wrong, ...read.flatMap((one) => (one.ok ? [] : one.errors))];
  if (errors.length > 0) return { status: 2, lines: errors };
  const captures = all.filter(({ what }) => what === 'capture').map(({ path }) => path);
  const rows =
    read.length === 0
      ? NOTHING
      : conformVectors(
          read.flatMap((one) => (one.ok ? one.rows : [])),
          patches,
        );
  const seen = captures.length === 0 ? NOTHING : conformCaptures(captures, { patches, log });
  if (rows.status === 2) return rows;
  if (seen.status === 2) return seen;
  return { status: rows.status === 1 || seen.status === 1 ? 1 : 0, lines: [...rows.lines, ...seen.lines] };
}

const NOTHING: Conformed = { status: 0, lines: [] };

function conformVectors(rows: readonly Row[], patches: readonly string[]): Conformed {
  const answers = answersWith(patches);
  if (typeof answers !== 'function') return { status: 2, lines: answers };
  const tally = new Tally();
  const lines = conformRows(rows, answers, tally);
  return { status: tally.failed > 0 ? 1 : 0, lines: [...lines, ...tally.lines()] };
}

const shown = (value: unknown): string => (value === undefined ? 'nothing' : printable(String(value), 1000));

function conformCaptures(folders: readonly string[], options: CaptureOptions): Conformed {
  const lines: string[] = [];
  const kinds = new Map<string, number>();
  const sum = { equal: 0, open: 0, differ: 0 };
  for (const folder of folders) {
    const result = conformCapture(folder, options);
    if (!result.ok) return { status: 2, lines: result.errors };
    const { tally, lacks, byLack } = result;
    for (const { path, why } of lacks) lines.push(`${folder}: ${path} is not in the log: ${why}`);
    if (byLack > 0) lines.push(`${folder}: ${byLack} figures are open for lack of that, and equal once it is put in`);
    for (const one of tally.differ)
      lines.push(`${folder}: ${one.where}: expected ${shown(one.expected)}, got ${shown(one.got)}`);
    for (const [kind, n] of tally.kinds) kinds.set(kind, (kinds.get(kind) ?? 0) + n);
    sum.equal += tally.equal;
    sum.open += tally.open;
    sum.differ += tally.differ.length;
  }
  const counted = [...kinds].map(([kind, n]) => `${kind}: ${n} figures compared`);
  const last = `${sum.equal} equal, ${sum.open} open, ${sum.differ} differ`;
  return { status: sum.differ > 0 ? 1 : 0, lines: [...lines, ...counted, last] };
}
