// The line editor of the prompt, key by key.

import { describe, expect, test } from 'vitest';
import { commonStart } from '../../components/prompt/complete.ts';
import {
  clearLine,
  type EditorState,
  EMPTY_EDITOR,
  editLine,
  enterLine,
  insertText,
  replaceWord,
} from '../../components/prompt/editor.ts';

/** A line with `|` where the cursor is. */
const line = (text: string, history: readonly string[] = []): EditorState => ({
  ...EMPTY_EDITOR,
  text: text.replace('|', ''),
  cursor: text.indexOf('|'),
  history,
});

const shown = ({ text, cursor }: EditorState): string => `${text.slice(0, cursor)}|${text.slice(cursor)}`;

const keys = (state: EditorState, ...names: string[]): EditorState => names.reduce(editLine, state);

describe('editing', () => {
  test.each([
    ['Left', 'ab|c', 'a|bc'],
    ['Right', 'a|bc', 'ab|c'],
    ['C-b', '|abc', '|abc'],
    ['C-f', 'abc|', 'abc|'],
    ['Home', 'ab|c', '|abc'],
    ['C-a', 'ab|c', '|abc'],
    ['C-e', 'ab|c', 'abc|'],
    ['C-k', 'ab|c', 'ab|'],
    ['C-u', 'ab|c', '|c'],
    ['C-w', 'break foo |if', 'break |if'],
    ['M-b', 'break foo|', 'break |foo'],
    ['M-f', '|break foo', 'break| foo'],
    ['Backspace', 'ab|c', 'a|c'],
    ['Delete', 'a|bc', 'a|c'],
    ['C-d', 'a|bc', 'a|c'],
    ['Left', '😀|', '|😀'],
    ['PgUp', 'a|b', 'a|b'],
  ])('%s turns %s into %s', (key, before, after) => {
    expect(shown(editLine(line(before), key))).toBe(after);
  });

  test('text goes in at the cursor, line ends as blanks', () => {
    expect(shown(insertText(line('a|c'), 'b\nb'))).toBe('ab b|c');
  });

  test('a completion replaces the word before the cursor', () => {
    expect(shown(replaceWord(line('info th|x'), 5, 'threads'))).toBe('info threads|x');
  });
});

describe('history', () => {
  const past = ['catch uninit', 'break foo', 'next'];

  test('Up and Down go through it and come back to the draft', () => {
    const state = keys(line('dra|', past), 'Up', 'Up', 'Down', 'Down');
    expect(shown(state)).toBe('dra|');
    expect(keys(line('|', past), 'Up', 'Up').text).toBe('break foo');
    expect(keys(line('|', past), 'Up', 'Up', 'Up', 'Up').text).toBe('catch uninit');
  });

  test('entering a line remembers it, but not blanks and not the last one again', () => {
    expect(enterLine(line(' next |', past)).history).toEqual(past);
    expect(enterLine(line('  |', past)).history).toEqual(past);
    expect(enterLine(line('step|', past))).toEqual({ ...EMPTY_EDITOR, history: [...past, 'step'] });
    expect(clearLine(line('step|', past)).history).toEqual(past);
  });

  test('C-r searches backwards, again for older ones, Esc restores the line', () => {
    const found = insertText(editLine(line('x|', ['break a', 'next', 'break b']), 'C-r'), 'bre');
    expect(found.text).toBe('break b');
    expect(editLine(found, 'C-r').text).toBe('break a');
    expect(keys(found, 'C-r', 'C-r').text).toBe('break a');
    expect(editLine(found, 'Esc')).toMatchObject({ text: 'x', search: null });
    expect(editLine(found, 'Left').search).toBeNull();
    expect(insertText(found, 'zzz').search).toEqual({ query: 'brezzz', found: -1 });
    expect(editLine(insertText(found, 'zzz'), 'Backspace').search?.query).toBe('brezz');
  });
});

test('commonStart is the longest text that all words begin with', () => {
  expect(commonStart(['delete', 'deliver', 'del'])).toBe('del');
  expect(commonStart(['a', 'b'])).toBe('');
});
