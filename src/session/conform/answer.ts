// Computes what one row asks for, and says where it differs from what the row expects.
import { buildKernel, type Kernel } from '../../kernel/index.ts';
import { makeConfig } from '../../machine/index.ts';
import { patchesFor } from '../patch-files.ts';
import { runScenario } from '../report/index.ts';
import { loadRow } from './boot.ts';
import { CallFailed } from './call.ts';
import { type Comparison, compare, type Json } from './compare.ts';
import { bootFigures } from './figures.ts';
import { memblockRow } from './memblock.ts';
import { preserveOrders, radixConsts, radixKey, radixTree, typeBit } from './radix.ts';
import type { Row, RowOf } from './schema.ts';

/** The figures of a row as khodbg computes them, or why it cannot. */
export type Answer =
  | { readonly ok: true; readonly figures: Readonly<Record<string, Json>> }
  | { readonly ok: false; readonly error: string };

/** Computes the figures of rows under the same patches. */
export type Answers = (row: Row) => Answer;

/** Turns after which a boot is given up: a machine of some 500 GiB. */
const MOST_TURNS = 50_000_000;

/** Keys that are the row's input, or words about it. */
const INPUT: Readonly<Record<Row['kind'], readonly string[]>> = {
  memblock: ['id'],
  radix_key: ['phys', 'order'],
  radix_tree: ['name', 'add', 'deleted_first'],
  radix_consts: [],
  preserve_orders: ['start_pfn', 'nr_pages', 'node_starts'],
  rfc_type_bit: ['key_with_bit63'],
  mm_boot: ['name', 'input', 'oracle'],
};

function boot(row: RowOf<'mm_boot'>, patches: readonly string[]): Answer {
  const loaded = loadRow(row, patches);
  if (!loaded.ok) return { ok: false, error: loaded.errors.join('; ') };
  const recorded = runScenario(loaded.loaded, { maxTurns: MOST_TURNS });
  if (!recorded.ended) return { ok: false, error: `the boot does not end within ${MOST_TURNS} turns` };
  return { ok: true, figures: bootFigures(recorded) };
}

function asked(kernel: Kernel, row: Exclude<Row, RowOf<'mm_boot'>>): Record<string, Json> {
  switch (row.kind) {
    case 'memblock':
      return memblockRow(kernel, row);
    case 'radix_key':
      return radixKey(kernel, row);
    case 'radix_tree':
      return radixTree(kernel, row);
    case 'radix_consts':
      return radixConsts(kernel);
    case 'preserve_orders':
      return preserveOrders(kernel, row);
    case 'rfc_type_bit':
      return typeBit(kernel, row);
  }
}

/** The kernel of the rows that call single functions: v7.3, MAX_NUMNODES 16. */
export function plainKernel(patches: readonly string[]): Kernel | readonly string[] {
  const found = patchesFor('v7.3', patches, true);
  if (found.errors.length > 0) return found.errors;
  const config = makeConfig(
    {
      CONFIG_HUGETLB_PAGE: true,
      CONFIG_ZONE_DEVICE: true,
      CONFIG_NODES_SHIFT: 4,
      CONFIG_DEFERRED_STRUCT_PAGE_INIT: true,
    },
    'zero',
    '',
  );
  const built = buildKernel(config, found.patches, []);
  return built.ok ? built.kernel : built.errors;
}

/** How rows are computed with these patches on every kernel; or why the patches do not fit. */
export function answersWith(patches: readonly string[]): Answers | readonly string[] {
  const kernel = plainKernel(patches);
  if (!('linked' in kernel)) return kernel;
  return (row) => {
    if (row.kind === 'mm_boot') return boot(row, patches);
    try {
      return { ok: true, figures: asked(kernel, row) };
    } catch (error) {
      if (error instanceof CallFailed) return { ok: false, error: error.message };
      throw error;
    }
  };
}

/** The figures that a row expects. Of the calls of a memblock row only what they return is one. */
export function expectedOf(row: Row): Record<string, Json> {
  const skipped = new Set(['vid', 'kind', 'how', 'ops', ...INPUT[row.kind]]);
  const figures = Object.entries(row).filter(([key]) => !skipped.has(key)) as [string, Json][];
  if (row.kind !== 'memblock') return Object.fromEntries(figures);
  const ops = row.ops.map(({ ret }): Json => (ret === undefined ? {} : { ret }));
  return { ops, ...Object.fromEntries(figures) };
}

/** Where the figures differ from what the row expects. */
export function compareRow(row: Row, answer: Answer): Comparison {
  const expected = expectedOf(row);
  if (answer.ok) return compare(expected, answer.figures);
  const { figures } = compare(expected, {});
  return { figures, differences: [{ figure: '', expected: 'figures', got: answer.error }] };
}
