// The shape of small kernel texts: what decides whether a statement runs, which locals a loop steps, what a test came to.
import { describe, expect, test } from 'vitest';
import { baseProgram } from '../../../src/kernel/index.ts';
import { makeConfig } from '../../../src/machine/index.ts';
import { encloses } from '../../../src/session/why/deciders.ts';
import {
  carriedBy,
  feeding,
  flowOf,
  isCarried,
  leadsTo,
  outcome,
  postDominators,
} from '../../../src/session/why/flow.ts';
import { unitOf } from '../../../src/session/why/units.ts';
import type { Fn } from '../../../src/vm/index.ts';
import { linkedText } from '../../vm/tiny.ts';

/** A function of a text whose lines are numbered from 1. */
function fnOf(name: string, ...lines: string[]): Fn {
  const fn = linkedText(lines.join('\n')).program.fns[name];
  if (fn === undefined) throw new Error(`no function ${name}`);
  return fn;
}

/** The operation of a line that is of some kind. */
function at(fn: Fn, line: number, kind: string): number {
  const found = fn.ops.findIndex((op, pc) => op[0] === kind && fn.pos[pc]?.[0] === line);
  if (found < 0) throw new Error(`line ${line} has no ${kind}`);
  return found;
}

const slotOf = (fn: Fn, name: string): number => fn.vars.find(([one]) => one === name)?.[1] ?? -1;

/** Lines of the branches on which an operation depends, with the outcome that leads to it. */
const deciders = (fn: Fn, pc: number) =>
  (flowOf(fn).controls[pc] ?? []).map(({ branch, sense }) => `${fn.pos[branch]?.[0]} ${outcome(fn, branch, sense)}`);

describe('post-dominators', () => {
  test('of a diamond, of a loop, of what never ends', () => {
    expect(postDominators([[1, 2], [3], [3], []])).toEqual([3, 3, 3, 4]);
    expect(postDominators([[1], [2, 3], [1], []])).toEqual([1, 3, 1, 4]);
    expect(postDominators([[1, 2], [1], []])[0]).toBe(2);
    expect(postDominators([[1], [0]])).toEqual([2, 2]);
  });

  test('a chain of early exits: each decides about what follows', () => {
    expect(postDominators([[1, 4], [2, 4], [3], [4], []])).toEqual([4, 4, 3, 4, 5]);
  });
});

const BRANCHES = fnOf(
  'f',
  'function f(a: int, b: int): int {',
  '\tlet x = 0;',
  '\tif (a > 1) {',
  '\t\tif (b === 2) return 7;',
  '\t\tx = 3;',
  '\t} else x = 4;',
  '\tif (!(b > 5)) x = 6;',
  '\treturn x;',
  '}',
);

describe('what decides whether a statement runs', () => {
  test('tests around it, tests that would have left before it, none that both sides pass', () => {
    expect(deciders(BRANCHES, at(BRANCHES, 4, 'ret'))).toEqual(['4 true']);
    expect(deciders(BRANCHES, at(BRANCHES, 5, 'set'))).toEqual(['4 false']);
    expect(deciders(BRANCHES, at(BRANCHES, 6, 'set'))).toEqual(['3 false']);
    expect(deciders(BRANCHES, at(BRANCHES, 2, 'set'))).toEqual([]);
  });

  test('a negated test is told as it is written', () => {
    const branch = at(BRANCHES, 7, 'jnz');
    expect(outcome(BRANCHES, branch, true)).toBe(false);
    expect(outcome(BRANCHES, branch, false)).toBe(true);
  });

  test('bodies and else parts lie inside a test, what follows does not; nor what follows a break', () => {
    const outer = at(BRANCHES, 3, 'jz');
    expect(encloses(BRANCHES, outer, at(BRANCHES, 5, 'set'))).toBe(true);
    expect(encloses(BRANCHES, outer, at(BRANCHES, 6, 'set'))).toBe(true);
    expect(encloses(BRANCHES, outer, at(BRANCHES, 8, 'ret'))).toBe(false);
    expect(encloses(BRANCHES, at(BRANCHES, 4, 'jz'), at(BRANCHES, 5, 'set'))).toBe(false);
    expect(encloses(LOOPS, at(LOOPS, 6, 'jz'), at(LOOPS, 7, 'set'))).toBe(false);
  });

  test('of a test with impure parts only the last one decides', () => {
    const fn = fnOf('f', 'function f(a: int): void {', '\tif (peek(a) > 1 && peek(a) > 2) log(1);', '}');
    const branches = fn.ops.flatMap((op, pc) => (op[0] === 'jz' ? [pc] : []));
    expect(branches.map((pc) => outcome(fn, pc, true))).toEqual([null, true]);
    expect(branches.map((pc) => outcome(fn, pc, false))).toEqual([false, false]);
  });
});

