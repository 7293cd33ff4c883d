// The table of panes: one row each. Knows nothing of where they stand.

import type { PaneId } from '../layout-spec.ts';
import { BUDDYINFO, CONSOLE, FDT, PAGETYPEINFO, SCRATCH, ZONEINFO } from './lines.ts';
import { LOG } from './log.ts';
import { MEMBLOCK } from './memblock.ts';
import { MEMMAP } from './memmap.ts';
import { PAGEBLOCKS } from './pageblocks.ts';
import type { PaneRow } from './pane.ts';
import { RADIX } from './radix.ts';
import { RESULTS } from './results.ts';
import { SOURCE } from './source.ts';
import { STACK } from './stack.ts';
import { THREADS } from './threads.ts';
import { WATCH } from './watch.ts';

/** Every pane by its id. */
export const PANES: Readonly<Record<PaneId, PaneRow>> = {
  source: SOURCE,
  stack: STACK,
  threads: THREADS,
  watch: WATCH,
  memmap: MEMMAP,
  pageblocks: PAGEBLOCKS,
  memblock: MEMBLOCK,
  log: LOG,
  console: CONSOLE,
  radix: RADIX,
  scratch: SCRATCH,
  fdt: FDT,
  buddyinfo: BUDDYINFO,
  pagetypeinfo: PAGETYPEINFO,
  zoneinfo: ZONEINFO,
  results: RESULTS,
};
