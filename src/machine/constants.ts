// Numbers of the kernel that do not depend on the configuration: sentinels, memblock flags, array sizes.
// Addresses are plain numbers, so the two all-ones values of the kernel are stand-ins just below 2^53.
// Knows nothing of a scenario, a machine or the kernel text.

/** Stands for the kernel's ULONG_MAX (all 64 bits set); larger than any address or pfn of a simulated machine. */
export const ULONG_MAX = Number.MAX_SAFE_INTEGER;

/** Stands for the kernel's PHYS_ADDR_MAX, the exclusive end of the physical address space, in bytes. */
export const PHYS_ADDR_MAX = Number.MAX_SAFE_INTEGER - 1;

/** The node id that means "no node in particular" (include/linux/numa.h). */
export const NUMA_NO_NODE = -1;

/** The errno of a failed memory allocation, positive; functions return it negated. */
export const ENOMEM = 12;

/** No flag: ordinary memory, or a reservation nobody said more about (include/linux/memblock.h, v7.3, as all below). */
export const MEMBLOCK_NONE = 0x0;
/** Memory that may be unplugged. */
export const MEMBLOCK_HOTPLUG = 0x1;
/** Mirrored memory. */
export const MEMBLOCK_MIRROR = 0x2;
/** Memory that the kernel does not map, and never hands out. */
export const MEMBLOCK_NOMAP = 0x4;
/** Memory that a driver added and manages. */
export const MEMBLOCK_DRIVER_MANAGED = 0x8;
/** A reservation whose struct pages memblock leaves uninitialised. */
export const MEMBLOCK_RSRV_NOINIT = 0x10;
/** A reservation the kernel made for itself; the scratch sizes are computed from these. */
export const MEMBLOCK_RSRV_KERN = 0x20;
/** Memory that nothing preserved lies in: the only memory early allocations of a KHO boot may use. */
export const MEMBLOCK_KHO_SCRATCH = 0x40;
/** A reservation for a gigantic page (new in v7.3). */
export const MEMBLOCK_RSRV_HUGETLB = 0x80;

/** Entries that each static region array holds before it is doubled. */
export const INIT_MEMBLOCK_REGIONS = 128;

/** As the end of an allocation: anything up to `current_limit`. */
export const MEMBLOCK_ALLOC_ACCESSIBLE = 0;
/** As the end of an allocation: the same, and kmemleak is not told. */
export const MEMBLOCK_ALLOC_NOLEAKTRACE = 1;
