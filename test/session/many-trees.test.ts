// What invariants and reports know of memory: where two arrays of regions differ, and trees that a patch adds beside KHO's own.
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Region } from '../../src/machine/index.ts';
import { loadScenario, runReport } from '../../src/session/index.ts';
import { difference, newRegions } from '../../src/session/invariants/newly.ts';

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
