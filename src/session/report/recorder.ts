// What is gathered while a boot runs, and the lists it is gathered in. Knows nothing of what makes an entry.
import { type Machine, type RunMap, runMap } from '../../machine/index.ts';
import type { State } from '../../vm/index.ts';
import { readPreserved, scratchAreas } from '../kho-memory.ts';
import type { Loaded, LoadedBoot } from '../load.ts';
import { STAGES } from '../scenario/index.ts';
import { lastActor } from '../stages.ts';
import type { ReportFault, ReportRestore, ReportUninit } from './types.ts';

/** Of the events only so many are kept as text; all are counted. */
export const EVENTS_KEPT = 1000;

/** A stage that was reached: position, and the state there. `freed` in distinct pages. */
export interface ReachedStage {
  readonly name: string;
  readonly at: number;
  readonly state: State;
  readonly freed: number;
}

/** A stop that `catch stage` or `catch thread` would make; `function` is where the thread then stands. */
export interface Mark {
  readonly kind: 'stage' | 'thread';
  readonly name: string;
  readonly at: number;
  readonly function: string;
}

/** The record of one boot, being written. */
/** What a boot was given by the kernel before it. Addresses and sizes in bytes. */
export interface HandedOver {
  readonly preserved: readonly { readonly start: number; readonly order: number }[];
  readonly radixPages: number;
  readonly scratch: readonly { readonly start: number; readonly size: number }[];
}

export interface Recorder {
  readonly boot: LoadedBoot;
  /** blocks that a scenario hands over to this boot */
  readonly handed: HandedOver;
  readonly actors: ReadonlySet<string>;
  /** names of the functions that stand for the scenario's actors */
  /** functions whose return may end a stage: a filter, so that stageReached() is not asked of every return */
  readonly stageEnds: ReadonlySet<string>;
  readonly stages: ReachedStage[];
  readonly marks: Mark[];
  readonly uninit: ReportUninit[];
  readonly faults: ReportFault[];
  readonly restored: ReportRestore[];
  readonly initRuns: [string, number, number, number, number][];
  readonly setRuns: [string, number, number, number][];
  readonly deferredRanges: Map<number, readonly [number, number]>;
  readonly events: string[];
  eventsTotal: number;
  /** 1 for each pfn given to the buddy as fresh memory */
  freed: RunMap<number>;
  freedPages: number;
  /** thread number → did the last kho_restore_folio() on it give a page? */
  readonly gave: Map<number, boolean>;
}

/** What the scenario's handover gives its first boot; an empty tree is its root. */
function givenTo({ handover, radixPages }: Loaded): HandedOver {
  if (handover === null) return { preserved: [], radixPages: 0, scratch: [] };
  return { preserved: handover.preserved, radixPages: Math.max(1, radixPages), scratch: handover.scratch };
}

/** What a kernel finds in memory after kexec. */
function receivedBy(m: Machine): HandedOver {
  const { pages, blocks } = readPreserved(m, 'in');
  const preserved = blocks.map(({ start, order }) => ({ start: start * 2 ** m.config.pageShift, order }));
  return { preserved, radixPages: pages, scratch: m.hardware.handover === null ? [] : scratchAreas(m) };
}

/** An empty record of one boot that begins in a state. */
export function newRecorder(loaded: Loaded, boot: LoadedBoot, first: State): Recorder {
  const { memmap } = loaded.first.machine;
  const { initcalls } = boot.kernel;
  return {
    boot,
    handed: boot === loaded.boots[0] ? givenTo(loaded) : receivedBy(first.machine),
    actors: new Set(initcalls.map((call) => call.fn)),
    stageEnds: new Set([...STAGES, 'pgdat_init_report_one_done', lastActor(initcalls) ?? 'run_init_process']),
    stages: [],
    marks: [],
    uninit: [],
    faults: [],
    restored: [],
    initRuns: [],
    setRuns: [],
    deferredRanges: new Map(),
    events: [],
    eventsTotal: 0,
    freed: runMap(2 ** memmap.bits, 0, { same: (a, b) => a === b, hash: (n) => n }),
    freedPages: 0,
    gave: new Map(),
  };
}

/** Notes one event. */
export function addEvent(r: Recorder, text: string): void {
  r.eventsTotal++;
  if (r.events.length < EVENTS_KEPT) r.events.push(text);
}

/** Notes one event for each page of [start, end). */
export function addPageEvents(r: Recorder, kind: string, start: number, end: number, word: string): void {
  r.eventsTotal += end - start;
  for (let pfn = start; pfn < end && r.events.length < EVENTS_KEPT; pfn++)
    r.events.push(`${kind} pfn=${pfn} in ${word}`);
}
