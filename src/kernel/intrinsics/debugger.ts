// Names that only expressions of the debugger use: page(), pageblock(), pb[], node(), zone(), radix keys.
import { MIGRATETYPE_NAMES, NEVER_SET, names, runGet, trap, zoneAt } from '../../machine/index.ts';
import type { Intrinsics } from '../../vm/index.ts';
import { ref, row } from './row.ts';

/** The rows that are added to the kernel's for print, watch and conditions. */
export const debuggerRows: Intrinsics = {
  page: row('pure', 1, 'struct page of a pfn', (_c, pfn: number) => ref('page', pfn)),
  pageblock: row('read', 1, 'pageblock that holds a pfn', (c, pfn: number) =>
    ref('pageblock', Math.floor(pfn / 2 ** c.machine.config.pageblockOrder)),
  ),
  node: row('pure', 1, 'node descriptor: NODE_DATA()', (_c, nid: number) => ref('pglist_data', nid)),
  zone: row('pure', 2, 'zone of a node by name or number: zone(0, DMA32)', (_c, nid: number, zid: number) => {
    if (nid < 0 || zid < 0 || zid > 7) throw trap(`there is no zone(${nid}, ${zid})`);
    return ref('zone', zoneAt(nid, zid));
  }),
  phys: row('pure', 1, 'pfn of a physical address', (_c, address: number) => Math.floor(address / 4096)),
  initialised: row(
    'read',
    1,
    'has __init_single_page() run on this pfn in this boot?',
    (c, pfn: number) => runGet(c.machine.inits, pfn) > 0,
  ),
  nr_nodes: row('read', 0, 'number of node descriptors', (c) => names(c.machine.table, 'pglist_data').length),
  migratetype_name: row('pure', 1, 'name of a migratetype', (_c, mt: number) => {
    if (mt === NEVER_SET) return 'never set';
    const name = MIGRATETYPE_NAMES[mt];
    if (name === undefined) throw trap(`${mt} is no migratetype`);
    return name;
  }),
};
