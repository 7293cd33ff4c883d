// What one turn adds to the record. Whatever concerns struct pages and pageblocks is read off the recorded accesses, and off
// nothing else; the states only say which values stand there.
import { label, type Position, uninitialisedPage } from '../../debugger/index.ts';
import {
  entries,
  flagsNid,
  flagsZid,
  PG_reserved,
  type Run,
  type RunMap,
  runGet,
  runSet,
  runs,
} from '../../machine/index.ts';
import { type Access, localsOf } from '../../vm/index.ts';
import { hasKhoMagic } from '../kho-page.ts';
import { addEvent, addPageEvents, type Recorder } from './recorder.ts';
import { functionOf, intrinsicsIn, mover, stackNames, stageWord, type TurnSeen } from './turn.ts';

/** Reads of page_zone() in here belong to the freeing of an uninitialised page, which is an event of its own. */
const FREEING: ReadonlySet<string> = new Set(['__free_pages_core', '__free_pages_ok']);

/** `#N` */
export const at = (n: number): string => label({ at: n, sub: 0 } satisfies Position);

/** The runs of [start, end); a single page, by far the most frequent, without a walk. */
function runsOf<V>(map: RunMap<V>, start: number, end: number): Iterable<Run<V>> {
  return end - start === 1 ? [{ start, end, value: runGet(map, start) }] : runs(map, start, end);
}

/** Does uninitialisedPage() have anything to find? Answers for single pages, whatever they are, at once. */
function mayBeUninitialised(turn: TurnSeen, access: Access): boolean {
  const start = access.at as number;
  return endOf(access) - start > 1 || !(runGet(turn.before.machine.inits, start) > 0);
}

const endOf = (access: Access): number => access.end ?? (access.at as number) + 1;

/** __init_single_page() on [start, end). */
function noteInit(r: Recorder, turn: TurnSeen, access: Access): void {
  const start = access.at as number;
  const end = endOf(access);
  const { machine } = turn.after;
  const flags = runGet(machine.memmap, start)?.flags;
  if (start >= end || flags === undefined) return;
  const word = stageWord(turn, r.actors);
  const nid = flagsNid(machine.config, flags);
  const zid = flagsZid(machine.config, flags);
  const last = r.initRuns.at(-1);
  if (last?.[0] === word && last[2] === start && last[3] === nid && last[4] === zid) last[2] = end;
  else r.initRuns.push([word, start, end, nid, zid]);
  for (const run of runsOf(turn.before.machine.memmap, start, end))
    if (hasKhoMagic(run.value)) addPageEvents(r, 'overwrite-kho-page', run.start, run.end, word);
  for (const run of runsOf(r.freed, start, end))
    if (run.value > 0) addPageEvents(r, 'reinit-of-freed-page', run.start, run.end, word);
}

/** Pages whose _refcount __free_pages_core() sets to 0: fresh memory goes to the buddy. */
function noteFree(r: Recorder, turn: TurnSeen, access: Access): void {
  const start = access.at as number;
  const end = endOf(access);
  if (runGet(turn.after.machine.memmap, start)?._refcount !== 0) return;
  const word = stageWord(turn, r.actors);
  for (const run of runsOf(turn.before.machine.inits, start, end))
    if (run.value === 0) addPageEvents(r, 'free-uninit', run.start, run.end, word);
  for (const run of runsOf(r.freed, start, end)) {
    if (run.value === 0) r.freedPages += run.end - run.start;
    else addPageEvents(r, 'double-free', run.start, run.end, word);
  }
  r.freed = runSet(r.freed, start, end, 1);
}

/** The first read of page_is_buddy(): the page being freed looks at its buddy's type. */
function notePeek(r: Recorder, turn: TurnSeen, pfn: number, word: string): void {
  const { top } = mover(turn);
  const locals = top === null ? null : localsOf(r.boot.kernel.linked.program, top);
  const page = locals?.get('page');
  const own = typeof page === 'object' && page !== null ? page.at : '?';
  addEvent(r, `buddy-peeks-uninit pfn=${own} buddy=${pfn} order=${String(locals?.get('order'))} in ${word}`);
}

