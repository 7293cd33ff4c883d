// Each painter alone: rows of the asked size from a slice, letters that carry the meaning.

import { describe, expect, test } from 'vitest';
import { lineWith } from '../../components/find.ts';
import { helpLines } from '../../components/help.ts';
import { stickyTop } from '../../components/hooks/use-sticky-top.ts';
import { KEYS } from '../../components/keys/table.ts';
import { PANE_IDS } from '../../components/layout-spec.ts';
import { paintLines } from '../../components/panes/lines.ts';
import { paintLog } from '../../components/panes/log.ts';
import { paintMemblock } from '../../components/panes/memblock.ts';
import { paintMemmap } from '../../components/panes/memmap.ts';
import { paintPageblocks } from '../../components/panes/pageblocks.ts';
import { paintRadix } from '../../components/panes/radix.ts';
import { paintSource } from '../../components/panes/source.ts';
import { paintStack } from '../../components/panes/stack.ts';
import { paintStatus, paintStop, positionText } from '../../components/panes/status.ts';
import { PANES } from '../../components/panes/table.ts';
import { paintThreads } from '../../components/panes/threads.ts';
import { paintTimeline } from '../../components/panes/timeline.ts';
import { paintWatches } from '../../components/panes/watch.ts';
import { paintCompletions, paintMessage, paintPrompt } from '../../components/prompt/paint.ts';
import { initialUi } from '../../components/state.ts';
import { textWidth } from '../../components/text.ts';
import { createTheme } from '../../components/theme.ts';
import { fakePanes } from '../support/fake-panes.ts';
import { fakeView } from '../support/fake-view.ts';

const ESC = String.fromCharCode(27);
const theme = createTheme(3, false);
const view = fakeView(17, 'fwd');
const plain = (row: string): string =>
  row
    .split(ESC)
    .map((part, i) => (i === 0 ? part : part.slice(part.indexOf('m') + 1)))
    .join('');
const text = (rows: readonly string[]): string[] => rows.map((row) => plain(row).trimEnd());

test.each(PANE_IDS)('%s fills its rectangle exactly, at any size', (id) => {
  for (const w of [8, 20, 40, 77, 120, 180]) {
    for (const h of [1, 2, 3, 5, 9, 30]) {
      const input = { view, ui: initialUi(80, 24), w, h, theme, focused: true, top: 1 };
      const rows = PANES[id].painting(input).make();
      expect(rows).toHaveLength(h);
      for (const row of rows) expect(textWidth(plain(row))).toBe(w);
      expect(PANES[id].title(input)).toContain(id);
    }
  }
});

describe('source', () => {
  const slice = { source: view.source, top: 13, cursor: 15, focused: true };

  test('marks breakpoints, the current line and the cursor line by letters', () => {
    const rows = text(paintSource(slice, 100, 8, theme));
    expect(rows[1]).toMatch(/^b {5}14 /);
    expect(rows[2]).toMatch(/^ {3}> {2}15 /);
    expect(rows[4]).toMatch(/^ {2}=> {2}17 {13}const mo_pfn/);
    expect(rows[7]).toMatch(/^B {5}20 /);
  });

  test('lights the current line to its end', () => {
    const row = paintSource(slice, 100, 8, theme)[4] ?? '';
    expect(row.startsWith(theme.sgr.current)).toBe(true);
    expect(row.split(theme.sgr.current)).toHaveLength(3);
  });

  test('says so when there is none', () => {
    expect(text(paintSource({ ...slice, source: null }, 60, 3, theme))[0]).toContain('no source');
  });
});

test('stickyTop stays while the line is in sight and moves when it would leave', () => {
  expect(stickyTop(10, 15, 80, 12)).toBe(10);
  expect(stickyTop(10, 40, 80, 12)).toBe(36);
  expect(stickyTop(null, 2, 80, 12)).toBe(1);
  expect(stickyTop(null, 80, 80, 12)).toBe(69);
  expect(stickyTop(1, 1, 80, 12)).toBe(1);
});