const LOOPS = fnOf(
  'g',
  'function g(start: int, end: int): void {',
  '\tfor (let i = 0; i < 3; i++) {',
  '\t\tlet at = start + i;',
  '\t\twhile (at < end) {',
  '\t\t\tconst next = at + 2;',
  '\t\t\tif (next > 9) break;',
  '\t\t\tat = next;',
  '\t\t\tlog(at, next);',
  '\t\t}',
  '\t}',
  '}',
);

describe('loops', () => {
  test('are found from the inside out', () => {
    const lines = flowOf(LOOPS).loops.map(({ from }) => LOOPS.pos[from]?.[0]);
    expect(lines).toEqual([4, 2]);
  });

  test('a local is stepped by the loop that reads what it left in it before, and by no other', () => {
    const [inner, outer] = flowOf(LOOPS).loops;
    if (inner === undefined || outer === undefined) throw new Error('there are two loops');
    expect(isCarried(LOOPS, inner, slotOf(LOOPS, 'at'))).toBe(true);
    expect(isCarried(LOOPS, outer, slotOf(LOOPS, 'at'))).toBe(false);
    expect(isCarried(LOOPS, outer, slotOf(LOOPS, 'i'))).toBe(true);
    expect(isCarried(LOOPS, inner, slotOf(LOOPS, 'next'))).toBe(false);
    expect(carriedBy(LOOPS, slotOf(LOOPS, 'i'), at(LOOPS, 8, 'mem'))).toBe(outer);
  });
});

test('which way of a branch still leads to an operation, before the loop begins again', () => {
  const fn = fnOf(
    'f',
    'function f(a: int, b: int): void {',
    '\twhile (a > 0) {',
    '\t\tif (b === 1) {',
    '\t\t\tif (a > 5) break;',
    '\t\t}',
    '\t\tlog(a);',
    '\t\ta--;',
    '\t}',
    '}',
  );
  const written = at(fn, 6, 'mem');
  expect([true, false].map((truth) => leadsTo(fn, at(fn, 3, 'jz'), truth, written))).toEqual([true, true]);
  expect([true, false].map((truth) => leadsTo(fn, at(fn, 4, 'jz'), truth, written))).toEqual([false, true]);
  expect([true, false].map((truth) => leadsTo(fn, at(fn, 2, 'jz'), truth, written))).toEqual([true, false]);
  expect(leadsTo(fn, at(fn, 4, 'jz'), false, at(fn, 2, 'jz'))).toBe(false);
});

test('what an operation goes by: the locals in its own operands, through temporaries', () => {
  const fn = fnOf(
    'f',
    'function f(a: int, b: int, sum: int): void {',
    '\tsum = sum + twice(b);',
    '\tlog(peek(a), b);',
    '}',
  );
  expect(feeding(fn, at(fn, 3, 'mem')).length).toBeGreaterThan(0);
  const last = fn.ops.findLastIndex((op) => op[0] === 'mem');
  expect(feeding(fn, last).sort()).toEqual([0, 1]);
});

test('locals are pfns or bytes by what is declared of parameters, fields and what is no text', () => {
  const { fns } = baseProgram(makeConfig({}, 'zero', ''));
  const unit = (fn: string, name: string) => {
    const found = fns[fn];
    if (found === undefined) throw new Error(`no function ${fn}`);
    return unitOf(found, slotOf(found, name));
  };
  expect(['pfn', 'end_pfn', 'next', 'size', 'zone'].map((name) => unit('memmap_init_range', name))).toEqual([
    'pfn',
    'pfn',
    'pfn',
    null,
    null,
  ]);
  expect(['spfn', 'mo_pfn', 'chunk_end', 'nr_pages'].map((name) => unit('deferred_init_memmap_chunk', name))).toEqual([
    'pfn',
    'pfn',
    'pfn',
    null,
  ]);
  expect(unit('numa_register_meminfo', 'start')).toBe('bytes');
  expect(unit('__free_memory_core', 'start')).toBe('bytes');
  expect(unit('__free_memory_core', 'start_pfn')).toBe('pfn');
});
