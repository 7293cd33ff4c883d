// The memmaps under a comparison: `^` below the cells in which both differ, and only there.
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import { compareRows } from '../../components/compare-rows.ts';
import type { CompareSideView, MemmapView } from '../../components/session-view.ts';
import { createTheme } from '../../components/theme.ts';
import { fakeView } from '../support/fake-view.ts';

const side = (name: string): CompareSideView => ({
  name,
  title: '',
  headline: [],
  own: true,
  position: '#1',
  stage: 'start',
  thread: 'T1 swapper',
  place: 'f (mm/mm_init.ts:1)',
  meanwhile: [],
  source: [{ number: 9, text: 'x();', current: true, changed: true }],
  stack: ['f'],
});

const map = (state: string, mt: string, start = 0): MemmapView => ({
  start,
  end: start + 4,
  pagesPerCell: 1,
  rows: [
    { name: 'zone', cells: 'DDDD' },
    { name: 'state', cells: state },
    { name: 'mt', cells: mt },
    { name: 'mblk', cells: '....' },
  ],
  whole: true,
  nodes: 'node 0',
  since: '',
  at: -1,
  cursor: -1,
  changed: [],
});

function rows(maps: readonly [MemmapView, MemmapView], w = 60): string[] {
  const comparison = {
    verdict: 'first divergence',
    order: [],
    given: [],
    sides: [side('A'), side('B')] as const,
    first: 'A' as const,
    end: [],
    facts: [],
  };
  const view = { ...fakeView(17, 'fwd'), comparison, comparedMemmaps: () => maps };
  return compareRows(view, 0, w, createTheme(0, true)).map((row) => stripVTControlCharacters(row).trimEnd());
}

describe('the memmaps of a comparison', () => {
  test('have ^ under what differs', () => {
    const lines = rows([map('B+B+', 'CCMM'), map('B++B', 'CCMM')]);
    const at = lines.findIndex((line) => line.startsWith('state B'));
    expect(lines.slice(at - 1, at + 4)).toEqual([
      'state A  B+B+',
      'state B  B++B',
      '           ^^',
      'mt    A  CCMM',
      'mt    B  CCMM',
    ]);
  });

  test('of machines with other memory have none: their cells are of other pages', () => {
    expect(rows([map('BBBB', 'MMMM'), map('++++', 'CCCC', 8)]).join('\n')).not.toContain('^');
  });

  test('a line that the other text has not is marked in the listing', () => {
    expect(rows([map('B', 'M'), map('B', 'M')])).toContain('=> 9 ~ x();');
  });
});
