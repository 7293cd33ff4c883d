// why EXPR: reads the question, has it explained, and gives the rows of the answer.
import { type Target, valueAt, wordOf } from '../../debugger/index.ts';
import { isRef, leftPfn, NEVER_SET, runGet } from '../../machine/index.ts';
import type { Fn } from '../../vm/index.ts';
import { formatValue, lastName } from '../format.ts';
import { type Results, resultText } from '../results.ts';
import type { Session } from '../session.ts';
import { readTarget } from '../targets.ts';
import { Absence } from './absence.ts';
import { type Cause, note, root, rowsOf, type Shown } from './cause.ts';
import { callerTestsOf } from './deciders.ts';
import { Explainer } from './explain.ts';
import { namedReads } from './flow.ts';
import { Past, type Walk } from './past.ts';
import { asksMachine, type Here, hereOf, localCause, partsOf, readExpression, subjectOf } from './question.ts';
import { initialised, readCauses } from './reads.ts';
import { fillRoot, nodeRoots } from './roots.ts';
import type { Step } from './trace.ts';
import { statementText } from './words.ts';

export { Interrupted } from './past.ts';

/** Levels that are looked for although fewer are shown: a chain that is cut off is shown with its end. */
const LOOKED = 12;

/** An answer: what was asked, and why it is so. */
export interface Answer {
  readonly lines: readonly string[];
  readonly results: Results;
}

/** The answer to `why TEXT`; `why` alone asks about the stop where one stands. An error in words. */
export function* why(session: Session, text: string, shown: Shown): Walk<Answer | string> {
  if (text === '') return yield* whyHere(session, shown);
  const words = meant(text);
  const frame = session.frame();
  const read = readExpression(session, words, frame);
  const target = readTarget(session, words);
  if (target.ok && !(read.ok && asksMachine(read.ex))) return yield* whyPlace(session, text, target.value, shown);
  if (!read.ok) return target.ok ? read.error : target.error;
  const value = session.evaluate(words);
  if (!value.ok) return value.error;
  const explainer = new Explainer(yield* Past.open(session), Math.max(LOOKED, shown.depth));
  const causes = yield* partsOf(explainer, read.ex, hereOf(explainer), (place) => placeCauses(explainer, place));
  const title = `${text} = ${formatValue(value.value, lastName(text))}`;
  const none = asksMachine(read.ex) ? 'read of tables whose writes are not recorded' : 'made of constants';
  return answer(session, title, causes.length > 0 ? causes : [note(none)], shown);
}

/** What words stand for: of $_pfn the local, of initialised(PFN) the struct page as a whole. */
const meant = (text: string): string =>
  text === '$_pfn' ? 'pfn' : text.replace(/^initialised\s*\((.*)\)$/, 'page($1)');

/** Why one stands here: what the stop is about, or else the statement and what led to it. */
function* whyHere(session: Session, shown: Shown): Walk<Answer | string> {
  const subject = subjectOf(session);
  const explainer = new Explainer(yield* Past.open(session), Math.max(LOOKED, shown.depth));
  const here = hereOf(explainer);
  const causes: Cause[] = [];
  const target = subject === null ? null : readTarget(session, subject);
  if (target?.ok === true) {
    const about = yield* placeCauses(explainer, target.value);
    causes.push(note(titleOf(session, subject ?? '', target.value), about));
  }
  if (here !== null) causes.push(...(yield* statementCauses(session, explainer, here)));
  if (causes.length === 0) return 'no thread stands in a statement here; ask about an expression';
  return answer(session, session.state.stop.lines[0] ?? 'the statement where you stand', causes, shown);
}

/** What the statement where one stands is made of, and what led to it. */
function* statementCauses(session: Session, explainer: Explainer, { step, fresh }: Here): Walk<Cause[]> {
  const frame = session.frame();
  const fn = frame === null ? undefined : session.kernel.linked.program.fns[frame.fn];
  if (fn === undefined) return [];
  const causes: Cause[] = [];
  if (session.thread()?.death) causes.push(...(yield* touchedCauses(explainer, step)));
  for (const slot of readFirst(fn, step, session.thread()?.death?.kind === 'oops'))
    causes.push(...(yield* localCause(explainer, slot, { step, fresh })), ...(yield* notStored(explainer, slot, step)));
  if (fresh === null)
    causes.push(...(yield* explainer.tests(step, 1, true)), ...(yield* callerTestsOf(explainer, step, 1)));
  else causes.push(...(yield* explainer.tests(fresh, 1, false)), ...(yield* callerTestsOf(explainer, fresh, 1)));
  if (fresh !== null && !causes.some(({ at }) => at === fresh.at)) causes.push(explainer.row(fresh, '', []));
  causes.push(...explainer.callers(fresh ?? step));
  return [
    note(`${fn.name}:${fn.pos[step.pc]?.[0] ?? fn.line}  ${statementText(session.kernel.files, fn, step.pc)}`, causes),
  ];
}

