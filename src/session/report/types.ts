// The report of `khodbg run --json`: a stable contract. pfns and counts are numbers, addresses and sizes in bytes hex strings,
// ULONG_MAX is null, positions are `#N`. Knows nothing of how the figures are found.

/** One region of a memblock array. `nid`: null when it belongs to no node. */
export interface ReportRegion {
  readonly base: string;
  readonly size: string;
  readonly nid: number | null;
  /** names of the flags set; empty = NONE */
  readonly flags: readonly string[];
}

/** One populated zone; all figures in pages. */
export interface ReportZone {
  readonly node: number;
  readonly zone: string;
  readonly start_pfn: number;
  readonly spanned: number;
  readonly present: number;
  readonly managed: number;
  readonly cma_pages: number;
  readonly contiguous: boolean;
  /** by migratetype: number of free blocks of order 0, 1, …; types without free blocks are left out */
  readonly free: Readonly<Record<string, readonly number[]>>;
}

/** The machine at one stage. */
export interface ReportStage {
  readonly name: string;
  readonly at: string;
  readonly totalram_pages: number;
  readonly nodes: readonly { readonly node: number; readonly first_deferred_pfn: number | null }[];
  readonly zones: readonly ReportZone[];
  readonly pages: {
    readonly initialised: number;
    /** distinct pages */
    readonly initialised_more_than_once: number;
    readonly reserved: number;
    /** distinct pages that memory management gave to the buddy as fresh memory */
    readonly freed: number;
  };
  /** by migratetype; `never`: the type was never written */
  readonly pageblocks: Readonly<Record<string, number>>;
  readonly memblock: { readonly memory: readonly ReportRegion[]; readonly reserved: readonly ReportRegion[] };
}

/** [stage word, first pfn, end pfn, node, zone number]: pages in the order in which __init_single_page() ran on them. */
export type InitRun = readonly [stage: string, first: number, end: number, nid: number, zone: number];

/** [stage word, first block, end block, migratetype number] in the order of init_pageblock_migratetype() calls. */
export type PageblockSetRun = readonly [stage: string, first: number, end: number, mt: number];

/** [first block, end block, migratetype number]; -1 = no such section, -2 = never written. */
export type PageblockRun = readonly [first: number, end: number, mt: number];

/** A call of kho_restore_*() that an actor made. */
export interface ReportRestore {
  readonly phys: string;
  readonly call: string;
  /** pages that the call asks for; 0 when nothing was handed over at that address */
  readonly pages: number;
  readonly ok: boolean;
  /** _refcount of the first three pages from `phys` on, whatever they belong to, once the call has returned */
  readonly refcounts: readonly number[];
  /** page->private of the first */
  readonly private: string;
}

/** An access to a struct page that nobody has initialised; `at` is where `catch uninit` stops for it. */
export interface ReportUninit {
  readonly at: string;
  readonly rw: 'r' | 'w';
  /** the first uninitialised page that the access touches */
  readonly pfn: number;
  readonly field: string;
  readonly function: string;
  readonly stage: string;
}

/** Why the kernel complained or died. `trap`: the text did what khodbg refuses to guess at. */
export interface ReportFault {
  /** of a death the position after it, of a WARN or bad page the statement it is in */
  readonly at: string;
  readonly kind: 'oops' | 'BUG' | 'WARN' | 'bad-page' | 'panic' | 'trap' | 'budget';
  readonly text: string;
  /** names of functions, innermost first */
  readonly stack: readonly string[];
}

/** A stop of one of the scenario's stop commands. */
export interface ReportStop {
  readonly at: string;
  readonly kind: string;
  readonly thread: string;
  readonly function: string;
  readonly line: number;
}

/** One boot. `kernel` is "handover" for the short old kernel, which has no stages. */
export interface ReportBoot {
  readonly kernel: string;
  readonly stages: readonly ReportStage[];
  /** per node [first_deferred_pfn, end of its last section) as padata gets it; null when nothing was deferred */
  readonly deferred_ranges: readonly (readonly [number, number] | null)[];
  readonly pageblock_runs: readonly PageblockRun[];
  readonly init_runs: readonly InitRun[];
  readonly pageblock_set_runs: readonly PageblockSetRun[];
  /** what the handover lists, of the boot that made it and of the boot that got it */
  readonly preserved: readonly { readonly phys: string; readonly order: number }[];
  readonly radix_pages: number;
  readonly scratch: readonly { readonly start: string; readonly size: string }[];
  readonly restored: readonly ReportRestore[];
  readonly uninit: readonly ReportUninit[];
  readonly stops: readonly ReportStop[];
  readonly faults: readonly ReportFault[];
  readonly console: readonly string[];
}

/** An expectation of the scenario, in its order. `got`: what was found instead. */
export interface ReportExpectation {
  readonly what: string;
  readonly ok: boolean;
  readonly got?: string;
}

/** An invariant. `at`: before which micro-step it was broken first; `what`: how; `expected`: a scenario's `breaks` names it. */
export interface ReportInvariant {
  readonly name: string;
  readonly ok: boolean;
  readonly at?: string;
  readonly what?: string;
  readonly expected?: boolean;
}

/** The whole report. */
export interface Report {
  readonly format: 1;
  readonly scenario: string;
  readonly boots: readonly ReportBoot[];
  readonly expect: readonly ReportExpectation[];
  readonly invariants: readonly ReportInvariant[];
}
