// What is fixed for one boot: the kernel configuration and the constants that follow from it. Knows nothing of memory.

/** Kernel configuration and derived sizes of one boot. Orders are powers of two of pages. */
export interface Config {
  /** CONFIG_* symbols as the scenario gives them, defaults applied */
  readonly symbols: Readonly<Record<string, boolean | number | string>>;
  readonly pageShift: number;
  readonly sectionSizeBits: number;
  readonly pageblockOrder: number;
  readonly maxPageOrder: number;
  readonly nodesShift: number;
  /** MAX_NR_ZONES: DMA, DMA32, Normal, Movable and, with CONFIG_ZONE_DEVICE, Device */
  readonly maxNrZones: number;
  /** bits of the zone field in page->flags */
  readonly zonesWidth: number;
  readonly fill: 'poison' | 'zero' | 'stale';
  readonly debugVm: boolean;
  readonly debugVmPgflags: boolean;
  readonly cmdline: string;
}

/** Zone names by index, as /proc/zoneinfo prints them. */
export const ZONE_NAMES = ['DMA', 'DMA32', 'Normal', 'Movable', 'Device'] as const;

/** Migratetype names by number (include/linux/mmzone.h, enum migratetype, v7.3). */
export const MIGRATETYPE_NAMES = ['UNMOVABLE', 'MOVABLE', 'RECLAIMABLE', 'HIGHATOMIC', 'CMA', 'ISOLATE'] as const;

/** The letter of each migratetype, as mm/show_mem.c prints them. */
export const MIGRATETYPE_LETTERS = 'UMEHCI';

/** Derives what follows from the symbols (include/linux/pageblock-flags.h, page-flags-layout.h; x86-64). */
export function makeConfig(symbols: Config['symbols'], fill: Config['fill'], cmdline: string): Config {
  const on = (name: string) => symbols[name] === true;
  const maxPageOrder = 10;
  const blockMax =
    typeof symbols.CONFIG_PAGE_BLOCK_MAX_ORDER === 'number' ? symbols.CONFIG_PAGE_BLOCK_MAX_ORDER : maxPageOrder;
  const huge = on('CONFIG_HUGETLB_PAGE') || on('CONFIG_TRANSPARENT_HUGEPAGE');
  const maxNrZones = on('CONFIG_ZONE_DEVICE') ? 5 : 4;
  return {
    symbols,
    pageShift: 12,
    sectionSizeBits: 27,
    pageblockOrder: huge ? Math.min(9, blockMax) : blockMax,
    maxPageOrder,
    nodesShift: typeof symbols.CONFIG_NODES_SHIFT === 'number' ? symbols.CONFIG_NODES_SHIFT : 10,
    maxNrZones,
    zonesWidth: maxNrZones > 4 ? 3 : 2,
    fill,
    debugVm: on('CONFIG_DEBUG_VM'),
    debugVmPgflags: on('CONFIG_DEBUG_VM') && on('CONFIG_DEBUG_VM_PGFLAGS'),
    cmdline,
  };
}

/** kstrtobool() (lib/kstrtox.c, v7.3): by the first letter, of `on` and `off` by the second; null where it gives -EINVAL. */
export function kstrtobool(text: string): boolean | null {
  if (/^(?:[yYtT1eE]|[oO][nN])/.test(text)) return true;
  return /^(?:[nNfF0dD]|[oO][fF])/.test(text) ? false : null;
}

/** Value of `name=` on the command line (the last one wins), '' for a bare word, null when absent. */
export function bootParameter(config: Config, name: string): string | null {
  let found: string | null = null;
  for (const word of config.cmdline.split(/\s+/)) {
    if (word === name) found = '';
    else if (word.startsWith(`${name}=`)) found = word.slice(name.length + 1);
  }
  return found;
}