/** The locals that a statement reads; where it faulted at an address, first those through which it reaches memory. */
function readFirst(fn: Fn, { pc, locals }: Step, faulted: boolean): readonly number[] {
  const slots = namedReads(fn, pc);
  const reaches = (slot: number) => Number(isRef(locals[slot] ?? null));
  return faulted ? [...slots].sort((a, b) => reaches(b) - reaches(a)) : slots;
}

/** Who did the same to the same page before, of an operation that is no text and that the thread died in. */
function* doneBefore(explainer: Explainer, last: Step): Walk<Cause[]> {
  const { past, slicer } = explainer;
  if (last.op[0] !== 'mem') return [];
  const places = last.accesses.filter(({ struct, end }) => struct === 'page' && end === undefined);
  const scan = { from: past.bootStart(last.turn), to: last.turn, rw: 'w', backwards: true } as const;
  yield* past.pause(last.turn);
  for (const turn of past.columns.touching(places, scan))
    for (const step of slicer.stepsOf(turn)) {
      if (step.op[0] !== 'mem' || step.op[2] !== last.op[2]) continue;
      const row = explainer.row(step, '', yield* explainer.operation(step, 1));
      return [{ ...row, text: `the same before: ${row.text}`, cost: 0 }];
    }
  return [];
}

/** Of a local that was read of a page's field: the statements that store the field and did not come to it. */
function* notStored(explainer: Explainer, slot: number, step: Step): Walk<Cause[]> {
  const origin = explainer.slicer.origin(slot, step);
  const access = origin.kind === 'statement' ? origin.step.accesses[0] : undefined;
  if (access?.struct !== 'page' || access.rw !== 'r' || access.field === '*') return [];
  const subject = { start: Number(access.at), end: Number(access.at) + 1 };
  return yield* new Absence(explainer, subject).neverStored(String(access.field));
}

/** What the operation touched that a thread died in, as it was before. */
function* touchedCauses(explainer: Explainer, { turn }: Step): Walk<Cause[]> {
  const last = explainer.slicer.stepsOf(turn).at(-1);
  const out: Cause[] = last === undefined ? [] : yield* doneBefore(explainer, last);
  for (const access of last?.accesses ?? []) {
    if (last === undefined || access.struct.startsWith('memblock')) continue;
    const { struct, at, field } = access;
    const isUnwritten = struct === 'page' && runGet(last.before.machine.inits, at as number) === 0;
    out.push(
      ...(isUnwritten
        ? yield* initialised(explainer, access, last, 1)
        : yield* explainer.place({ struct, at, field }, last.at, 1)),
    );
  }
  return out;
}

function titleOf(session: Session, text: string, target: Target): string {
  const value = valueAt(session.now(), target);
  return value === undefined ? text : `${text} = ${formatValue(value, lastName(text))}`;
}

/** Why a place holds what it holds where one stands. */
function* whyPlace(session: Session, text: string, target: Target, shown: Shown): Walk<Answer> {
  const explainer = new Explainer(yield* Past.open(session), Math.max(LOOKED, shown.depth));
  const causes = yield* placeCauses(explainer, target);
  const said = causes.length > 0 ? causes : [note('no statement of this boot has written it')];
  return answer(session, titleOf(session, text, target), said, shown);
}

/** Of a node that the machine does not have, or a zone of one: that there is none. */
function noNode({ past }: Explainer, { struct, at }: Target): Cause[] {
  const nid = struct === 'pglist_data' ? Number(at) : struct === 'zone' ? Number(at) >> 3 : null;
  const { nodes, roots } = nodeRoots(past.session.loaded);
  if (nid === null || nodes.includes(nid)) return [];
  const rows = roots.slice(-4).map(({ text }) => root(text));
  return [note(`there is no node ${nid}: the machine has node ${nodes.join(', ')}`, rows)];
}

function* placeCauses(explainer: Explainer, asked: Target): Walk<Cause[]> {
  const none = noNode(explainer, asked);
  if (none.length > 0) return none;
  const target = asked.struct === 'pageblock' ? { ...asked, field: wordOf(asked.field) } : asked;
  const causes = yield* written(explainer, target);
  const all = yield* absence(explainer, target);
  // of a field that was written, that the rest of its page was not is said, and why only when asked; flags are written bit by bit
  const isWritten = causes.length > 0 && target.field !== '*' && target.field !== 'flags';
  const absent = isWritten ? all.map((cause) => ({ ...cause, folded: true })) : all;
  // of a page as a whole that nobody initialised, who wrote a field of it says less
  const far = absent.length > 0 ? causes.map((cause) => ({ ...cause, cost: 3 })) : causes;
  return target.field === '*' ? [...absent, ...far] : [...causes, ...absent];
}

/** Who wrote a place, or else where it has its value from. A region is the one that lies there now, whatever its number was. */
function* written(explainer: Explainer, target: Target): Walk<Cause[]> {
  const { past } = explainer;
  const turn = past.turnBefore(past.now);
  const { struct, at, field } = target;
  if (struct !== 'memblock_region') {
    const causes = yield* explainer.place(target, past.now, 0);
    if (causes.length > 0 && NAMED.has(struct) && field !== '*')
      return [...causes, ...(yield* passedBy(explainer, target))];
    if (causes.length > 0 && struct === 'page' && field !== '*')
      return [...causes, ...(yield* passedPage(explainer, target))];
    if (causes.length > 0 || turn < 0 || struct === 'page' || field === '*') return causes;
  }
  const before = past.stateAt(past.now);
  const step: Step = { ...NOWHERE, at: past.now, turn, before };
  return turn < 0 ? [] : yield* readCauses(explainer, { rw: 'r', struct, at, field, op: 0 }, step, 0);
}

