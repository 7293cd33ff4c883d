// Cells and escapes: widths, cutting, what may reach the terminal, how rows are filled.

import { describe, expect, test } from 'vitest';
import { colorLevel, isUtf8 } from '../../components/color-level.ts';
import { paintRow, paintSides } from '../../components/row.ts';
import { cut, expandTabs, guard, textWidth } from '../../components/text.ts';
import { createTheme } from '../../components/theme.ts';

const MONO = createTheme(0, false);
const ASCII = createTheme(0, true);
const COLOR = createTheme(3, false);

describe('text', () => {
  test('wide characters take two cells, combining marks none', () => {
    expect(textWidth('日本')).toBe(4);
    expect(textWidth('e\u0301')).toBe(1);
    expect(textWidth('┌─▼·…')).toBe(5);
    expect(textWidth('😀')).toBe(2);
  });

  test('cut leaves out a wide character that does not fit whole', () => {
    expect(cut('a日本', 4)).toBe('a日');
    expect(cut('abc', 2)).toBe('ab');
  });

  test('guard shows control characters and turns of direction instead of sending them', () => {
    expect(guard('\x1b[31mred\x07')).toBe('^[[31mred^G');
    expect(guard('\x9b1m\x7f\u202e')).toBe('\\x9b1m^?\\u202e');
    expect(guard('日·')).toBe('日·');
    expect(guard('·→日', true)).toBe('.->?');
  });

  test('tabs go to the next stop', () => {
    expect(expandTabs('\ta\tb')).toBe('    a   b');
  });
});

describe('rows', () => {
  test('are exactly as wide as asked, cut with a sign, filled with blanks', () => {
    expect(paintRow(MONO, 5, ['abc'])).toBe('abc  ');
    expect(paintRow(MONO, 5, ['abc', ['plain', 'defg']])).toBe('abcd…');
    expect(paintRow(ASCII, 5, ['abcdefg'])).toBe('abcd~');
    expect(paintRow(MONO, 5, ['日本日本'])).toBe('日本…');
    expect(paintRow(MONO, 0, ['x'])).toBe('');
  });

  test('put the right part at the right edge', () => {
    expect(paintSides(MONO, 20, ['left and long enough'], ['right'])).toBe('left and long… right');
  });

  test('carry colour only where there is one', () => {
    expect(paintRow(COLOR, 3, [['current', 'abc']])).toContain('48;2;0;114;178');
    expect(paintRow(MONO, 3, [['current', 'abc']])).toBe('\x1b[1;7mabc\x1b[0m');
  });
});

describe('the terminal', () => {
  const env = { TERM: 'xterm-256color' };

  test('--color comes before NO_COLOR, that before FORCE_COLOR, that before TERM', () => {
    expect(colorLevel('auto', { ...env, COLORTERM: 'truecolor' })).toBe(3);
    expect(colorLevel('auto', env)).toBe(2);
    expect(colorLevel('auto', { TERM: 'xterm' })).toBe(1);
    expect(colorLevel('auto', { TERM: 'dumb' })).toBe(0);
    expect(colorLevel('auto', { TERM: 'dumb', FORCE_COLOR: '2' })).toBe(2);
    expect(colorLevel('auto', { ...env, NO_COLOR: '1', FORCE_COLOR: '3' })).toBe(0);
    expect(colorLevel('auto', { ...env, NO_COLOR: '' })).toBe(2);
    expect(colorLevel('always', { TERM: 'dumb', NO_COLOR: '1' })).toBe(1);
    expect(colorLevel('never', { ...env, FORCE_COLOR: '3' })).toBe(0);
  });

  test('a locale that is not UTF-8, or none, means ASCII', () => {
    expect(isUtf8({ LANG: 'en_GB.UTF-8' })).toBe(true);
    expect(isUtf8({ LC_ALL: 'C', LANG: 'en_GB.UTF-8' })).toBe(false);
    expect(isUtf8({})).toBe(false);
  });
});
