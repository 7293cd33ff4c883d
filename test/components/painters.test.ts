// Each painter alone: rows of the asked size from a slice, letters that carry the meaning.

import { describe, expect, test } from 'vitest';
import { helpLines } from '../../components/help.ts';
import { stickyTop } from '../../components/hooks/use-sticky-top.ts';
import { KEYS } from '../../components/keys/table.ts';
import { PANE_IDS } from '../../components/layout-spec.ts';
import { paintLog } from '../../components/panes/log.ts';
import { paintMemblock } from '../../components/panes/memblock.ts';
import { paintMemmap } from '../../components/panes/memmap.ts';
import { paintPageblocks } from '../../components/panes/pageblocks.ts';
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
  const rows = text(paintWatches({ watches: view.watches, scroll: 0 }, 80, 9, theme));
  expect(rows[0]).toBe(' 2 page(0x18000)->private      0x4b484f5000000000  (was 0x0)');
  expect(rows[1]).toMatch(/^ {5}flags/);
  expect(rows[4]).toContain('(disabled)');
  expect(text(paintWatches({ watches: [], scroll: 0 }, 80, 2, theme))[0]).toContain('nothing watched');
});

test('the memmap shows its rows, the cursor and the legend, the most important rows when short', () => {
  const rows = text(paintMemmap({ view }, 100, 6, theme));
  expect(rows.map((row) => row.slice(0, 5).trim())).toEqual(['zone', 'state', 'mt', 'mblk', '', '']);
  expect(rows[4]).toContain('^ last touched 0x');
  expect(text(paintMemmap({ view }, 100, 2, theme)).map((row) => row.slice(0, 5).trim())).toEqual(['state', 'mt']);
});

test('pageblocks start their rows at round numbers', () => {
  const rows = text(paintPageblocks({ view }, 44, 4, theme));
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

test('the timeline shows stages as |name---|, stops, faults and the position', () => {
  const [stages = '', marks = ''] = text(paintTimeline(view.timeline, 120, 2, theme));
  expect(stages).toMatch(/^#0 \|.*\|deferred-+\|.* #18432$/);
  expect(marks.indexOf('▼')).toBeGreaterThan(marks.indexOf('^'));
  expect(marks).toContain('!');
  const open = text(paintTimeline({ ...view.timeline, ended: false }, 80, 1, theme));
  expect(open[0]).toMatch(/> #18432…$/);
  expect(text(paintTimeline({ boots: [], end: 0, ended: false, at: 0, marks: [] }, 40, 1, theme))[0]).toContain('▼');
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
