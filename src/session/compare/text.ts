// A comparison in words, at most 100 columns where names allow. Two variants: divergence with source and stacks, then what
// differs at the end. More: a table of figures, and each first divergence. Knows nothing of runs.
import { printable } from '../printable.ts';
import { rowLines, type TextOptions } from './row-lines.ts';
import type { ComparedLine, ComparedPair, Comparison, EndRow, FactRow } from './types.ts';
import { type CompareSideView, compareView, letter, variantText } from './view.ts';

const COLUMNS = 100;

/** Columns of a cell of the table. */
const CELL = 28;

function headLines(comparison: Comparison): string[] {
  const wide = Math.max(...comparison.variants.map(({ label }) => label.length));
  const heads = comparison.variants.map(
    (variant, i) => `${letter(i)}  ${variant.label.padEnd(wide)}  ${variantText(variant)}`,
  );
  const given =
    comparison.given.length === 0
      ? ['nothing differs in what they are given']
      : comparison.given.map((line) => `   ${line}`);
  return [...heads, ...given];
}

/** Words joined by ` < ` in lines that fit. */
function stackLines(words: readonly string[], indent: string): string[] {
  const lines: string[] = [];
  let line = indent;
  for (const [i, word] of words.entries()) {
    const next = i === 0 ? word : `< ${word}`;
    if (line !== indent && line.length + next.length + 1 > COLUMNS) {
      lines.push(line);
      line = indent;
    }
    line += line === indent ? next : ` ${next}`;
  }
  return [...lines, line];
}

function sourceLines(source: readonly ComparedLine[]): string[] {
  const wide = String(source.at(-1)?.number ?? 0).length;
  return source.map(
    ({ number, text, current, changed }) =>
      `   ${current ? '=>' : '  '} ${changed ? '~' : ' '} ${String(number).padStart(wide)}  ${text}`,
  );
}

/** Of what a run does meanwhile so much is said. */
const MEANWHILE = 2;

function sideLines(side: CompareSideView): string[] {
  const head = side.headline.map((line, i) => `${i === 0 ? side.name : ' '}  ${line}`);
  if (side.position === '') return [...head, '   does nothing more in this stretch'];
  const place = `${side.position}  ${side.thread}  ${side.place}`;
  return [
    ...head,
    `   ${side.own ? '' : 'at the same point: '}${place}`,
    ...side.meanwhile.slice(0, MEANWHILE).map((effect) => `   ${effect}`),
    ...sourceLines(side.source),
    ...stackLines(side.stack, '   '),
  ];
}

function divergenceLines(comparison: Comparison, pair: ComparedPair): string[] {
  const view = compareView(comparison, pair);
  const order = view.order.map((line, i) => (i === 0 ? line : `   ${line}`));
  const before = order.length === 0 ? [] : [...order, ''];
  if (view.first === null) return [...before, view.verdict];
  const [a, b] = view.sides;
  const [one, two] = view.first === 'A' ? [a, b] : [b, a];
  return [...before, view.verdict, '', ...sideLines(one), '', ...sideLines(two)];
}

function endLines(pair: ComparedPair, boots: boolean, options: TextOptions): string[] {
  if (pair.end.length === 0) return ['at the end: nothing differs'];
  const topic = (row: EndRow) => (boots && row.boot > 0 ? `boot ${row.boot} ${row.topic}` : row.topic);
  const rows = pair.end.map((row) => ({ ...row, topic: topic(row) }));
  return ['at the end', ...rowLines(rows, { values: ({ a, b }, left) => `A ${a.padEnd(left)}  B ${b}` }, options)];
}

/** Stages in which the same figures differ in the same way are one row: the first of them is named. */
function folded(rows: readonly FactRow[]): FactRow[] {
  const last = new Map<string, string>();
  return rows.filter((row) => {
    const values = JSON.stringify(row.values);
    const boot = /^boot \d+/.exec(row.where)?.[0] ?? row.where;
    const key = `${boot} ${row.fact}`;
    if (last.get(key) === values) return false;
    last.set(key, values);
    return row.differs;
  });
}

/** A cell of the table: long ones are cut, JSON has them whole. */
const shortened = (text: string): string => (text.length > CELL ? `${text.slice(0, CELL - 1)}…` : text);

function tableLines(comparison: Comparison, options: TextOptions): string[] {
  const rows = options.all ? comparison.facts : folded(comparison.facts);
  const head = ['', '', ...comparison.variants.map((_, i) => letter(i))];
  const cells = [
    head,
    ...rows.map((row) => [row.where, row.fact, ...row.values.map((value) => shortened(value ?? '-'))]),
  ];
  const widths = head.map((_, i) => Math.max(...cells.map((row) => (row[i] ?? '').length)));
  return cells.map((row) => ` ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  ')}`.trimEnd());
}

function manyLines(comparison: Comparison, options: TextOptions): string[] {
  const firsts = comparison.pairs.flatMap((pair) => {
    const view = compareView(comparison, pair);
    const side = view.first === 'A' ? view.sides[0] : view.sides[1];
    const effect = view.first === null ? [] : [`   ${side.name}: ${side.place}: ${side.headline.join('; ')}`];
    return [
      `A and ${letter(pair.with)}: ${view.order[0] === undefined || view.first !== null ? view.verdict : view.order[0]}`,
      ...effect,
    ];
  });
  return [...firsts, '', 'figures that differ', ...tableLines(comparison, options)];
}

/** The comparison in words; lines are safe to print. */
export function comparisonText(comparison: Comparison, options: TextOptions = { all: false }): string {
  const boots = comparison.variants.some((variant) => variant.boots.length > 1);
  const [pair, ...more] = comparison.pairs;
  const body =
    pair !== undefined && more.length === 0
      ? [...divergenceLines(comparison, pair), '', ...endLines(pair, boots, options)]
      : manyLines(comparison, options);
  return [...headLines(comparison), '', ...body].map((line) => printable(line, 200).trimEnd()).join('\n');
}

/** Do the variants differ, in effects or at the end? */
export function differs(comparison: Comparison): boolean {
  return comparison.pairs.some((pair) => pair.divergence !== null || pair.order !== null || pair.end.length > 0);
}
