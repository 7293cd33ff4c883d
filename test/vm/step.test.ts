// How kernel text runs: statement by statement, as C would, with a record of exactly the accesses that happen.
import { describe, expect, test } from 'vitest';
import { atStatement, newTrace, runToBlock, step } from '../../src/vm/index.ts';
import { accesses, deathOf, lines, linkedText, logged, moments, returned, scopes, startOf } from './tiny.ts';

const main = (body: string, params = '') => `function main(${params}): int {\n${body}\n}`;

describe('statements', () => {
  test('are what a debugger stops at: tests, the three parts of a for, calls, returns, the closing brace', () => {
    const text = [
      'function main(): void {',
      'let s = 0;',
      'for (let i = 0;',
      'i < 2;',
      'i++)',
      's += i;',
      'if (s === 1)',
      'log(s);',
      'helper();',
      '}',
      'function helper(): void {',
      'return;',
      '}',
    ].join('\n');
    expect(lines(text)).toEqual([2, 3, 4, 6, 5, 4, 6, 5, 4, 7, 8, 9, 12, 10]);
  });

  test('each begin at a position of their own, also after a call in the middle of the one before', () => {
    const text = `${main('const a = f(1) + f(2);\nreturn a;')}\nfunction f(x: int): int { return x; }`;
    const linked = linkedText(text);
    const trace = newTrace(false);
    let state = startOf(linked);
    const middles: boolean[] = [];
    while (state.threads[0]?.top) {
      middles.push(atStatement(linked, state.threads[0].top));
      state = step(linked, state, { thread: 0 }, trace);
    }
    expect(middles).toEqual([true, true, false, true, false, true]);
    expect(returned(text)).toBe(3);
  });

  test('of a switch fall through and break', () => {
    const text = main(
      'let s = 0;\nswitch (x) {\ncase 1:\ns += 1;\ncase 2:\ns += 10;\nbreak;\ndefault:\ns += 100;\ncase 4:\ns += 1000;\n}\nreturn s;',
      'x: int',
    );
    expect([1, 2, 3, 4].map((x) => returned(text, [x]))).toEqual([11, 10, 1100, 1000]);
  });

  test('of a do run once before the test is asked, and continue goes to the test', () => {
    expect(returned(main('let i = 5;\ndo { i++; } while (i < 3);\nreturn i;'))).toBe(6);
    expect(
      returned(main('let i = 0;\nlet n = 0;\ndo { i++; if (i === 2) continue; n += i; } while (i < 4);\nreturn n;')),
    ).toBe(8);
  });

  test('of an endless for (;;) {} are steps, each its own position', () => {
    const list = moments(main('for (;;) {}\nreturn 0;'), [], 50);
    expect(list).toHaveLength(50);
    expect(list.every((moment) => moment.trace.micro === 1)).toBe(true);
  });

  test('of a for may have several expressions in its header', () => {
    expect(
      returned(main('let j = 10;\nlet i = 0;\nfor (i = 0, j = 8; i < j; i++, j--) log(i, j);\nreturn i * 100 + j;')),
    ).toBe(404);
  });

  test('change variables of the machine and structs in place', () => {
    expect(returned(main('counter += 5;\ncounter++;\ncounter *= 2;\nreturn counter;'))).toBe(12);
    expect(returned(main('const t: thing = { n: 3 };\nt.n -= 1;\nt.n++;\nt.n <<= 2;\nreturn t.n;'))).toBe(12);
    expect(returned(main('let n = 1n;\nn++;\nn <<= 4n;\nreturn n;'))).toBe(32n);
  });

  test('run to their end in one turn, or stop after a number of micro-steps', () => {
    const linked = linkedText(main('return peek(1) + peek(2);'));
    const trace = newTrace(false);
    const first = startOf(linked);
    const counts: number[] = [];
    let state = first;
    while (state.threads[0]?.top) {
      state = step(linked, state, { thread: 0, limit: 1 }, trace);
      counts.push(trace.micro);
    }
    step(linked, first, { thread: 0 }, trace);
    expect(counts).toEqual([1, 1, 1]);
    expect(trace.micro).toBe(3);
    expect(trace.value).toBe(30);
  });
});

describe('locals', () => {
  test('of a for appear after its init, live over test, body and update, and go after the loop', () => {
    const text = ['function main(): void {', 'for (let i = 0;', 'i < 1;', 'i++)', 'log(i);', 'log(9);', '}'].join('\n');
    expect(scopes(text)).toEqual(['2:', '3: i=0', '5: i=0', '4: i=0', '3: i=1', '6:', '7:']);
  });

  test('of an inner block hide those outside it and give them back', () => {
    const text = [
      'function main(x: int): void {',
      'let y = x;',
      'if (y === 1) {',
      'const x = 7;',
      'y = x;',
      '}',
      'log(x, y);',
      '}',
    ].join('\n');
    expect(logged(text, [1])).toEqual(['1 7']);
    expect(scopes(text, [1]).at(-2)).toBe('7: x=1 y=7');
    expect(scopes(text, [1])).toContain('5: x=7 y=1');
  });

  test('are not there in their own initialiser', () => {
    expect(returned(main('let x = 1;\nif (x === 1) { const y = x + 1; x = y; }\nreturn x;'))).toBe(2);
  });

  test('may hold functions, which are called through them', () => {
    const text = `${main('const f = g;\nreturn f(20);')}\nfunction g(x: int): int { return x + 1; }`;
    expect(returned(text)).toBe(21);
  });
});

