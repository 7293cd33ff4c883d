// The patch column of the source pane: what a patch added, changed and took away, in letters and in colour.
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import { paintSource } from '../../components/panes/source.ts';
import { createTheme } from '../../components/theme.ts';
import { patchMarks } from '../../src/session/views/patch-marks.ts';
import { execute, openPort } from '../support/open.ts';

const marksOf = (before: string, after: string) => Object.fromEntries(patchMarks(before, after));

describe('marks', () => {
  test.each([
    ['a\nb\nc', 'a\nb\nc', {}],
    ['a\nc', 'a\nb\nc', { 2: '+' }],
    ['a\nb\nc', 'a\nB\nc', { 2: '~' }],
    ['a\nb\nc', 'a\nB\nB2\nc', { 2: '~', 3: '+' }],
    ['a\nb\nc', 'a\nc', { 1: '-' }],
    ['a\nb\nb2\nc', 'a\nB\nc', { 2: '~' }],
    ['a\nb', 'b', { 1: '-' }],
    ['a\nb', 'a', { 1: '-' }],
  ])('%j as %j', (before, after, expected) => expect(marksOf(before, after)).toEqual(expected));
});

describe('the source pane', () => {
  test('marks what the patch of the variant changed, and the title says so', async () => {
    const port = await openPort('seed-000/uninit-boundary-before');
    await execute(port, 'break kho_preserved_memory_reserve', 'continue');
    const { source } = port.view();
    if (source === null) throw new Error('no source');
    const marked = source.lines.filter((line) => line.patch !== undefined);
    expect(marked.length).toBe(source.patched);
    expect(marked.length).toBeGreaterThan(0);
    const near = marked[0]?.number ?? 1;
    const slice = { source, top: near, cursor: near, focused: false };
    const [mono = ''] = paintSource(slice, 60, 1, createTheme(0, true));
    expect(stripVTControlCharacters(mono)).toMatch(new RegExp(`^ [-+~] +${near} `));
    const [coloured = ''] = paintSource(slice, 60, 1, createTheme(3, false));
    expect(coloured).toContain(`m${marked[0]?.patch}\x1b[0m`);
  });

  test('has no such marks where no patch changed the file', async () => {
    const port = await openPort('seed-000/uninit-boundary-after');
    const { source } = port.view();
    expect(source?.patched).toBe(0);
    const slice = { source, top: 1, cursor: 1, focused: false };
    const [row = ''] = paintSource(slice, 60, 1, createTheme(0, true));
    expect(stripVTControlCharacters(row)).toMatch(/^ {4,}1 \S/);
  });
});
