// What nobody asked about: flags and nodes of memblock's regions that a write concerns, and that no statement of its call
// chain has looked at. Knows nothing of values.
import type { Target } from '../../debugger/index.ts';
import { isRef, regionAt, regionEnd, runGet } from '../../machine/index.ts';
import { chainText } from './callers.ts';
import { type Cause, note } from './cause.ts';
import type { Explainer } from './explain.ts';
import { namesOf, operands, statementOf, stretchOf } from './flow.ts';
import type { Walk } from './past.ts';
import { covering, coveringCause, flagNames, type ListName, regionText } from './regions.ts';
import type { Range } from './slice.ts';
import type { Step } from './trace.ts';
import { unitOf } from './units.ts';

/** The bytes that a write of a page or pageblock concerns; null for other structs. */
export function bytesOf(step: Step, { struct, at }: Target): { readonly start: number; readonly end: number } | null {
  if (typeof at !== 'number') return null;
  const { pageShift, pageblockOrder } = step.before.machine.config;
  const size = 2 ** (struct === 'pageblock' ? pageShift + pageblockOrder : pageShift);
  return struct === 'page' || struct === 'pageblock' ? { start: at * size, end: (at + 1) * size } : null;
}

/** Flags that an intrinsic asks for by itself. */
const ASKS: Readonly<Record<string, readonly string[]>> = {
  memblock_is_kho_scratch_memory: ['KHO_SCRATCH'],
  __next_mem_range: ['NOMAP', 'HOTPLUG'],
};

/** The flags that the operations of one turn asked about, for a region of a list. */
function askedIn(explainer: Explainer, turn: number, list: ListName, index: number): string[] {
  const { past, slicer } = explainer;
  const accesses = past.accesses(turn);
  const scratch = accesses.some(({ struct }) => struct === 'kho_scratch') ? ['KHO_SCRATCH'] : [];
  const whole = accesses.some(({ struct, at }) => struct === 'memblock' && at === list);
  const one = accesses.some(
    ({ struct, at, field }) => struct === 'memblock_region' && at === regionAt(list, index) && field === 'flags',
  );
  if (!whole && !one) return scratch;
  const fn = slicer.fnOf(turn);
  const { from, to } = statementOf(fn, past.pc(turn));
  const ops = fn.ops.slice(from, to);
  const named = one ? ops.flatMap((op) => operands(op).flatMap(namesOf)).flatMap(flagOf) : [];
  const asked = whole ? ops.flatMap((op) => (op[0] === 'mem' ? (ASKS[op[2]] ?? []) : [])) : [];
  return [...scratch, ...named, ...asked];
}

const flagOf = (name: string): string[] => (name.startsWith('MEMBLOCK_') ? [name.slice('MEMBLOCK_'.length)] : []);

/** Flags of the regions around a write that nothing in its call chain has asked about. */
export function* unconsulted(explainer: Explainer, step: Step, target: Target): Walk<Cause[]> {
  const bytes = bytesOf(step, target);
  if (bytes === null || !laysOut(step)) return [];
  const { machine } = step.before;
  const out: Cause[] = [];
  for (const list of ['memory', 'reserved'] as const) {
    const found = covering(machine, list, bytes.start);
    if (found === null) continue;
    const set = flagNames(found.region.flags);
    if (set.length === 0) continue;
    const asked = askedOnPath(explainer, step, list, found.index);
    const missing = set.filter((flag) => !asked.has(flag) && matters(flag, step, target));
    if (missing.length === 0) continue;
    const [region] = yield* coveringCause(explainer, list, bytes.start, 'flags', step, 0);
    if (region === undefined) continue;
    const path = note(`the path: ${pathText(explainer, step)}`);
    const text = `not asked on this path: ${missing.join(', ')} of ${region.text}`;
    out.push({ ...region, text, children: [path, ...region.children] });
  }
  return out;
}

/** Does an operation give pages their node, zone or type? What memblock knows of them matters then, and not when they are used. */
const laysOut = ({ accesses }: Step): boolean =>
  accesses.some(
    ({ rw, struct, field }) => rw === 'w' && (struct === 'pageblock' || (struct === 'page' && field === '*')),
  );

/**
 * RSRV_KERN says whose memory it is, and no statement decides by it what to do with a page. KHO_SCRATCH decides the type of a
 * pageblock, and whether a struct page was made before; the first initialisation of one is the same with it and without.
 */
function matters(flag: string, { accesses, before: { machine } }: Step, { struct, at }: Target): boolean {
  if (flag !== 'KHO_SCRATCH') return flag !== 'RSRV_KERN';
  const typed = accesses.some((access) => access.rw === 'w' && access.struct === 'pageblock');
  return typed || (struct === 'page' && runGet(machine.inits, at as number) > 0);
}

