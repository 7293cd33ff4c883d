// Why what was read of memory is what it is: who wrote it, in this boot or an earlier one, or that the scenario has it. Knows
// nothing of locals.
import type { Target } from '../../debugger/index.ts';
import { isRef, readField } from '../../machine/index.ts';
import type { Access } from '../../vm/index.ts';
import { hex } from '../format.ts';
import { Absence } from './absence.ts';
import { type Cause, note, root as rootNote } from './cause.ts';
import { type Explainer, isAt, target } from './explain.ts';
import { operands } from './flow.ts';
import type { Walk } from './past.ts';
import { regionCause } from './regions.ts';
import { fillRoot, rootOfIntrinsic, rootOfPlace } from './roots.ts';
import type { Step } from './trace.ts';
import { named } from './words.ts';
import { feedingField } from './writers.ts';

/** Why a place held what was read of it: who wrote it, in this boot or before, or that the scenario has it. */
export function* readCauses(explainer: Explainer, access: Access, step: Step, depth: number): Walk<Cause[]> {
  const { past } = explainer;
  const { loaded } = past.session;
  if (access.struct === 'memblock_region') return yield* regionCause(explainer, access, step, depth);
  const written = yield* explainer.place(target(access), step.at, depth);
  if (written.length > 0) return written;
  const earlier = yield* earlierBoot(explainer, access, step, depth);
  if (earlier.length > 0) return earlier;
  const root = rootOfPlace(loaded, past.boot(step.turn), access);
  if (root !== null) return [rootNote(root.text)];
  if (access.struct === 'page') return [rootNote(fillRoot(loaded).text)];
  return yield* structMade(explainer, access, step, depth);
}

/** What lies in physical memory may have been written by a kernel before this one. */
function* earlierBoot(explainer: Explainer, access: Access, step: Step, depth: number): Walk<Cause[]> {
  const { past } = explainer;
  const start = past.at(past.bootStart(step.turn));
  if (start === 0) return [];
  const image = access.struct === 'boot_params' ? IMAGE[access.field] : undefined;
  if (image !== undefined) return yield* explainer.place({ struct: 'kimage', at: 0, field: image }, start, depth);
  return IN_MEMORY.has(access.struct) ? yield* explainer.place(target(access), start, depth) : [];
}

/** A struct on a stack: the statement that made it. */
function* structMade(explainer: Explainer, access: Access, step: Step, depth: number): Walk<Cause[]> {
  const { past, slicer } = explainer;
  const from = past.bootStart(step.turn);
  for (let i = step.turn; i >= from; i--) {
    const ops = slicer.mayMake(i, access.struct);
    if (!ops) continue;
    const found = slicer.stepsOf(i).find(({ op, value }) => op[0] === 'new' && isRef(value) && value.at === access.at);
    if (found === undefined || found.op[0] !== 'new') continue;
    const index = found.op[3].indexOf(String(access.field));
    const ex = found.op[4][index];
    const causes = ex === undefined ? [] : yield* explainer.expression(ex, found, depth + 1);
    return [explainer.row(found, named(String(access.field), slicer.value(ex ?? ['k', null], found)), causes)];
  }
  return [];
}

/** What an intrinsic made its value of: its arguments, and what it read. */
export function* intrinsicCauses(
  explainer: Explainer,
  step: Step,
  depth: number,
  replaced: Target | null,
): Walk<Cause[]> {
  const { past } = explainer;
  const { op } = step;
  if (op[0] !== 'mem' && op[0] !== 'range') return [];
  const out: Cause[] = [];
  // an iterator's cursor and node say less than the regions between which it found something
  if (op[2] !== '__next_mem_range')
    for (const ex of feedingField(op, replaced?.field ?? '*', operands(op)))
      out.push(...(yield* explainer.expression(ex, step, depth)));
  const judged = judgedPage(step);
  if (judged !== null)
    for (const field of unclean(step, judged))
      out.push(...(yield* explainer.place({ struct: 'page', at: judged, field }, step.at, depth)));
  for (const access of step.accesses) {
    if (access.rw !== 'r' || (replaced !== null && isAt(access, replaced))) continue;
    if (access.struct === 'memblock') out.push(...(yield* regionCause(explainer, access, step, depth)));
    else if (SAY_ZONE.has(op[2])) out.push(...(yield* initialised(explainer, access, step, depth)));
    else if (access.end === undefined) out.push(...(yield* readCauses(explainer, access, step, depth)));
  }
  const first = operands(op)[0];
  const value = first === undefined ? null : explainer.slicer.value(first, step);
  const root = rootOfIntrinsic(past.session.loaded, past.boot(step.turn), op[2], value);
  if (root !== null) out.push(rootNote(root.text));
  return out;
}

/** What judges a page by several fields at once, and records one read. */
const JUDGES: ReadonlySet<string> = new Set(['page_expected_state', 'page_bad_reason']);

/** The page that was judged, or at which a search for a bad one ended; null: none. */
function judgedPage({ op, value, accesses: [access] }: Step): number | null {
  if (access?.struct !== 'page' || access.rw !== 'r') return null;
  if (op[0] === 'mem' && JUDGES.has(op[2])) return access.at as number;
  return op[0] === 'range' && typeof value === 'number' && access.end === value + 1 ? value : null;
}

/** The fields by which a page does not look like one that can be freed. */
function unclean({ before: { machine } }: Step, pfn: number): string[] {
  const held = (field: string) => readField(machine, { struct: 'page', at: pfn }, field);
  const isTyped = Number(held('page_type')) >>> 24 !== 0xff;
  const nonzero = ['_refcount', 'mapping', 'private'].filter((field) => Number(held(field)) !== 0);
  return isTyped ? ['page_type', ...nonzero] : nonzero;
}

/** Node and zone of a struct page are what it was initialised with, whatever flags were set since. */
export function* initialised(explainer: Explainer, access: Access, step: Step, depth: number): Walk<Cause[]> {
  const found = yield* explainer.place(target(access), step.at, depth, ({ field }) => field === '*');
  if (found.length > 0) return found;
  const pages = { start: access.at as number, end: (access.at as number) + 1 };
  const fill = rootNote(fillRoot(explainer.past.session.loaded).text);
  const rows = depth > 3 ? [] : yield* new Absence(explainer, pages).explain('page', '*', 0);
  return [note(`page(${hex(pages.start)}) is not initialised: what nobody wrote in it is the fill`, [fill, ...rows])];
}

/** What kexec passes on, by the fields of boot_params and of the image. */
const IMAGE: Readonly<Record<string, string>> = {
  kho: 'kho',
  fdt_addr: 'kho_fdt',
  scratch_addr: 'kho_scratch',
  nr_scratch: 'nr_scratch',
};

/** Structs that lie at a physical address, and stay there when a kernel starts another. */
const IN_MEMORY: ReadonlySet<string> = new Set([
  'phys',
  'kho_radix_node',
  'kho_radix_leaf',
  'u64[]',
  'kho_mem_phys_bits',
  'khoser_mem_chunk',
  'khoser_mem_chunk_hdr',
  'khoser_mem_bitmap_ptr',
  'kho_vmalloc',
  'luo_ser',
]);

/** Accessors that give node or zone of a struct page. */
export const SAY_ZONE: ReadonlySet<string> = new Set(['page_to_nid', 'pfn_to_nid', 'page_zone', 'page_zone_id']);