/** Structs of which text asks by reference, or by name. */
const NAMED: ReadonlySet<string> = new Set(['zone', 'pglist_data', 'var', 'kho_in', 'kho_out']);

/** The statements that might have written a place again, and passed it by. */
function* passedBy(explainer: Explainer, { struct, at, field }: Target): Walk<Cause[]> {
  const last = yield* explainer.lastWrite({ struct, at, field }, explainer.past.now);
  const subject = { start: 0, end: 0, ref: { struct, at } };
  return yield* new Absence(explainer, subject).passedBy(struct, String(field), (last?.turn ?? -1) + 1);
}

/** The statements that might have written a field of a page again, and did not come to it. */
function* passedPage(explainer: Explainer, { struct, at, field }: Target): Walk<Cause[]> {
  const last = yield* explainer.lastWrite({ struct, at, field }, explainer.past.now);
  const subject = { start: Number(at), end: Number(at) + 1 };
  return yield* new Absence(explainer, subject).passedPages(String(field), (last?.turn ?? -1) + 1);
}

/** A place in time at which nothing is executed. */
const NOWHERE: Omit<Step, 'at' | 'turn' | 'before'> = {
  pc: 0,
  op: ['nop'],
  locals: [],
  accesses: [],
  value: undefined,
  truth: null,
};

/** What the kernel before wrote into the struct page that lay in the same memory, where the fill is what it left. */
function* leftBehind(explainer: Explainer, target: Target): Walk<Cause[]> {
  const { past } = explainer;
  const { machine, boot } = past.stateAt(past.now);
  const { left } = machine.hardware;
  const start = past.session.bootStarts(past.branch).find((one) => one.boot === boot)?.at ?? 0;
  if (left === null || start === 0 || machine.config.fill !== 'stale' || target.field === '*') return [];
  const pfn = leftPfn(machine, left, target.at as number);
  if (pfn === null) return [];
  return yield* explainer.place({ ...target, at: pfn, end: pfn + 1 }, start, 2);
}

/** Structs of which there is one: who wrote the field wrote this one. */
const ALONE: ReadonlySet<string> = new Set(['var', 'kho_in', 'kho_out']);

/** The statements that can write a variable that nobody has written, and what led away from each. */
function* neverWritten(explainer: Explainer, { struct, at, field }: Target): Walk<Cause[]> {
  if ((yield* explainer.lastWrite({ struct, at, field }, explainer.past.now)) !== null) return [];
  const subject = { start: 0, end: 0, ref: { struct, at } };
  const rows = yield* new Absence(explainer, subject).explain(struct, String(field), 0);
  if (rows.length === 0) return [];
  return [note(`not written in this boot; statements that can write it: ${rows.length}`, rows)];
}

/** What nobody did to pages: initialise them, type their pageblock. Empty where somebody did. */
function* absence(explainer: Explainer, target: Target): Walk<Cause[]> {
  const { past } = explainer;
  const { machine } = past.session.now();
  if (ALONE.has(target.struct) && target.field !== '*') return yield* neverWritten(explainer, target);
  if (typeof target.at !== 'number') return [];
  if (target.struct === 'page') {
    if (target.at < 0 || runGet(machine.memmap, target.at) === null)
      return [note('no memory is behind this struct page here')];
    if (runGet(machine.inits, target.at) > 0) return [];
    const rows = yield* new Absence(explainer, { start: target.at, end: target.at + 1 }).explain('page', '*', 0);
    const fill = root(fillRoot(past.session.loaded).text);
    const before = yield* leftBehind(explainer, target);
    return [
      note('never initialised in this boot: what was not written since is the fill', [fill, ...before]),
      note(`statements that initialise struct pages in this kernel text: ${rows.length}`, rows),
    ];
  }
  if (target.struct === 'pageblock') {
    const size = 2 ** machine.config.pageblockOrder;
    const pages = { start: target.at * size, end: (target.at + 1) * size };
    const isBacked = [pages.start, pages.end - 1].some((pfn) => pfn >= 0 && runGet(machine.memmap, pfn) !== null);
    if (isBacked && runGet(machine.pageblocks, target.at) !== NEVER_SET) return [];
    if (!isBacked) return [note('never written: no memory is behind its struct pages here')];
    const rows = yield* new Absence(explainer, pages).explain('pageblock', 'migratetype', 0);
    return [note(`never written in this boot, reads as UNMOVABLE; statements that can write it: ${rows.length}`, rows)];
  }
  return [];
}

function answer(session: Session, title: string, causes: readonly Cause[], shown: Shown): Answer {
  const rows = rowsOf(causes, shown);
  const { branch } = session.state.cursor;
  return { lines: [title, ...rows.map((row) => `  ${resultText(row)}`)], results: { title, branch, rows } };
}
