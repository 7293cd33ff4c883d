// A comparison as rows: the two sides beside each other where there is room, one below the other, or one at a time; then
// the memmaps at the end and what differs. Knows nothing of how variants are compared.

import { wrapWords } from './note.ts';
import { cellSpans } from './panes/cells.ts';
import { paintRow, type Span } from './row.ts';
import type { CompareSideView, CompareView, MemmapView, SessionView } from './session-view.ts';
import { expandTabs, guard } from './text.ts';
import type { Theme } from './theme.ts';

/** From so many columns on the sides stand beside each other; with fewer than BELOW one is shown at a time. */
const BESIDE = 170;
const BELOW = 110;

type Line = readonly Span[];

const wrapped = (text: string, w: number, style: 'plain' | 'bold' | 'dim'): Line[] =>
  wrapWords(guard(text), w, 0).map((line) => [[style, line]]);

/** The lines of one side. */
function sideLines(side: CompareSideView, w: number): Line[] {
  const digits = String(side.source.at(-1)?.number ?? 1).length;
  return [
    [['title', `${side.name}  ${side.title}`]],
    ...side.headline.flatMap((line) => wrapped(line, w, 'bold')),
    ...(side.position === '' ? [] : wrapped(`${side.position}  ${side.thread}  after ${side.stage}`, w, 'plain')),
    ...(side.place === '' ? [] : wrapped(side.place, w, 'plain')),
    ...side.meanwhile.flatMap((line) => wrapped(line, w, 'dim')),
    ...side.source.map(({ number, text, current, changed }): Line => {
      const mark: Span = changed ? ['changed', '~ '] : '  ';
      const gutter = `${current ? '=>' : '  '} ${String(number).padStart(digits)} `;
      return [[current ? 'bold' : 'number', gutter], mark, [current ? 'bold' : 'plain', expandTabs(text, 2)]];
    }),
    ...(side.stack.length === 0 ? [] : wrapped(side.stack.join(' < '), w, 'dim')),
  ];
}

function besides(left: readonly Line[], right: readonly Line[], w: number, theme: Theme): string[] {
  const first = Math.floor((w - 3) / 2);
  const second = w - 3 - first;
  const bar = theme.ascii ? ' | ' : ' │ ';
  return Array.from({ length: Math.max(left.length, right.length) }, (_, i) =>
    [
      paintRow(theme, first, left[i] ?? []),
      paintRow(theme, 3, [['dim', bar]]),
      paintRow(theme, second, right[i] ?? []),
    ].join(''),
  );
}

function sideRows(view: CompareView, shown: 0 | 1, w: number, theme: Theme): string[] {
  const [a, b] = view.sides;
  if (w >= BESIDE) {
    const half = Math.floor((w - 3) / 2);
    return besides(sideLines(a, half), sideLines(b, half), w, theme);
  }
  const paint = (side: CompareSideView) => sideLines(side, w).map((line) => paintRow(theme, w, line));
  if (w >= BELOW) return [...paint(a), paintRow(theme, w, []), ...paint(b)];
  const other = shown === 0 ? b : a;
  return [...paint(shown === 0 ? a : b), paintRow(theme, w, [['dim', `Tab: ${other.name}  ${other.title}`]])];
}

const LABEL = 9;
const STRIPS = ['state', 'mt', 'mblk'] as const;

/** The memmaps at the end, row by row of both, `^` under what differs. */
function stripRows([a, b]: readonly [MemmapView, MemmapView], w: number, theme: Theme): string[] {
  const cells = (map: MemmapView, name: string) => map.rows.find((row) => row.name === name)?.cells ?? '';
  const painted = (name: string, side: string, text: string): string =>
    paintRow(theme, w, [['dim', `${name.padEnd(5)} ${side}  `.padEnd(LABEL)], ...cellSpans(text, theme)]);
  const same = a.start === b.start && a.pagesPerCell === b.pagesPerCell;
  const hex = (n: number) => `0x${n.toString(16)}`;
  const head = `at the end  memmap  pfn ${hex(a.start)}-${hex(a.end)}   1 cell = ${a.pagesPerCell} pages`;
  const rows = STRIPS.flatMap((name) => {
    const [ofA, ofB] = [cells(a, name), cells(b, name)];
    const marks = [...ofA].map((letter, i) => (same && letter !== ofB[i] ? '^' : ' ')).join('');
    const diff = marks.trim() === '' ? [] : [paintRow(theme, w, [' '.repeat(LABEL), ['bad', marks.trimEnd()]])];
    return [painted(name, 'A', ofA), painted(name, 'B', ofB), ...diff];
  });
  return [paintRow(theme, w, [['title', head]]), ...rows];
}

function endRows({ end, facts, sides }: CompareView, w: number, theme: Theme): string[] {
  const name = sides[1].name;
  let topic = '';
  const rows = end.flatMap((row) => {
    const head = row.topic === topic ? [] : [paintRow(theme, w, [['title', `${row.topic}, boot ${row.boot}`]])];
    topic = row.topic;
    return [
      ...head,
      paintRow(theme, w, [`  ${row.place}  `, ['bold', `A `], `${row.a}  `, ['bold', `${name} `], row.b]),
    ];
  });
  const differing = facts.filter((fact) => fact.differs);
  const figures = differing.map(({ where, fact, values }) =>
    paintRow(theme, w, [`  ${where}  ${fact}  `, values.map((value) => value ?? '-').join(' | ')]),
  );
  return [
    ...rows,
    ...(figures.length === 0 ? [] : [paintRow(theme, w, [['title', 'figures that differ']]), ...figures]),
  ];
}

/** The rows of the last comparison; `shown`: the side to show where there is room for one. */
export function compareRows(view: SessionView, shown: 0 | 1, w: number, theme: Theme): string[] {
  const { comparison } = view;
  if (comparison === null) return [];
  const blank = paintRow(theme, w, []);
  const maps = view.comparedMemmaps(Math.max(8, w - LABEL));
  const lines = (texts: readonly string[], style: 'plain' | 'bold' | 'dim') =>
    texts.flatMap((text) => wrapped(text, w, style)).map((line) => paintRow(theme, w, line));
  return [
    ...lines([comparison.verdict], 'bold'),
    ...lines(comparison.order, 'plain'),
    ...lines(comparison.given, 'dim'),
    blank,
    ...sideRows(comparison, shown, w, theme),
    blank,
    ...(maps === null ? [] : [...stripRows(maps, w, theme), blank]),
    ...endRows(comparison, w, theme),
  ];
}