describe('stack', () => {
  const { stack, locals } = view;
  const frame = (level: number, name: string) => ({
    level,
    function: name,
    args: '',
    file: 'f.ts',
    line: 1,
    selected: level === 0,
  });

  test('shows frames, then locals with what they were', () => {
    const rows = text(paintStack({ stack, locals, scroll: 0 }, 60, 12, theme));
    expect(rows[0]).toMatch(/^\*#0 {2}deferred_init_memmap_chunk/);
    expect(rows[5]).toContain('locals of #0');
    expect(rows[6]).toBe('  spfn     = 0x18011 (was 0x18010)');
  });

  test('joins a recursion where there is no room for all', () => {
    const deep = [0, 1, 2, 3, 4, 5, 6, 7].map((level) => frame(level, level > 1 && level < 7 ? 'walk' : `f${level}`));
    const rows = text(paintStack({ stack: deep, locals: [], scroll: 0 }, 60, 4, theme));
    expect(rows).toEqual(['*#0  f0()  f.ts:1', ' #1  f1()  f.ts:1', ' #2..#6 walk  5 frames', ' #7  f7()  f.ts:1']);
  });
});

test('threads show number, name, state letter and where they are', () => {
  const rows = text(paintThreads({ threads: view.threads, scroll: 0 }, 60, 5, theme));
  expect(rows[1]).toBe('*2 pgdatinit0  R deferred_init_memmap_chunk');
});

test('watches show what changed in words', () => {
  const rows = text(paintWatches({ watches: view.watches, cursor: 0, focused: false }, 80, 9, theme));
  expect(rows[0]).toBe(' 2 page(0x18000)->private      0x4b484f5000000000  (was 0x0)');
  expect(rows[1]).toMatch(/^ {5}flags/);
  expect(rows[4]).toContain('(disabled)');
  expect(text(paintWatches({ watches: [], cursor: 0, focused: false }, 80, 2, theme))[0]).toContain('nothing watched');
});

test('the memmap shows its rows, the cursor and the legend, the most important rows when short', () => {
  const { map } = initialUi(80, 24);
  const slice = { view, map, focused: false };
  const rows = text(paintMemmap(slice, 100, 6, theme));
  expect(rows.map((row) => row.slice(0, 5).trim())).toEqual(['zone', 'state', 'mt', 'mblk', '', '']);
  expect(rows[4]).toContain('^ last touched 0x');
  expect(text(paintMemmap(slice, 100, 2, theme)).map((row) => row.slice(0, 5).trim())).toEqual(['state', 'mt']);
});

test('pageblocks start their rows at round numbers', () => {
  const rows = text(paintPageblocks({ view, map: initialUi(80, 24).map }, 44, 4, theme));
  expect(rows[2]).toMatch(/^0x040 ·{32}$/);
});

test('memblock tables stand side by side, or one under the other with their letter', () => {
  const wide = text(paintMemblock({ memblock: view.memblock, scroll: 0 }, 130, 3, theme));
  expect(wide[1]).toMatch(/^ {3}0: 0x0{16}\.\..*NONE +0: 0x0{12}1000\.\./);
  const narrow = text(paintMemblock({ memblock: view.memblock, scroll: 0 }, 61, 4, theme));
  expect(narrow.map((row) => row[0])).toEqual(['m', 'm', 'r', 'r']);
});

test('the log follows its end until scrolled', () => {
  const { log } = view;
  expect(text(paintLog({ log, scroll: 0 }, 60, 2, theme))[1]).toContain('#9410');
  expect(text(paintLog({ log, scroll: 99 }, 60, 2, theme))[0]).toContain('found kexec handover');
  expect(text(paintLog({ log, scroll: 1 }, 60, 1, theme))[0]).toBe('! No symbol "spfm" in current context.');
});

describe('status', () => {
  test('gives the position as share of the history, or dots while it is open', () => {
    expect(positionText(view.position, theme)).toBe('#9417 / 18432 (51.1%)');
    expect(positionText({ ...view.position, ended: false }, theme)).toBe('#9417 / …');
    expect(positionText({ ...view.position, branch: 'b1' }, theme)).toBe('b1:#9417 / 18432 (51.1%)');
  });

  test.each([40, 60, 80, 100, 120, 200])('keeps position, stage, thread and direction at %i columns', (w) => {
    const rows = [plain(paintStatus(view, w, theme)), plain(paintStop({ ...view, running: null }, w, theme))];
    for (const row of rows) expect(textWidth(row)).toBe(w);
    const both = rows.join('');
    for (const part of ['#9417', 'mm_core_init', 'T2', 'fwd', 'STOP']) expect(both).toContain(part);
  });

  test('the stop line says what runs', () => {
    const row = plain(paintStop({ ...view, busy: 'continue … #12345', running: null }, 120, theme));
    expect(row).toContain('RUN  continue … #12345  C-c stops');
  });
});

const nothing = { boots: [], end: 0, axis: 0, ended: false, at: 0, marks: [], branches: [] };

test('the timeline shows stages as |name---|, stops, faults and the position', () => {
  const [stages = '', marks = ''] = text(paintTimeline(view.timeline, [], 120, 2, theme));
  expect(stages).toMatch(/^#0 \|.*\|deferred-+\|.* #18432$/);
  expect(marks.indexOf('▼')).toBeGreaterThan(marks.indexOf('^'));
  expect(marks).toContain('!');
  const open = text(paintTimeline({ ...view.timeline, ended: false }, [], 80, 1, theme));
  expect(open[0]).toMatch(/> #18432…$/);
  expect(text(paintTimeline(nothing, [], 40, 1, theme))[0]).toContain('▼');
});

describe('the timeline with branches, checkpoints and threads', () => {
  const branch = (id: number, parent: number | null, from: number, end: number, ended: boolean, current = false) => ({
    id,
    parent,
    from,
    end,
    ended,
    current,
  });
  const timeline = {
    ...nothing,
    boots: [{ number: 1, kernel: 'v7.3', from: 0, to: 6000 }],
    end: 6000,
    axis: 10000,
    at: 4000,
    marks: [
      { at: 1000, kind: 'checkpoint' as const, label: '2: before the loop' },
      { at: 3000, kind: 'checkpoint' as const, label: '12' },
      { at: 3000, kind: 'stop' as const, label: 'checkpoint 12' },
    ],
    branches: [
      branch(0, null, 0, 10000, true),
      branch(1, 0, 2000, 6000, false, true),
      branch(2, 0, 8000, 9000, true),
      branch(3, 1, 5000, 5500, false),
    ],
  };
  const lane = (number: number, from: number, to: number, selected = false) => ({
    number,
    selected,
    turns: Array.from({ length: 109 }, (_, i) => (i >= from && i < to ? 10 : 0)),
  });
  const lanes = [lane(1, 0, 20), lane(3, 15, 66, true), lane(11, 40, 41)];
  const column = (at: number) => 3 + Math.round((at / 10000) * 108);

  test('two rows: numbers of checkpoints, where branches leave, who moved, an end that is not reached', () => {
    const [stages = '', marks = ''] = text(paintTimeline(timeline, lanes, 119, 2, theme));
    expect(stages.slice(column(6000) - 1)).toMatch(/^-> {43} #10000$/);
    expect([marks[column(1000)], marks[column(3000)]]).toEqual(['②', '◆']);
    expect([marks[column(2000)], marks[column(5000)], marks[column(8000)]]).toEqual(['├', '├', '├']);
    expect([marks[3], marks[3 + 30], marks[3 + 40], marks[column(7000)]]).toEqual(['1', '3', '3', ' ']);
    const [, plain = ''] = text(paintTimeline(timeline, lanes, 119, 2, createTheme(0, true)));
    expect([plain[column(1000)], plain[column(2000)]]).toEqual(['@', '+']);
  });

  test('seven rows: the branch one stands in, others as they fit, then threads; what has no room is counted', () => {
    const rows = text(paintTimeline(timeline, lanes, 119, 7, theme)).map((row) => row.trimEnd());
    expect(rows).toHaveLength(7);
    expect(rows[1]).not.toContain('3');
    expect(rows[2]).toMatch(/^ 0 \|─{107}\| #10000$/);
    expect(rows[3]).toMatch(/^\*1 {23}├─+> {44}#6000…$/);
    expect(rows[3]?.indexOf('├')).toBe(column(2000));
    expect(rows[4]).toMatch(/^T1 █{20}$/);
    expect(rows[5]).toMatch(/^T3 {16}▄{0,5}█+$/);
    expect(rows[6]).toMatch(/^T11 {40}█$/);
    const fewer = text(paintTimeline(timeline, lanes, 119, 6, theme));
    expect(fewer.at(-1)).toMatch(/^T3 .* \+1 *$/);
  });

  test('one row: marks stand on the stages', () => {
    const [row = ''] = text(paintTimeline(timeline, [], 119, 1, theme));
    expect([row[column(1000)], row[column(2000)], row[column(4000)], row[column(6000)]]).toEqual(['②', '├', '▼', '>']);
  });
});

describe('the gutter', () => {
  const lines = [12, 0, 123_456, 1_250_000, 34_000_000, undefined].map((hits, i) => ({
    number: i + 1,
    text: `\tstatement(${i});`,
    breakpoint: i === 0 ? ('enabled' as const) : null,
    current: i === 3,
    ...(hits === undefined ? {} : { hits, executed: i === 0 || i === 3 }),
  }));
  const source = { file: 'f.ts', function: 'f', lines, patched: 0, counted: true, currentLine: 4 };
  const slice = { source, top: 1, cursor: 1, focused: true };

  test('counts executions, and marks the lines of this call', () => {
    expect(text(paintSource(slice, 100, 6, theme)).map((row) => row.trimEnd())).toEqual([
      'B   12 x>   1     statement(0);',
      '     0      2     statement(1);',
      '  123k      3     statement(2);',
      '  1.2M =>   4     statement(3);',
      '   34M      5     statement(4);',
      '            6     statement(5);',
    ]);
  });

  test('leaves out the counts where a listing is narrow', () => {
    expect(text(paintSource(slice, 60, 1, theme))[0]).toMatch(/^B x> {3}1 {3}statement/);
  });

  test('underlines the value that was chosen', () => {
    const chosen = { from: 1, to: 10 };
    const [row = ''] = paintSource({ ...slice, chosen }, 100, 1, theme);
    expect(row).toContain(`${theme.sgr.cursor}statement`);
    const [current = ''] = paintSource({ ...slice, cursor: 4, top: 4, chosen }, 100, 1, theme);
    expect(current).toContain(`${theme.sgr.cursor}statement`);
  });
});

describe('the timeline of several boots', () => {
  const stage = (at: number, label: string) => ({ at, kind: 'stage' as const, label });
  const timeline = {
    boots: [
      { number: 1, kernel: 'v7.2', from: 0, to: 4000 },
      { number: 2, kernel: 'v7.3', from: 4000, to: 10000 },
    ],
    end: 10000,
    axis: 10000,
    branches: [],
    ended: true,
    at: 7000,
    marks: [
      stage(3000, 'mm_core_init'),
      stage(4000, 'boot1:end'),
      stage(7500, 'boot2:memmap_init'),
      stage(9500, 'boot2:deferred'),
    ],
  };

  test('has a border where each begins, its number and kernel, and stages without the prefix', () => {
    const [stages = '', marks = ''] = text(paintTimeline(timeline, [], 120, 2, theme));
    expect(stages).toMatch(
      /^#0 ║boot 1 v7\.2:mm_core_init-*\|end-+║boot 2 v7\.3:memmap_init-+\|deferred-+\|-+\| #10000$/,
    );
    expect(stages.indexOf('║boot 2')).toBe(3 + Math.round(0.4 * 109));
    expect(marks.indexOf('▼')).toBe(3 + Math.round(0.7 * 109));
  });

  test('shortens to numbers where there is little room, and keeps the border', () => {
    const [row = ''] = text(paintTimeline(timeline, [], 40, 1, theme));
    expect(row).toMatch(/║1:.*║2:/);
    const ascii = text(paintTimeline(timeline, [], 40, 1, createTheme(0, true)));
    expect(ascii[0]).toMatch(/#1:.*#2:/);
  });

  test('one boot has no border', () => {
    const [first = { number: 1, kernel: '', from: 0, to: 0 }] = timeline.boots;
    const [row = ''] = text(paintTimeline({ ...timeline, boots: [{ ...first, to: 10000 }] }, [], 120, 2, theme));
    expect(row).not.toContain('║');
    expect(row).not.toContain('boot');
  });
});

describe('lines of others', () => {
  const slice = { view: { lines: ['a     b', 'c     d'], narrow: ['a b', 'c d'] }, find: null, fromEnd: false };

  test('stand as they are where they fit, in fewer columns where one would be cut', () => {
    expect(text(paintLines({ ...slice, scroll: 0 }, 7, 2, theme))).toEqual(['a     b', 'c     d']);
    expect(text(paintLines({ ...slice, scroll: 0 }, 6, 2, theme))).toEqual(['a b', 'c d']);
  });

  test('scroll from the top, or from the end', () => {
    const lines = Array.from({ length: 9 }, (_, i) => `line ${i}`);
    const view = { lines, narrow: lines };
    expect(text(paintLines({ ...slice, view, scroll: 3 }, 20, 2, theme))).toEqual(['line 3', 'line 4']);
    expect(text(paintLines({ ...slice, view, scroll: 0, fromEnd: true }, 20, 2, theme))).toEqual(['line 7', 'line 8']);
    expect(text(paintLines({ ...slice, view, scroll: 99, fromEnd: true }, 20, 2, theme))).toEqual(['line 0', 'line 1']);
  });

  test('show what was looked for', () => {
    const find = { pane: 'console' as const, text: 'B', line: 0 };
    const rows = paintLines({ ...slice, find, scroll: 0 }, 20, 2, theme);
    expect(rows[0]).toContain(`${theme.sgr.changed}b`);
    expect(rows[1]).not.toContain(theme.sgr.changed);
  });
});

describe('radix', () => {
  const radix = fakePanes.radix(['in', 'in/000', 'in/000/000'], 0, 9);

  test('marks what is open and what can be, indents by level, words rows at length where there is room', () => {
    expect(text(paintRadix({ radix, cursor: 0, focused: true }, 60, 9, theme))).toEqual([
      '- in 1 key',
      ' - in/000 1 key',
      '  - in/000/000 1 key',
      '     0x18000000 order 0 0x18000 init',
      ' + in/002 1 key',
    ]);
    expect(text(paintRadix({ radix, cursor: 0, focused: true }, 130, 9, theme))[3]).toContain('phys 0x18000000');
  });

  test('lights the row of the cursor while it has the focus', () => {
    const lit = (focused: boolean) =>
      paintRadix({ radix, cursor: 4, focused }, 60, 9, theme).map((row) => row.includes(theme.sgr.here));
    expect(lit(true)).toEqual([false, false, false, false, true]);
    expect(lit(false)).not.toContain(true);
  });

  test('says so when there is none', () => {
    const none = { summary: '', total: 0, first: 0, rows: [] };
    expect(text(paintRadix({ radix: none, cursor: 0, focused: true }, 60, 3, theme))[0]).toContain('no radix tree');
  });
});

test('a word is found forwards, backwards and round the ends', () => {
  const lines = ['KHO: a', 'b', 'kho c', 'd'];
  expect(lineWith(lines, 'kho', -1, 1)).toBe(0);
  expect(lineWith(lines, 'kho', 0, 1)).toBe(2);
  expect(lineWith(lines, 'kho', 2, 1)).toBe(0);
  expect(lineWith(lines, 'kho', 0, -1)).toBe(2);
  expect(lineWith(lines, 'x', 0, 1)).toBe(-1);
  expect(lineWith([], 'x', 0, 1)).toBe(-1);
});

describe('prompt', () => {
  const ui = initialUi(80, 24);

  test('shows the part of a long line round the cursor', () => {
    const long = { ...ui, mode: 'typing' as const, editor: { ...ui.editor, text: 'x'.repeat(200), cursor: 200 } };
    const { row, cursor } = paintPrompt(long, 40, theme);
    expect(textWidth(plain(row))).toBe(40);
    expect(cursor).toBeLessThan(40);
  });

  test('messages come before what is set, errors in their style', () => {
    const said = { ...ui, message: { kind: 'error' as const, text: 'No symbol "fo".' } };
    expect(paintMessage(said, null, 'catch 1', 80, theme)).toContain(theme.sgr.error);
    expect(plain(paintMessage(ui, null, 'catch 1', 80, theme)).trim()).toBe('catch 1');
  });

  test('completions stand in columns and say how many more there are', () => {
    const words = Array.from({ length: 50 }, (_, i) => `word${i}`);
    const rows = text(paintCompletions(words, 40, 3, theme));
    expect(rows[0]).toBe('word0   word1   word2   word3   word4');
    expect(rows[2]).toBe('... 40 more');
  });
});

test('the help names every key of the table', () => {
  const help = helpLines(PANES.source).join('\n');
  for (const row of KEYS.filter((candidate) => !/^\d$/.test(candidate.key))) expect(help).toContain(row.key);
  expect(help).toContain('1-9');
});
