// The kernels that can be booted: what each is, where it differs from the next newer one, how well it is known, and what its
// Kconfig forbids. Knows nothing of their text.

/** Kernel profiles, newest first: the text, and texts after series of patches. */
export const KERNELS = ['v7.3', 'v7.2', 'v7.1', 'v6.18', 'v6.16'] as const;

/** The name of a profile. */
export type KernelName = (typeof KERNELS)[number];

/** What is worth knowing of a profile beside its text. */
export interface Profile {
  readonly name: KernelName;
  readonly what: string;
  /** from the profile before it in the table */
  readonly differs: readonly string[];
  /** how far the real source was read */
  readonly known: string;
  /** does its Kconfig have `depends on !DEFERRED_STRUCT_PAGE_INIT`? */
  readonly forbidsDeferred: boolean;
  /** bits of one bitmap of preserved blocks; null: it keeps a radix tree */
  readonly bitmapBits: number | null;
}

/** One row per profile, newest first. */
export const PROFILES: readonly Profile[] = [
  {
    name: 'v7.3',
    what: 'The kernel text itself: KHO with deferred struct page init, scratch found by its array, extended scratch.',
    differs: [],
    known: 'read in full (7.3.4) and booted: vectors and captures of it are compared',
    forbidsDeferred: false,
    bitmapBits: null,
  },
  {
    name: 'v7.2',
    what: 'The first kernel that allows KHO with deferred struct page init.',
    differs: [
      'free_area_init() makes the memmap; KHO has no early part, so no extended scratch; a kdump kernel keeps KHO on',
      'scratch is what memblock flags: one type per memory region, free range or first page of a reserved block',
      'keys of any width; bits above 59 are lost',
      'the private of tails is cleared by prep_compound_page() and not looked at when they are freed',
    ],
    known: 'read in full (7.2.13); vectors of its functions are compared; not booted',
    forbidsDeferred: false,
    bitmapBits: null,
  },
  {
    name: 'v7.1',
    what: 'The radix tree before the two fixes for deferred struct page init; its Kconfig forbids the combination.',
    differs: [
      'kho_release_scratch() initialises scratch and types it CMA; everybody else writes MOVABLE, and later',
      'no kho_get_preserved_page(): heads are written to before their struct page is initialised',
      'scratch is aligned to a pageblock, and explicit sizes of lowmem and global are not rounded',
      'deferred_grow_zone() can leave first_deferred_pfn at the end of the zone or past it',
    ],
    known:
      'in part: from what the fixes removed, and from the list; FDT and subtrees as in v7.2 (their versions were not traced)',
    forbidsDeferred: true,
    bitmapBits: null,
  },
  {
    name: 'v6.18',
    what: 'Before the radix tree: page-size bitmaps, made into a list for the next kernel by kho_finalize().',
    differs: [
      'kho_mem_track: xarrays by order, then by number, to bitmaps of 32768 blocks; no block is cut at a node border',
      'kho_finalize() makes the list, as debugfs out/finalize asks (an actor calls it) or on the way out; then preserving is -EBUSY',
      'deserialize_bitmap() reserves each block with a size computed in an int',
      'restoring wants the magic and an order of at most MAX_PAGE_ORDER',
      'FDT kho-v1, subtrees with the property fdt, no kexec-metadata, no live update orchestrator',
      'scratch for every online node, also one without memory, where that fails; kho_scratch= takes no size of 0, and anything behind the third',
    ],
    known: 'in part: from the list, and from what later patches removed',
    forbidsDeferred: true,
    bitmapBits: 32768,
  },
  {
    name: 'v6.16',
    what: 'The first kernel with KHO. Deferred struct page init compiles with it, and is broken.',
    differs: [
      'bitmaps of 512 bytes, 4096 blocks each, from the slab, which may lie in scratch',
      'page->private of a head is the order alone, without a magic; an order above MAX_PAGE_ORDER restores nothing',
      'the folio of the FDT is restored in kho_memory_init(), before deferred struct pages are there',
      'unpreserving what has no bitmap never ends',
      'preserving does not look for scratch, with CONFIG_KEXEC_HANDOVER_DEBUG either',
    ],
    known: 'in part: a snapshot of mainline v6.16 was read, restoring as in v6.16.y; not booted',
    forbidsDeferred: false,
    bitmapBits: 4096,
  },
];

/** An option that a profile's Kconfig does not allow; `force`: the symbol whose dependency a scenario can override. */
export interface Conflict {
  readonly option: string;
  /** follows the option's or the profile's name in a sentence */
  readonly why: string;
  readonly advice: string;
  readonly force: string | null;
}

const DEFERRED: Conflict = {
  option: 'CONFIG_DEFERRED_STRUCT_PAGE_INIT',
  why: "with CONFIG_KEXEC_HANDOVER, whose Kconfig entry says 'depends on !DEFERRED_STRUCT_PAGE_INIT' (8b66ed2c3f42 \"kho: mm: don't allow deferred struct page with KHO\")",
  advice: 'set CONFIG_DEFERRED_STRUCT_PAGE_INIT to false in config, or write "force": ["KEXEC_HANDOVER"] beside kernel',
  force: 'KEXEC_HANDOVER',
};

const LIVEUPDATE: Conflict = {
  option: 'CONFIG_LIVEUPDATE',
  why: 'at all: it has no live update orchestrator',
  advice: 'leave the option out',
  force: null,
};

/** What a profile's Kconfig has against a configuration. */
export function kconfigConflicts(kernel: string, isOn: (option: string) => boolean): Conflict[] {
  const profile = kernelProfile(kernel);
  if (profile === null) return [];
  const conflicts = [
    ...(profile.forbidsDeferred ? [DEFERRED] : []),
    // it came with v6.19, when the bitmaps were still there
    ...(profile.bitmapBits === null ? [] : [LIVEUPDATE]),
  ];
  return conflicts.filter(({ option }) => isOn(option));
}

/** The row of a profile; null for a name that is none. */
export const kernelProfile = (name: string): Profile | null =>
  PROFILES.find((profile) => profile.name === name) ?? null;
