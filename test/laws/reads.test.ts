// What the columns say an expression rests on is all that it rests on: a turn that they let pass does not change what it is
// worth.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { position, Timeline } from '../../src/debugger/index.ts';
import type { Value } from '../../src/machine/index.ts';
import { prepare } from '../../src/session/expression.ts';
import { lastBoot } from '../../src/session/load.ts';
import { generated, runOut, SEED, type Small, WHOLE } from './support.ts';

const SMALL: Small = {
  sizes: [264],
  cpus: 1,
  debug: false,
  stale: false,
  patched: true,
  preserved: [
    [0, 7],
    [4, 31],
    [10, 40],
  ],
  free: true,
};

/** Parts of expressions: fields, other names of fields, and what is no text and looks where it tells nobody. */
const PARTS = [
  'page(0x6007).private',
  'page(0x6007)._mapcount',
  'page(0x6007).compound_info',
  'page(0x6000).lru_next',
  'page(0x6000)._refcount',
  'pageblock(0x6000).mt',
  'pageblock(0x6000).written',
  'pageblock(0x8000).migratetype',
  'zone(0, DMA32).managed_pages',
  'zone(0, DMA32).free_area[10].nr_free',
  'zone(0, DMA32).free_area[9].free_list[1]',
  'node(0).first_deferred_pfn',
  'memblock.reserved.cnt',
  'memblock.reserved.regions[1].size',
  'kho_in.radix_tree.root',
  'initialised(0x6000)',
  'initialised(0xa000)',
  'nr_nodes()',
  'first_memory_node()',
  'pfn_valid(0x6000)',
  'page_bad_reason(page(0x6007))',
  'page_expected_state(page(0x6007))',
  'PageBuddy(page(0x6000))',
  'get_pfnblock_migratetype(page(0x6000), 0x6000)',
  'page(node(0).first_deferred_pfn).flags',
  'get_page_from_free_area(zone(0, DMA32), 10, 1)',
];

const text = (part: string): string => `(${part})`;
const both = fc
  .tuple(fc.constantFrom(...PARTS), fc.constantFrom('&&', '||', '===', '!=='), fc.constantFrom(...PARTS))
  .map(([a, op, b]) => `${text(a)} ${op} ${text(b)}`);
const EXPRESSIONS = [...PARTS, ...fc.sample(both, { numRuns: WHOLE ? 300 : 24, seed: SEED })];

const shown = (value: Value | undefined): string =>
  typeof value === 'object' && value !== null ? `${value.struct} ${value.at}` : String(value);

test('a turn that an expression does not rest on leaves it what it was', () => {
  const loaded = generated(SMALL);
  const { kernel } = lastBoot(loaded);
  const time = new Timeline(kernel.linked, loaded.first, undefined, { recent: 200_000 });
  runOut(time);
  const columns = time.columns(0);
  for (const expression of EXPRESSIONS) {
    const read = prepare(kernel, expression, { state: loaded.first, thread: 0, frame: null });
    if (!read.ok) throw new Error(`${expression}: ${read.error}`);
    const { evaluate, reads } = read.prepared;
    let was = shown(evaluate(loaded.first, 0));
    let touches: ((i: number) => boolean) | null = null;
    let changes = 0;
    for (let i = 0; i < columns.length; i++) {
      if (touches === null) {
        const before = time.stateAt(0, position(columns.at(i)));
        const rests = before === null ? null : reads(before, 0);
        if (rests === null) throw new Error(`${expression} rests on more than memory`);
        touches = columns.toucher(rests, 'w');
      }
      const may = touches(i);
      const after = columns.parts(i) === 0 ? null : time.stateAt(0, position(columns.at(i + 1)));
      const now = after === null ? was : shown(evaluate(after, 0));
      if (now !== was) {
        changes++;
        expect(may, `${expression}: ${was} to ${now} at #${columns.at(i)}`).toBe(true);
      }
      if (may) touches = null;
      was = now;
    }
    if (PARTS.includes(expression)) expect(changes, expression).toBeGreaterThan(0);
  }
});
