// The scenario as everything after the loader sees it: numbers, every default filled in. Knows nothing of JSON.

import type { EarlyCall, LoaderRange } from '../../machine/index.ts';

/** Where a value stands in its file; both count from 1, columns in UTF-16 units. */
export interface Place {
  readonly line: number;
  readonly col: number;
}

/** Bytes from `start` on, half-open: the first byte after it is `start + size`. */
export interface Area {
  readonly start: number;
  readonly size: number;
}

/** One range of the memory map; only `ram` reaches memblock.memory. */
export interface MemoryRange extends Area {
  readonly node: number;
  readonly type: 'ram' | 'reserved' | 'soft-reserved';
}

/** What an uninitialised struct page holds. */
export type Fill = 'poison' | 'zero' | 'stale';

/** The machine under all boots. */
export interface ScenarioMachine {
  readonly memory: readonly MemoryRange[];
  readonly nodes: readonly { readonly node: number; readonly cpus: number }[];
  /** null: poison with CONFIG_DEBUG_VM, else zero */
  readonly fill: Fill | null;
}

/** One key of the KHO radix tree: 2^order pages from the physical address `start`. */
export interface PreservedBlock {
  readonly start: number;
  readonly order: number;
}

/** A row of `preserved`: one block, or pages that are split into blocks; and how often, that far apart. */
export interface PreservedRow {
  readonly start: number;
  readonly order?: number | undefined;
  readonly pages?: number | undefined;
  readonly times?: number | undefined;
  readonly every?: number | undefined;
}

/** The short old kernel: what it hands over, nothing else. Addresses are physical; null means not handed over. */
export interface HandoverBoot {
  readonly kind: 'handover';
  readonly scratch: readonly Area[];
  readonly preserved: readonly PreservedBlock[];
  /** what `preserved` is made of: the scenario's rows, before a kernel's rules split them */
  readonly rows?: readonly PreservedRow[];
  readonly radixNodes: number;
  readonly scratchArray: number | null;
  readonly fdt: number | null;
}

/** A patch by name, or by path when it holds a `/`; the position is that of the string in the scenario file. */
export interface PatchRef {
  readonly name: string;
  readonly position: Place;
}

/** When an actor runs. */
export type ActorAt = 'early_initcall' | 'page_alloc_init_late' | 'fs_initcall' | 'late_initcall' | 'userspace';

/** A call made from outside the modelled text; `thread` null: the thread that runs the initcalls. */
export interface Actor {
  readonly at: ActorAt;
  readonly call: string;
  readonly args: readonly (number | boolean)[];
  readonly thread: string | null;
  /** file of kernel text that declares `call`, as the scenario names it; null: the kernel has it */
  readonly from: string | null;
}

/** A boot of a simulated kernel. `config` is complete, defaults applied. */
export interface KernelBoot {
  readonly kind: 'kernel';
  readonly kernel: string;
  readonly patches: readonly PatchRef[];
  /** symbols that are on although the profile's Kconfig forbids it */
  readonly force: readonly string[];
  readonly config: Readonly<Record<string, boolean | number | string>>;
  readonly cmdline: string;
  readonly reserved: readonly LoaderRange[];
  /** in the order in which they are made */
  readonly earlyAllocations: readonly EarlyCall[];
  /** by function that asks: physical addresses of the pages the buddy gave */
  readonly placements: Readonly<Record<string, readonly number[]>>;
  readonly actors: readonly Actor[];
}

export type Boot = HandoverBoot | KernelBoot;

/** What `run` checks: an expression at a stage, a number of stops, a fault, or a broken invariant. */
export type Expectation =
  | { readonly at: string; readonly that: string }
  | { readonly stop: string; readonly in?: string | undefined; readonly times?: number | undefined }
  | { readonly fault: string; readonly in?: string | undefined }
  | { readonly breaks: string };

/** One step of a guided tour: keys to press, what the screen then shows, and why that matters. */
export interface TourStep {
  readonly keys: string;
  readonly shows: string;
  readonly note: string;
}

/** A whole scenario, normalised. */
export interface Scenario {
  readonly format: 1;
  readonly title: string;
  readonly about: string;
  readonly machine: ScenarioMachine;
  readonly boots: readonly Boot[];
  readonly stops: readonly string[];
  readonly schedule: string | null;
  readonly expect: readonly Expectation[];
  readonly tour: readonly TourStep[];
}

/** Text in a scenario that another part of khodbg understands. */
export type TextKind = 'expression' | 'stop' | 'invariant' | 'schedule';

/** An option that a kernel does not allow; `force`: what a boot writes to have it nevertheless. */
export interface KconfigConflict {
  readonly option: string;
  readonly why: string;
  readonly advice: string;
  readonly force: string | null;
}

/** What a scenario may name, given by the caller. */
export interface Known {
  readonly patches: readonly string[];
  readonly kernels: readonly string[];
  /** functions of the kernel text, and those that shipped patches declare */
  readonly functions: readonly string[];
  /** the number of arguments of a function, where it is the same in every kernel */
  readonly arity?: ReadonlyMap<string, number>;
  /** bits of a bitmap of preserved blocks of a kernel, null where it keeps a radix tree */
  readonly bitmapBits?: (kernel: string) => number | null;
  /** what a kernel's Kconfig has against options */
  readonly conflicts?: (kernel: string, isOn: (option: string) => boolean) => readonly KconfigConflict[];
  /** what is wrong with a text, worded to follow it (`names no field; …`); null when nothing is */
  readonly check?: (kind: TextKind, text: string) => string | null;
}