function noteUninitEvents(r: Recorder, turn: TurnSeen, access: Access, pfn: number, word: string): void {
  const fn = functionOf(turn);
  if (access.field === 'private' && access.rw === 'w') {
    if (hasKhoMagic(runGet(turn.after.machine.memmap, pfn)))
      addEvent(r, `kho-writes-private-of-uninit-page pfn=${pfn} in ${word}`);
  } else if (access.field === 'page_type' && access.rw === 'r') {
    if (fn === 'page_is_buddy') notePeek(r, turn, pfn, word);
  } else if (access.field === 'flags') {
    const called = intrinsicsIn(r.boot.kernel.linked.program, turn);
    const zone = called.includes('page_zone') ? 'page_zone' : called.includes('page_zone_id') ? 'page_zone_id' : null;
    if (access.rw === 'r' && zone !== null && !FREEING.has(fn)) addEvent(r, `${zone}-on-uninit pfn=${pfn} in ${word}`);
    if (access.rw === 'w' && called.includes('__SetPageReserved')) noteReserved(r, turn, pfn, endOf(access), word);
  }
}

function noteReserved(r: Recorder, turn: TurnSeen, start: number, end: number, word: string): void {
  if (((runGet(turn.after.machine.memmap, start)?.flags ?? 0n) & PG_reserved) === 0n) return;
  for (const run of runsOf(turn.before.machine.inits, start, end))
    if (run.value === 0) addPageEvents(r, 'SetPageReserved-on-uninit', run.start, run.end, word);
}

function notePage(r: Recorder, turn: TurnSeen, access: Access): void {
  if (access.field === '*') {
    if (access.rw === 'w') noteInit(r, turn, access);
    return;
  }
  const fn = functionOf(turn);
  if (access.rw === 'w' && access.field === '_refcount' && fn === '__free_pages_core') noteFree(r, turn, access);
  const pfn = mayBeUninitialised(turn, access) ? uninitialisedPage(turn.before, access) : -1;
  if (pfn < 0) return;
  const stage = stageWord(turn, r.actors);
  r.uninit.push({ at: at(turn.start), rw: access.rw, pfn, field: String(access.field), function: fn, stage });
  noteUninitEvents(r, turn, access, pfn, stage);
}

/** init_pageblock_migratetype(). Where it stands for set_pageblock_migratetype(), while merging, it is not listed. */
function notePageblock(r: Recorder, turn: TurnSeen, block: number): void {
  if (functionOf(turn) === 'set_pageblock_migratetype_range') return;
  const { machine } = turn.after;
  const word = stageWord(turn, r.actors);
  const mt = runGet(machine.pageblocks, block);
  const last = r.setRuns.at(-1);
  if (last?.[0] === word && last[2] === block && last[3] === mt) last[2] = block + 1;
  else r.setRuns.push([word, block, block + 1, mt]);
  const pfn = block * 2 ** machine.config.pageblockOrder;
  if (runGet(turn.before.machine.inits, pfn) === 0)
    addEvent(r, `init_pageblock_migratetype-on-uninit pfn=${pfn} in ${word}`);
}

/** Accesses of the turn: uninitialised pages, initialisation, pages freed, pageblock types. */
export function observeAccesses(r: Recorder, turn: TurnSeen): void {
  for (const access of turn.trace.accesses ?? []) {
    if (access.struct === 'page') notePage(r, turn, access);
    else if (access.struct === 'pageblock' && access.rw === 'w') notePageblock(r, turn, access.at as number);
  }
}

/** WARNs and bad pages of the turn, whether printed or not. */
export function observeNotes(r: Recorder, turn: TurnSeen): void {
  for (const note of turn.trace.notes ?? []) {
    r.faults.push({ at: at(turn.start), kind: note.kind, text: note.text, stack: stackNames(turn) });
    if (note.kind === 'WARN') addEvent(r, `WARN ${note.text} in ${stageWord(turn, r.actors)}`);
  }
}

/** Lines that pr_err() and pr_warn() printed. */
export function observeConsole(r: Recorder, turn: TurnSeen): void {
  const called = intrinsicsIn(r.boot.kernel.linked.program, turn);
  const level = called.find((name) => name === 'pr_err' || name === 'pr_warn');
  if (level === undefined) return;
  const word = stageWord(turn, r.actors);
  const printed = entries(turn.after.machine.console, turn.before.machine.console?.length ?? 0);
  for (const line of printed) addEvent(r, `${level} ${line} in ${word}`);
}