/** The first turn of the outermost call on the stack that is about pages, and so all that was done for them. */
function outermost(explainer: Explainer, turn: number): number {
  const { slicer } = explainer;
  let first = slicer.entry(turn);
  for (let call = slicer.callOf(turn); call !== null && concerns(explainer, call); call = slicer.callOf(call.turn))
    first = slicer.entry(call.turn);
  return first;
}

/** What the statements of the active calls asked, and those of the calls they made before. */
function askedOnPath(explainer: Explainer, step: Step, list: ListName, index: number): Set<string> {
  const { past } = explainer;
  const out = new Set<string>();
  const places: Target[] = [
    { struct: 'memblock_region', at: regionAt(list, index), field: 'flags' },
    { struct: 'memblock', at: list, field: 'regions' },
    { struct: 'kho_scratch', at: 0, end: Number.MAX_SAFE_INTEGER, field: '*' },
  ];
  const scan = { from: outermost(explainer, step.turn), to: step.turn + 1, rw: 'r' } as const;
  for (const i of past.columns.touching(places, scan))
    if (past.thread(i) === past.thread(step.turn)) for (const flag of askedIn(explainer, i, list, index)) out.add(flag);
  return out;
}

/** Is a call about some pages? Callers above the last that passes a place on have other things to ask about. */
function concerns(explainer: Explainer, call: Step): boolean {
  return operands(call.op).some((ex) => {
    const value = explainer.slicer.value(ex, call);
    return isRef(value ?? null) || (typeof value === 'number' && value > 255);
  });
}

function pathText(explainer: Explainer, step: Step): string {
  const names = [explainer.fnOf(step).name];
  for (let call = explainer.slicer.callOf(step.turn); call !== null && concerns(explainer, call); ) {
    names.push(explainer.fnOf(call).name);
    call = explainer.slicer.callOf(call.turn);
  }
  return chainText(names);
}

/** Who says what node a page is on, by pfn. */
const SAY_NODE: ReadonlySet<string> = new Set(['early_pfn_to_nid', 'pfn_to_nid', 'page_to_nid']);

/** Where the text of a boot asks what node a page is on: the operations at which a turn may begin that does. */
function nodeQuestions(explainer: Explainer, turn: number): number[] {
  const { past } = explainer;
  const { kernel, number } = past.boot(turn);
  return Object.values(kernel.linked.program.fns).flatMap((fn) =>
    fn.ops.flatMap((op, pc) => {
      if (op[0] !== 'mem' || !SAY_NODE.has(op[2])) return [];
      const { from } = statementOf(fn, pc);
      const starts = Array.from({ length: pc - from + 1 }, (_, i) => from + i).filter((at) =>
        stretchOf(fn, at).includes(pc),
      );
      return starts.map((at) => past.columns.code(number, fn.name, at));
    }),
  );
}

/** The pfns whose node was asked for in the calls on the stack that are about pages, and in the calls they made. */
function askedNodes(explainer: Explainer, use: Step): Set<number> {
  const { past, slicer } = explainer;
  const out = new Set<number>();
  const turns = past.standing(nodeQuestions(explainer, use.turn), outermost(explainer, use.turn), use.turn);
  for (const i of turns) {
    if (past.thread(i) !== past.thread(use.turn)) continue;
    for (const step of slicer.stepsOf(i))
      if (step.op[0] === 'mem' && SAY_NODE.has(step.op[2])) out.add(pfnAsked(explainer, step));
  }
  return out;
}

function pfnAsked(explainer: Explainer, step: Step): number {
  const [first] = operands(step.op);
  const value = first === undefined ? undefined : explainer.slicer.value(first, step);
  return isRef(value ?? null) ? Number((value as { at: number }).at) : Number(value);
}

/** The nodes that a range of pages goes across and that were not asked for; nothing where it stays on one. */
export function nodesAcross(explainer: Explainer, range: Range, first: number, end: number): Cause[] {
  const { use } = range;
  const unit = unitOf(explainer.fnOf(use), range.slot);
  if (unit === null) return [];
  const { machine } = use.before;
  const size = 2 ** machine.config.pageShift;
  const [start, stop] = unit === 'pfn' ? [first * size, end * size] : [first, end];
  const within = machine.memblock.memory.regions.flatMap((region, index) =>
    region.base < stop && start < regionEnd(region) ? [{ region, index }] : [],
  );
  const nodes = new Set(within.map(({ region }) => region.nid));
  if (nodes.size < 2) return [];
  const asked = askedNodes(explainer, use);
  const known = new Set(
    within
      .filter(({ region }) => [...asked].some((pfn) => pfn * size >= region.base && pfn * size < regionEnd(region)))
      .map(({ region }) => region.nid),
  );
  return within
    .filter(({ region }) => !known.has(region.nid))
    .map(({ region, index }) => note(`not asked on this path: the node of ${regionText('memory', index, region)}`));
}
