// What is known of real boots, whatever it was read from, as plain values. Knows neither the sources nor scenarios.
import type { EARLY_POINTS } from '../scenario/index.ts';

/** Bytes, half-open. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A row of the firmware's map. */
export interface MapRow extends Span {
  readonly type: 'ram' | 'reserved' | 'soft-reserved';
}

/** A range that firmware or /proc/zoneinfo says to be of a node. */
export interface NodeRange extends Span {
  readonly node: number;
}

/** `RSRV_KERN` and `KHO_SCRATCH` in a memblock region's flags. */
export const RSRV_KERN = 0x20;
export const KHO_SCRATCH = 0x40;

/** A region of a memblock table. */
export interface Region extends Span {
  readonly flags: number;
}

/** Where the modelled kernel text lets the rest of the kernel use memblock. */
export type Point = (typeof EARLY_POINTS)[number];

/** How far a boot had come at least: a point, or `modelled` for what the kernel text does itself after all points. */
export type Mark = Point | 'modelled';

interface OpBase {
  /** the caller as printed, `symbol+0x1/0x2`; empty when unknown */
  readonly by: string;
  readonly at: Mark | null;
}

/** One operation on memblock, as printed. `node` null: none was given. */
export type Op =
  | (OpBase & { readonly kind: 'reserve' } & Region & { readonly node: number | null })
  | (OpBase & { readonly kind: 'free' } & Span)
  | (OpBase & { readonly kind: 'add' } & Span)
  | (OpBase & {
      readonly kind: 'alloc';
      readonly call: string;
      readonly size: number;
      readonly align: number;
      readonly node: number | null;
      readonly from: number;
      readonly max: number;
      /** what it got; null when it failed or that was not printed */
      readonly got: Span | null;
    });

/** A key of the outgoing radix tree. */
export interface Key {
  readonly pfn: number;
  readonly order: number;
  /** the key has a type in bit 59 */
  readonly typed: boolean;
}

/** A node of the outgoing radix tree; `prefix` is the key's bits above those the node and its children decide. */
export interface TreeNode {
  readonly level: number;
  readonly prefix: number;
  readonly phys: number;
}

/** An item of the test driver: what was asked for, and where it came to lie. */
export interface Item {
  readonly kind: string;
  readonly pfn: number;
  readonly order: number;
  readonly pages: number;
  readonly error: number;
  /** page frames of a vmalloc item */
  readonly vm: readonly number[];
}

/** What only an instrumented kernel tells: the outgoing tree and what is in it. */
export interface Handed {
  readonly keys: readonly Key[];
  readonly nodes: readonly TreeNode[];
  readonly items: readonly Item[];
  /** page of the KHO FDT, null when unknown */
  readonly fdt: number | null;
  /** subtrees that the FDT names, by name: where their data lies */
  readonly blobs: Readonly<Record<string, number>>;
}

/** One boot of one kernel. */
export interface ObservedBoot {
  /** as in `7.3.4`, null when unknown */
  readonly release: string | null;
  readonly cmdline: string;
  readonly map: readonly MapRow[];
  readonly nodes: readonly NodeRange[];
  /** CPUs by node, null when only their number is known */
  readonly nodeCpus: Readonly<Record<number, number>> | null;
  readonly cpus: number | null;
  /** whether memblock's operations were printed */
  readonly traced: boolean;
  readonly ops: readonly Op[];
  /** memblock.reserved before e820__memblock_setup, or right after it, where it is the same; null when not shown */
  readonly reserved: readonly Region[] | null;
  /** regions of memblock.memory marked as scratch in the same table */
  readonly marked: readonly Span[];
  readonly initrd: Span | null;
  /** zones that were grown on demand while their pages were deferred: node, and order of the allocation */
  readonly grown: readonly { readonly nid: number; readonly order: number }[];
  /** its memory was given back */
  readonly initrdFreed: 'late' | 'early' | null;
  readonly kernelImage: Span | null;
  /** sizes that the `Memory:` line gives, in bytes, in the order code, rwdata, rodata, init, bss */
  readonly imageParts: readonly number[];
  /** the boot found a handover */
  readonly received: boolean;
  /** the scratch array's copy that a received handover brought */
  readonly scratchCopy: Span | null;
  /** the areas of scratch, in their order */
  readonly scratch: readonly Span[];
  /** blocks that were reserved because the handover says so */
  readonly preserved: readonly Span[];
  /** scratch could not be reserved */
  readonly scratchFailed: boolean;
  /** how an image for kexec was loaded: not at all, refused, loaded */
  readonly kexec: 'none' | 'refused' | 'loaded';
  readonly hugetlb: boolean;
  readonly pageblockOrder: number | null;
  readonly poisoned: boolean;
  /** the memmap held struct pages of an earlier kernel before it was initialised */
  readonly stale: boolean;
  readonly handed: Handed | null;
}

/** A machine and its boots, in order, each after the first by kexec. */
export interface Observed {
  /** what it was read from, as the user named it */
  readonly origin: string;
  /** words of the folder's name, which say what is special about the kernel */
  readonly words: readonly string[];
  readonly boots: readonly ObservedBoot[];
  /** kernel options that were found, by full name; empty when none */
  readonly options: Readonly<Record<string, boolean | number>>;
  /** what had to be assumed while reading, each a sentence */
  readonly guesses: readonly string[];
}

/** A reader's answer: what was seen, or why nothing could be made of it. */
export type ReadResult =
  | { readonly ok: true; readonly observed: Observed }
  | { readonly ok: false; readonly errors: readonly string[] };

/** A boot of which nothing is known yet. */
export const NOTHING: ObservedBoot = {
  release: null,
  cmdline: '',
  map: [],
  nodes: [],
  nodeCpus: null,
  cpus: null,
  traced: false,
  ops: [],
  reserved: null,
  marked: [],
  initrd: null,
  grown: [],
  initrdFreed: null,
  kernelImage: null,
  imageParts: [],
  received: false,
  scratchCopy: null,
  scratch: [],
  preserved: [],
  scratchFailed: false,
  kexec: 'none',
  hugetlb: false,
  pageblockOrder: null,
  poisoned: false,
  stale: false,
  handed: null,
};
