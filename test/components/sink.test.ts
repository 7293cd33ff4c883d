// The frame sink: rows to cells, cells to bytes, and back through a terminal emulator.

import { PassThrough } from 'node:stream';
import xterm from '@xterm/headless';
import { describe, expect, test } from 'vitest';
import { blit, createGrid, difference, type Grid } from '../../components/sink/grid.ts';
import { RowParser } from '../../components/sink/row-parser.ts';
import { createStyleTable } from '../../components/sink/sgr.ts';
import { FrameSink } from '../../components/sink/sink.ts';

const styles = createStyleTable();
const parser = new RowParser(styles);

function grid(cols: number, ...rows: readonly string[]): Grid {
  const out = createGrid(cols, rows.length);
  for (const [y, row] of rows.entries()) blit(out, parser.parse(row), 0, y, cols);
  return out;
}

const text = ({ codes }: Grid): string => [...codes].map((code) => parser.text(code)).join('');

describe('rows', () => {
  test('become one cell a character, two for wide ones, none for marks', () => {
    expect([...parser.parse('a日').codes]).toEqual([97, 0x65e5, 0]);
    expect(text(grid(3, 'e\u0301x'))).toBe('e\u0301x ');
  });

  test('keep styles by meaning: the same look has the same number', () => {
    const one = parser.parse('\x1b[1;31mx\x1b[0m');
    const two = parser.parse('\x1b[31m\x1b[1mx\x1b[22;39my');
    expect(one.styles[0]).toBe(two.styles[0]);
    expect(two.styles[1]).toBe(0);
    expect(styles.sequence(one.styles[0] ?? 0)).toBe('\x1b[0;1;31m');
  });

  test('drop sequences that are not styles', () => {
    expect(text(grid(4, '\x1b[2Ja\x1b]b'))).toBe('ab  ');
  });
});

describe('difference', () => {
  test('is nothing between equal screens and one move and one run for one change', () => {
    expect(difference(grid(4, 'abcd'), grid(4, 'abcd'), parser, styles)).toBe('');
    expect(difference(grid(4, 'abcd'), grid(4, 'abXd'), parser, styles)).toBe('\x1b[1;3H\x1b[0mX\x1b[0m');
  });

  test('never leaves half of a wide character', () => {
    const before = grid(4, '日本');
    const after = grid(4, '日本');
    blit(after, parser.parse('x'), 1, 0, 1);
    expect(text(after)).toBe(' x本');
    expect(difference(before, after, parser, styles)).toContain(' x');
  });

  test('turns any screen into any other on a real terminal', async () => {
    const rows = [
      '日本 \x1b[1mbold\x1b[0m',
      'abc\x1b[7mdef\x1b[0mg',
      '          ',
      '┌──┐e\u0301 x',
      '\x1b[38;2;1;2;3mrgb',
    ];
    let seed = 7;
    const random = (n: number): number => {
      seed = (seed * 1103515245 + 12345) % 2147483648;
      return seed % n;
    };
    const term = new xterm.Terminal({ cols: 10, rows: 4, allowProposedApi: true });
    let before = createGrid(10, 4);
    for (let round = 0; round < 60; round++) {
      const after = createGrid(10, 4);
      for (let y = 0; y < 4; y++) blit(after, parser.parse(rows[random(rows.length)] ?? ''), random(4), y, 10);
      const bytes = difference(before, after, parser, styles);
      await new Promise<void>((resolve) => term.write(bytes, resolve));
      for (let y = 0; y < 4; y++) {
        const shown = term.buffer.active.getLine(y)?.translateToString(false);
        const row = after.codes.subarray(y * 10, y * 10 + 10);
        expect(shown).toBe([...row].map((code) => parser.text(code)).join(''));
      }
      before = after;
    }
  });
});

describe('sink', () => {
  function fake() {
    const out: string[] = [];
    const terminal = Object.assign(new PassThrough(), { isTTY: true, columns: 10, rows: 2 });
    terminal.on('data', (chunk) => out.push(String(chunk)));
    return { out, terminal, sink: new FrameSink(terminal) };
  }
  const turn = () => new Promise((resolve) => setImmediate(resolve));

  test('writes one synchronised chunk a frame, without line ends, and nothing when nothing changed', async () => {
    const { out, sink } = fake();
    sink.stream.write('ab\ncd');
    sink.stream.write('ab\ncX');
    await turn();
    expect(out).toHaveLength(1);
    expect(out[0]?.startsWith('\x1b[?2026h') && out[0].endsWith('\x1b[?2026l')).toBe(true);
    expect(out[0]).not.toContain('\n');
    sink.stream.write('ab\ncX');
    await turn();
    expect(out).toHaveLength(1);
  });

  test('lets bracketed paste through and swallows other commands', async () => {
    const { out, sink } = fake();
    sink.stream.write('\x1b[?2004h');
    sink.stream.write('\x1b[?25l');
    sink.stream.write('');
    await turn();
    expect(out).toEqual(['\x1b[?2004h']);
  });

  test('paints anew after redraw, waits while paused, is silent once closed', async () => {
    const { out, sink } = fake();
    sink.stream.write('ab');
    await turn();
    sink.pause();
    sink.stream.write('cd');
    await turn();
    expect(out).toHaveLength(1);
    sink.resume();
    await turn();
    expect(out[1]).toContain('\x1b[2J');
    sink.redraw();
    await turn();
    expect(out).toHaveLength(3);
    sink.close();
    sink.stream.write('ef');
    await turn();
    expect(out).toHaveLength(3);
  });
});