describe('the record', () => {
  test('holds only the reads that happen: && || ?: stop early', () => {
    expect(accesses(main('return flag && peek(1) > 0 ? peek(2) : peek(3);'))).toEqual([
      'r var(0).flag',
      'r cell(3).value',
    ]);
    expect(accesses(main('if (peek(1) > 0 || peek(2) > 0) log(1);\nreturn 0;'))).toEqual(['r cell(1).value']);
    expect(accesses(main('if (!(peek(0) > 0 || flag)) log(1);\nreturn 0;'))).toEqual([
      'r cell(0).value',
      'r var(0).flag',
    ]);
    expect(accesses(main('while (counter < 1 && peek(5) > 0) counter++;\nreturn 0;'))).toEqual([
      'r var(0).counter',
      'r cell(5).value',
      'r var(0).counter',
      'w var(0).counter',
      'r var(0).counter',
    ]);
  });

  test('of x = f() && x > 3 reads the old x', () => {
    const text = main(
      'let x = 5;\nlet y = true;\ny = peek(1) > 0 && x > 3;\nx = peek(1) > 0 ? x + 1 : 0;\nreturn y ? x : 0;',
    );
    expect(returned(text)).toBe(6);
  });

  test('holds reads and writes of structs by field, and of variables', () => {
    expect(accesses(main('const t: thing = { n: 1 };\nt.n += counter;\ncounter = t.n;\nreturn 0;'))).toEqual([
      'r thing(0.0).n',
      'r var(0).counter',
      'w thing(0.0).n',
      'r thing(0.0).n',
      'w var(0).counter',
    ]);
  });

  test('numbers the micro-steps of a turn', () => {
    const [turn] = moments(main('return peek(1) + peek(2) * counter;'));
    expect(turn?.trace.accesses?.map(({ op }) => op)).toEqual([0, 1, 2]);
  });
});

describe('structs', () => {
  test('on the stack serve as out-parameters', () => {
    const text =
      main('const r: range = { start: 0, end: 0 };\nfill(r, 4);\nreturn r.start * 10 + r.end;') +
      '\nfunction fill(out: range, n: int): void { out.start = n; out.end = n + 1; }';
    expect(returned(text)).toBe(45);
  });

  test('on the stack die with their function: a later use is a fault', () => {
    const text = `${main('const p = make();\nreturn p.n;')}\nfunction make(): thing { const t: thing = { n: 1 }; return t; }`;
    expect(deathOf(text)).toEqual({
      kind: 'trap',
      what: 'struct thing is used after its function returned or it was freed',
      line: 3,
    });
  });

  test('that are NULL oops, reading, writing and calling', () => {
    for (const body of ['return p.n;', 'p.n = 1;\nreturn 0;', 'return p();']) {
      const death = deathOf(main(body, 'p: thing'), [null]);
      expect(death).toEqual({
        kind: 'oops',
        what: 'BUG: kernel NULL pointer dereference, address: 0000000000000000',
        line: 2,
      });
    }
  });

  test('have the fields they were made with', () => {
    expect(deathOf(main('const t: thing = { n: 1 };\nreturn t.m;'))?.what).toBe("struct thing has no member named 'm'");
  });

  test('are equal when they are the same one', () => {
    expect(
      returned(
        main(
          'const t: thing = { n: 1 };\nconst u: thing = { n: 1 };\nconst v = t;\nreturn (t === u ? 10 : 0) + (t === v ? 1 : 0);',
        ),
      ),
    ).toBe(1);
  });
});

describe('a fault', () => {
  test('leaves the thread unfinished in its statement, and what was done before it done', () => {
    const list = moments(main('log(1);\ncounter = 4;\nlog(peek(1) / 7);\nreturn 0;'));
    const end = list.at(-1)?.after;
    expect(end?.threads[0]?.death?.line).toBe(4);
    expect(end?.threads[0]?.top?.fn).toBe('main');
    expect(list.at(-1)?.trace.micro).toBe(2);
    expect(list.at(-1)?.trace.accesses).toHaveLength(1);
  });
});

describe('range operations', () => {
  test('run whole, or are cut where the turn says, with the cursor in the frame', () => {
    const linked = linkedText(main('return touch(10, 20);'));
    const trace = newTrace(true);
    let state = startOf(linked);
    const seen: [number, boolean, number][] = [];
    for (const to of [13, 14, 20]) {
      state = step(linked, state, { thread: 0, cut: () => to }, trace);
      seen.push([trace.accesses?.[0]?.end ?? 0, trace.partial, trace.micro]);
    }
    expect(seen).toEqual([
      [13, true, 0],
      [14, true, 0],
      [20, false, 2],
    ]);
    expect(trace.value).toBe(20);
  });

  test('that are empty do nothing and give their start', () => {
    expect(returned(main('return touch(5, 5);'))).toBe(5);
    expect(accesses(main('return touch(7, 5);'))).toEqual([]);
  });
});

describe('threads', () => {
  test('run in order of creation until they block, and go on when what they wait for has come', () => {
    const text =
      'function main(): void { spawn(other, "other"); log(1); gate(); log(4); }\nfunction other(): void { log(2); open(); log(3); }';
    expect(logged(text)).toEqual(['1', '2', '3', '4']);
  });

  test('that are blocked get no turn, and the blocked statement counts one micro-step', () => {
    const linked = linkedText('function main(): void { gate(); log(1); }');
    const trace = newTrace(false);
    const state = step(linked, startOf(linked), { thread: 0 }, trace);
    expect(trace.micro).toBe(1);
    expect(state.threads[0]?.waits).toEqual({ for: 'gate', at: 0 });
    expect(runToBlock(linked, state)).toBe(-1);
  });
});
