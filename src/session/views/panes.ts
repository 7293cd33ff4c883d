// What panes show that are not always in sight, made only when one asks. Knows nothing of the rest of the view.
import { entries, type Machine, names, row } from '../../machine/index.ts';
import { type Direction, radixRoot, scratchAreas } from '../kho-memory.ts';
import type { Session } from '../session.ts';
import type { BootView, LinesView, PaneViews, RadixView } from '../view.ts';
import { fdtLines } from './fdt.ts';
import type { Memo } from './memo.ts';
import { procView } from './proc.ts';
import { type RadixNode, radixItems, radixRow, radixTree } from './radix.ts';
import { scratchLines, scratchView } from './scratch.ts';

const DIRECTIONS: readonly Direction[] = ['in', 'out'];

function radixView(m: Machine, memo: Memo, opened: readonly string[], from: number, count: number): RadixView {
  const roots = DIRECTIONS.map((direction) => radixRoot(m, direction));
  const trees = memo.get('radix trees', [m.phys, ...roots], (): RadixNode[] =>
    DIRECTIONS.flatMap((direction) => radixTree(m, direction) ?? []),
  );
  const items = memo.get('radix items', [trees, opened], () => {
    const set = new Set(opened);
    return trees.flatMap((tree) => radixItems(m, tree, (id) => set.has(id)));
  });
  const first = Math.max(0, Math.min(from, items.length - count));
  return memo.get('radix', [items, first, count, m.memmap, m.inits, m.memblock], () => ({
    summary: trees
      .map(({ id, keys, what }) => `${id}: ${keys} ${what === undefined ? 'key' : 'block'}${keys === 1 ? '' : 's'}`)
      .join('  '),
    total: items.length,
    first,
    rows: items.slice(first, first + count).map((item) => radixRow(m, item)),
  }));
}

/** The zones' rows in the table, whose identity says whether a counter changed. */
const zoneRows = (m: Machine) => names(m.table, 'zone').map((at) => row(m.table, 'zone', at));

/** The parts of a view that are made on demand, for one machine. */
export function paneViews(m: Machine, memo: Memo): PaneViews {
  const same = (name: string, inputs: readonly unknown[], make: () => LinesView) => memo.get(name, inputs, make);
  return {
    radix: (opened, first, count) => radixView(m, memo, opened, first, count),
    proc: (name) =>
      same(name, [m.buddy.lists, m.pageblocks, name === 'pagetypeinfo' ? m.memmap : null, ...zoneRows(m)], () =>
        procView(m, name),
      ),
    scratch: () =>
      same(
        'scratch',
        [
          m.memblock.memory,
          m.pageblocks,
          m.buddy.blocks,
          m.inits,
          ...scratchAreas(m).flatMap((area) => [area.start, area.size]),
        ],
        () => {
          const view = scratchView(m);
          return { lines: scratchLines(view, true), narrow: scratchLines(view, false) };
        },
      ),
    fdt: () =>
      same(
        'fdt',
        [m.hardware, m.phys, row(m.table, 'kho_in', 0), row(m.table, 'kho_out', 0), radixRoot(m, 'in')],
        () => {
          const lines = fdtLines(m);
          return { lines, narrow: lines };
        },
      ),
    console: () =>
      same('console', [m.console], () => {
        const lines = entries(m.console);
        return { lines, narrow: lines };
      }),
  };
}

/** The boots of the history, oldest first: each ends where the next begins, the last where the history does. */
export function bootsOf(session: Session): BootView[] {
  const starts = session.bootStarts();
  const end = session.time.end(session.state.cursor.branch);
  return starts.map(({ boot, at }, i) => ({
    number: boot,
    kernel: session.loaded.boots.find((one) => one.number === boot)?.boot.kernel ?? '',
    from: at,
    to: starts[i + 1]?.at ?? end,
  }));
}
