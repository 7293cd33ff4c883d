// What else one turn adds to the record: stages reached, threads, deaths, ranges handed to padata, restores that returned.
import { isRef, readField, runGet, type Value } from '../../machine/index.ts';
import { localsOf, type State, type Thread } from '../../vm/index.ts';
import { stageReached } from '../stages.ts';
import { at } from './observe.ts';
import type { Recorder } from './recorder.ts';
import { mover, type TurnSeen } from './turn.ts';
import type { ReportFault } from './types.ts';

const RESTORES: ReadonlySet<string> = new Set(['kho_restore_folio', 'kho_restore_pages', 'kho_restore_free']);

const after = (turn: TurnSeen): Thread | undefined => turn.after.threads[turn.thread];

/** A stage entered in the record; of one that is reached again the later position counts. */
export function reachStage(r: Recorder, name: string, position: number, state: State): void {
  const known = r.stages.findIndex((stage) => stage.name === name);
  if (known >= 0) r.stages.splice(known, 1);
  r.stages.push({ name, at: position, state, freed: r.freedPages });
  r.marks.push({ kind: 'stage', name, at: position, function: state.threads[state.current]?.top?.fn ?? '' });
}

/** Threads that started or ended: one mark a turn. */
export function observeThreads(r: Recorder, turn: TurnSeen): void {
  const thread = after(turn);
  const started = turn.after.threads.length > turn.before.threads.length;
  if (!started && thread?.top !== null) return;
  r.marks.push({ kind: 'thread', name: thread?.name ?? '', at: turn.end, function: thread?.top?.fn ?? '' });
}

/** The death of the thread that moved. */
export function observeDeath(r: Recorder, turn: TurnSeen): void {
  const thread = after(turn);
  if (thread?.death == null) return;
  const stack: string[] = [];
  for (let frame = thread.top; frame !== null; frame = frame.up) stack.push(frame.fn);
  const kind: ReportFault['kind'] = thread.death.kind;
  r.faults.push({ at: at(turn.end), kind, text: thread.death.what, stack });
}

/** The range that a pgdatinit thread hands to padata, when this turn is the call. */
export function observeDeferredRange(r: Recorder, turn: TurnSeen): void {
  const top = after(turn)?.top;
  const job = top?.locals[0];
  if (mover(turn).top?.fn !== 'deferred_init_memmap' || !isRef(job)) return;
  const { machine } = turn.after;
  const zone = readField(machine, job, 'fn_arg');
  const start = readField(machine, job, 'start');
  const size = readField(machine, job, 'size');
  if (!isRef(zone) || typeof start !== 'number' || typeof size !== 'number') return;
  r.deferredRanges.set((zone.at as number) >> 3, [start, start + size]);
}

function pagesOf(r: Recorder, phys: number, nr: Value | undefined): number {
  if (typeof nr === 'number') return nr;
  const block = r.handed.preserved.find((one) => one.start === phys);
  return block === undefined ? 0 : 2 ** block.order;
}

/** The return of a kho_restore_*() to what is not one itself, or of the kho_restore_folio() inside kho_restore_free(). */
function observeRestore(r: Recorder, turn: TurnSeen, call: string): void {
  const caller = after(turn)?.top?.fn ?? '';
  const gave = turn.trace.value !== null;
  if (call === 'kho_restore_folio') r.gave.set(turn.thread, gave);
  const { top } = mover(turn);
  if (RESTORES.has(caller) || top === null) return;
  const locals = localsOf(r.boot.kernel.linked.program, top);
  const phys = Number(locals.get('phys') ?? 0);
  const { memmap, config } = turn.after.machine;
  const first = Math.floor(phys / 2 ** config.pageShift);
  const pages = [first, first + 1, first + 2].map((pfn) => (pfn < 2 ** memmap.bits ? runGet(memmap, pfn) : null));
  r.restored.push({
    phys: `0x${phys.toString(16)}`,
    call,
    pages: pagesOf(r, phys, locals.get('nr_pages')),
    ok: call === 'kho_restore_free' ? (r.gave.get(turn.thread) ?? false) : gave,
    refcounts: pages.flatMap((page) => (page === null ? [] : [page._refcount])),
    private: `0x${(pages[0]?.private ?? 0n).toString(16)}`,
  });
}

/** A function that returned in the turn: a restore, and the stage that it ends. */
export function observeReturn(r: Recorder, turn: TurnSeen, returned: string): void {
  if (RESTORES.has(returned)) observeRestore(r, turn, returned);
  if (!r.stageEnds.has(returned)) return;
  const stage = stageReached(r.boot.kernel.initcalls, turn.after, returned);
  if (stage !== null) reachStage(r, stage, turn.end, turn.after);
}
