// What invariants and reports know of memory: where two arrays of regions differ, and trees that a patch adds beside KHO's own.
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Machine, type Region, withPhysWord } from '../../src/machine/index.ts';
import { loadScenario, runReport } from '../../src/session/index.ts';
import { difference, newRegions } from '../../src/session/invariants/newly.ts';
import { listPages } from '../../src/session/kho-bitmaps.ts';
import { readTree } from '../../src/session/kho-memory.ts';
import { scenarioFile } from '../support/open.ts';

const ROOT = join(import.meta.dirname, '../..');

const regionAt = (page: number, flags: number): Region => ({ base: page * 4096, size: 4096, flags, nid: 0 });

/** Sorted regions, and an edit: so many of them from a place on give way to others. */
const edited = fc
  .record({
    pages: fc.uniqueArray(fc.nat(60), { maxLength: 12 }),
    at: fc.nat(12),
    gone: fc.nat(3),
    flags: fc.nat(1),
    added: fc.uniqueArray(fc.nat(60), { maxLength: 3 }),
  })
  .map(({ pages, at, gone, flags, added }) => {
    const was = pages.sort((a, b) => a - b).map((page) => regionAt(page, 0));
    const kept = was.filter((_, i) => i < at || i >= at + gone);
    const free = added.filter((page) => !kept.some((region) => region.base === page * 4096));
    const now = [...kept, ...free.map((page) => regionAt(page, flags))].sort((a, b) => a.base - b.base);
    return { was, now };
  });

describe('regions before and after an edit', () => {
  test('differ in one stretch; around it they are the same, and it holds every region that is new', () => {
    fc.assert(
      fc.property(edited, ({ was, now }) => {
        const { start, was: wasEnd, now: nowEnd } = difference(was, now);
        expect(now.slice(0, start)).toEqual(was.slice(0, start));
        expect(now.slice(nowEnd)).toEqual(was.slice(wasEnd));
        const isOld = (region: Region) => was.some((one) => one.base === region.base && one.flags === region.flags);
        expect([...newRegions(was, now)]).toEqual(now.filter((region) => !isOld(region)));
      }),
      { numRuns: 300 },
    );
  });
});

describe('one tree for each node', () => {
  test('what every tree holds was handed over, whichever the FDT names first', () => {
    const result = loadScenario(join(ROOT, 'scenarios/seed-004/tree-per-node.json'));
    if (!result.ok) throw new Error(result.errors.join('\n'));
    const report = runReport(result.loaded);
    if (!report.ok) throw new Error(report.errors.join('\n'));
    const boot = report.report.boots[1];
    expect(boot?.preserved.filter(({ order }) => order === 10)).toEqual([
      { phys: '0x10000000', order: 10 },
      { phys: '0x10400000', order: 10 },
    ]);
    // eleven pages for node 0, six for node 1; the page of roots is none of a tree
    expect(boot?.radix_pages).toBe(17);
  });
});

describe('what broken text left in memory is read, and reading it has an end', () => {
  const PAGE = 0x1000000;

  test('a table of the radix tree whose slots all lead back to it', () => {
    const loaded = loadScenario(scenarioFile('today/grow-zone'));
    if (!loaded.ok) throw new Error(loaded.errors.join('\n'));
    let machine: Machine = loaded.loaded.first.machine;
    for (let slot = 0; slot < 512; slot++) machine = withPhysWord(machine, PAGE + 8 * slot, BigInt(PAGE));
    const { pages, blocks } = readTree(machine, PAGE);
    expect(pages).toHaveLength(1);
    expect(blocks.length).toBeGreaterThan(0);
  });

  test('a chunk that leads back to itself, and whose elements are all the same full bitmap', () => {
    const [order, elements] = [0n, 255n];
    const words = new Map([
      [PAGE, BigInt(PAGE)],
      [PAGE + 8, order | (elements << 32n)],
    ]);
    const full = 2n ** 64n - 1n;
    const word = (phys: number): bigint => words.get(phys) ?? (phys < PAGE + 4096 ? 0n : full);
    for (let i = 0; i < 255; i++) words.set(PAGE + 24 + 16 * i, BigInt(PAGE + 4096));
    const read = listPages(word, PAGE, 32768);
    expect(read.filter(({ kind }) => kind === 'chunk')).toHaveLength(1);
    expect(read[0]?.of).toBe(read.length - 1);
    expect(read.length).toBeLessThan(100);
  });
});
