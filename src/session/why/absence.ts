// Why nobody wrote something: the statements that could have, and for each what left it out. It climbs from the statement to
// its callers until a frame was about the pages asked for, and looks there for the test that went the other way; where none
// did, the range or iterator that came nearest. Knows nothing of values.
import { declaredTypes } from '../../kernel/index.ts';
import type { Fn, Program } from '../../vm/index.ts';
import { hex } from '../format.ts';
import { bounds } from './bounds.ts';
import { type Cause, note } from './cause.ts';
import { asksError, isLoop } from './deciders.ts';
import type { Explainer } from './explain.ts';
import { flowOf, leadsAway, statementOf, stretchOf } from './flow.ts';
import type { Walk } from './past.ts';
import { distanceAt, FARTHEST, type Pages, reachAt, reachOfArguments } from './reach.ts';
import type { Step } from './trace.ts';
import { statementText } from './words.ts';
import { callsOf, type Writer, writersOf, writesField } from './writers.ts';

/** Frames of one function that are looked at, the newest; of those that say nothing of pages. */
const MOST_FRAMES = 400;
const MOST_OPEN = 40;
/** Of those that were about a struct. */
const MOST_PASSING = 12;

/** Of the writers of a page's field: calls up to the frame that was about the page. Above, a frame is about all of memory. */
const MOST_CALLS = 2;

/** What the search has found for one statement. */
interface Found {
  readonly causes: Cause[];
  /** how far away it came: 0 when a test left the pages out */
  readonly distance: number;
  /** calls between the statement and the frame that was about the pages */
  readonly level: number;
}

const NOTHING: Found = { causes: [], distance: Number.POSITIVE_INFINITY, level: Number.POSITIVE_INFINITY };
/** From here on a row only says that something did not happen, not that it passed the pages over. */
const WEAK = 2;

/** An execution that came near the pages. */
interface Near {
  readonly step: Step;
  readonly distance: number;
  readonly words: string;
}

/** Explains why pages were not written. */
export class Absence {
  private readonly turns: { readonly first: number; readonly last: number };
  private readonly boot: number;
  private readonly program: Program;
  private visited = new Set<string>();
  private uncalled: string[] = [];

  constructor(
    private readonly explainer: Explainer,
    private readonly pages: Pages,
  ) {
    const { past } = explainer;
    const last = past.turnBefore(past.now);
    this.turns = { first: last < 0 ? 0 : past.bootStart(last), last };
    const state = past.stateAt(past.now);
    this.boot = state.boot;
    this.program = past.session.kernelAt(past.session.state.cursor).linked.program;
  }

  /** The writers of a field, and what left the pages out of each. */
  *explain(struct: string, field: string, since: number): Walk<Cause[]> {
    const writers = writersOf(this.program, struct, field);
    const rows: { cause: Cause; distance: number }[] = [];
    for (const writer of writers) {
      this.visited = new Set();
      this.uncalled = [];
      const found = yield* this.writer(writer, since);
      rows.push({ cause: found.cause, distance: found.distance });
    }
    rows.sort((a, b) => a.distance - b.distance);
    return rows.map(({ cause }) => cause);
  }

  /** The writers of a field of a struct that were about it since a turn and did not come to write it. */
  *passedBy(struct: string, field: string, since: number): Walk<Cause[]> {
    const rows: Cause[] = [];
    for (const writer of writersOf(this.program, struct, field)) {
      if (struct !== 'var' && !writer.fn.params.some(({ type }) => type === struct)) continue;
      const frames = this.frames(writer.fn, since).slice(-MOST_PASSING);
      const about = struct === 'var' ? frames : this.sorted(writer.fn, frames).about;
      yield* this.explainer.past.pause(this.turns.last);
      const passed = about.flatMap((frame) => this.passedOver(writer, frame) ?? []).at(-1);
      if (passed === undefined) continue;
      const test = yield* this.explainer.test(passed.step, passed.sense, 1);
      const text = `not written since by ${writer.fn.name}:${writer.fn.pos[writer.pc]?.[0] ?? 0}  ${this.text(writer)}`;
      rows.push({ ...note(text, [{ ...test, cost: 0 }]), cost: 0 });
    }
    return rows.slice(0, 4);
  }

  /** The writers of a field of pages that came near them since a turn and did not come to write it; the nearest calls first. */
  *passedPages(field: string, since: number): Walk<Cause[]> {
    const rows: { cause: Cause; found: Found }[] = [];
    for (const writer of writersOf(this.program, 'page', field)) {
      const op = writer.fn.ops[writer.pc];
      const frames = this.frames(writer.fn, since);
      if (op === undefined || writesField(op, 'page', '*') || frames.length === 0) continue;
      yield* this.explainer.past.pause(this.turns.last);
      this.visited = new Set();
      // one that was about the page says by itself what led away, if it has come so far
      const { about } = this.sorted(writer.fn, frames);
      const own = about.slice(-MOST_OPEN);
      const found = yield* about.length > 0 ? this.inFrames(writer, own, since, 0) : this.leftOut(writer, 0, since);
      if (found.distance >= WEAK || found.level > MOST_CALLS) continue;
      const text = `not written since by ${writer.fn.name}:${writer.fn.pos[writer.pc]?.[0] ?? 0}  ${this.text(writer)}`;
      const causes = found.causes.slice(0, 3).map((one) => ({ ...one, cost: 0 }));
      rows.push({ cause: { ...note(text, causes), cost: 0 }, found });
    }
    rows.sort((a, b) => a.found.distance - b.found.distance || a.found.level - b.found.level);
    return rows.map(({ cause }) => cause).slice(0, 2);
  }

  /** The statements that store a field of a page by its name and were not executed in this boot, and the test that led away. */
  *neverStored(field: string): Walk<Cause[]> {
    const rows: Cause[] = [];
    for (const writer of writersOf(this.program, 'page', field)) {
      const { fn, pc } = writer;
      // where the function ran, it is about what it was called for
      if (fn.ops[pc]?.[0] !== 'store' || this.frames(fn, 0).length > 0) continue;
      this.visited = new Set();
      const { causes } = yield* this.leftOut(writer, 0, 0);
      const text = `not executed in this boot: ${fn.name}:${fn.pos[pc]?.[0] ?? 0}  ${this.text(writer)}`;
      if (causes.length > 0) rows.push(note(text, causes.slice(0, 2)));
    }
    return rows.slice(0, 2);
  }

  private *writer(writer: Writer, since: number): Walk<{ cause: Cause; distance: number }> {
    const { fn, pc } = writer;
    yield* this.explainer.past.pause(this.turns.last);
    const nearest = this.nearest(writer, null, since);
    const found = nearest?.distance === 0 ? NOTHING : yield* this.leftOut(writer, 0, since);
    const text = `${fn.name}:${fn.pos[pc]?.[0] ?? fn.line}  ${this.text(writer)}`;
    const near =
      nearest === null
        ? ['not executed in this boot']
        : [`nearest: ${nearest.words}${nearest.distance === 0 ? ', not done with them yet' : ''}`];
    const at = nearest === null ? null : nearest.step.at;
    const thread = nearest === null ? null : this.explainer.past.thread(nearest.step.turn);
    const weak = found.causes.length === 0 && nearest?.distance !== 0 ? this.uncalledRows() : [];
    const cost = found.distance >= WEAK ? 2 : 1;
    const children = [...found.causes.slice(0, 4), ...weak].map((one) => ({ ...one, cost }));
    const cause = { text: `${text}  ${near.join('')}`, at, thread, children };
    return { cause, distance: nearest?.distance === 0 ? 0 : found.distance };
  }

  /** Functions on the way to the statement that have not run. */
  private uncalledRows(): Cause[] {
    const names = [...new Set(this.uncalled)];
    if (names.length === 0) return [];
    const more = names.length > 4 ? `, and ${names.length - 4} more that lead here` : '';
    return [
      note(
        `not called in this boot so far: ${names
          .slice(0, 4)
          .map((name) => `${name}()`)
          .join(', ')}${more}`,
      ),
    ];
  }

  private text({ fn, pc }: Writer): string {
    const { session } = this.explainer.past;
    return statementText(session.kernelAt(session.state.cursor).files, fn, pc);
  }

  /** Turns in this boot that stand where an operation can be next. */
  private executions(fn: Fn, pcs: readonly number[], since: number): number[] {
    const { past } = this.explainer;
    const codes = pcs.map((pc) => past.columns.code(this.boot, fn.name, pc)).filter((code) => code >= 0);
    return past.standing(codes, Math.max(this.turns.first, since), this.turns.last);
  }

  /** The pcs at which a turn may begin that executes an operation. */
  private entries(fn: Fn, pc: number): number[] {
    const { from } = statementOf(fn, pc);
    const out: number[] = [];
    for (let at = from; at <= pc; at++) if (stretchOf(fn, at).includes(pc)) out.push(at);
    return out;
  }

  /** The execution of a statement whose pages come nearest, in one frame or in any. */
  private nearest({ fn, pc }: Writer, frame: number | null, since: number): Near | null {
    const { past, slicer } = this.explainer;
    let best: { turn: number; distance: number; words: string } | null = null;
    for (const turn of this.executions(fn, this.entries(fn, pc), since)) {
      if (frame !== null && slicer.entry(turn) !== frame) continue;
      for (const { rw, struct, at, end } of past.accesses(turn)) {
        if (rw !== 'w' || typeof at !== 'number' || (struct !== 'page' && struct !== 'pageblock')) continue;
        const size = struct === 'page' ? 1 : this.pages.end - this.pages.start;
        const [start, stop] = [at * size, (end ?? at + 1) * size];
        const distance =
          stop <= this.pages.start ? this.pages.start - stop + 1 : Math.max(0, start - this.pages.end + 1);
        if (best !== null && best.distance <= distance) continue;
        best = { turn, distance, words: `pages ${hex(start)}..${hex(stop)}` };
      }
    }
    if (best === null) return null;
    const step = slicer.stepsOf(best.turn).findLast((one) => one.pc === pc) ?? slicer.stepsOf(best.turn)[0];
    if (step === undefined) return null;
    const words = `#${step.at} T${past.thread(best.turn) + 1} ${best.words}`;
    return { step, distance: best.distance, words };
  }

  /** What left the pages out, at an operation or above. */
  private *leftOut(target: Writer, level: number, since: number): Walk<Found> {
    const { fn, pc } = target;
    const key = `${fn.name} ${pc}`;
    if (this.visited.has(key) || level > 12) return NOTHING;
    this.visited.add(key);
    const frames = this.frames(fn, since);
    if (frames.length === 0) this.uncalled.push(fn.name);
    const { about, open } = this.sorted(fn, frames);
    const found = yield* this.inFrames(
      target,
      about.length > 0 ? about.slice(-MOST_OPEN) : level > 0 ? open.slice(-MOST_OPEN) : [],
      since,
      level,
    );
    // the reason lies in a frame that was about the pages; and who calls a function that is given no place says nothing
    if (found.distance < WEAK || (about.length > 0 && found.causes.length > 0)) return found;
    if (fn.params.length > 0 && !fn.params.some(({ type }) => declaredTypes().places.has(type))) return found;
    const above = yield* this.above(target, frames, level, since);
    return above.distance <= found.distance ? above : found;
  }

  /** What the callers of a function say. */
  private *above({ fn }: Writer, frames: readonly number[], level: number, since: number): Walk<Found> {
    const causes: Cause[] = [];
    let distance = Number.POSITIVE_INFINITY;
    let at = Number.POSITIVE_INFINITY;
    for (const call of this.callsTo(fn, frames)) {
      const found = yield* this.leftOut(call, level + 1, since);
      // one that says something outweighs those of which it is only known that they did not come here
      if (found.distance < distance && distance >= WEAK) causes.length = 0;
      if (found.distance >= WEAK && distance < WEAK) continue;
      causes.push(...found.causes);
      at = found.distance < distance ? found.level : Math.min(at, found.level);
      distance = Math.min(distance, found.distance);
    }
    return { causes, distance, level: at };
  }

  /** First turns of the frames of a function. */
  private frames(fn: Fn, since: number): number[] {
    const { past } = this.explainer;
    return this.executions(fn, [0], since)
      .filter((turn) => past.prev(turn) < 0)
      .slice(-MOST_FRAMES);
  }

  private sorted(fn: Fn, frames: readonly number[]): { about: number[]; open: number[] } {
    const { past } = this.explainer;
    const about: number[] = [];
    const open: number[] = [];
    for (const frame of frames) {
      const state = past.before(frame);
      const locals = state.threads[past.thread(frame)]?.top?.locals ?? [];
      const reach = reachOfArguments(state.machine, fn, locals, this.pages);
      if (reach === 'yes') about.push(frame);
      if (reach === 'open') open.push(frame);
    }
    return { about, open };
  }

  /** The operations that call a function: those of the text, and those that did. */
  private callsTo(fn: Fn, frames: readonly number[]): Writer[] {
    const { slicer } = this.explainer;
    const out = callsOf(this.program, fn.name);
    for (const frame of frames.slice(-20)) {
      const call = slicer.callOf(frame);
      if (call === null) continue;
      const by = slicer.fnOf(call.turn);
      if (!out.some((one) => one.fn === by && one.pc === call.pc)) out.push({ fn: by, pc: call.pc });
    }
    return out;
  }

  /** What frames that were about the pages did instead of the operation. */
  private *inFrames(target: Writer, frames: readonly number[], since: number, level: number): Walk<Found> {
    const byTest = new Map(
      frames.flatMap((frame) => this.passedOver(target, frame) ?? []).map((one) => [one.step.pc, one]),
    );
    const passed = [...byTest.values()].slice(-3);
    const causes: Cause[] = [];
    for (const { step, sense } of passed) causes.push(yield* this.explainer.test(step, sense, 1));
    if (causes.length > 0) return { causes, distance: 0, level };
    const near = frames
      .flatMap((frame) => this.nearest(target, frame, since) ?? this.nearestCall(target, frame) ?? [])
      .sort((a, b) => a.distance - b.distance)[0];
    if (near !== undefined)
      return { causes: yield* bounds(this.explainer, target.fn, near.step, this.pages), distance: 1, level };
    for (const frame of frames.slice(-1)) {
      const other = this.otherWay(target, frame);
      if (other !== null) {
        const causes = [yield* this.explainer.test(other.step, other.sense, 1)];
        return { causes, distance: WEAK, level };
      }
    }
    return NOTHING;
  }

  /** The last test in a frame that was about the pages and led away from an operation. */
  private passedOver(target: Writer, frame: number): { step: Step; sense: boolean } | null {
    return this.branches(target, frame, (step) => {
      const { fn, pc } = target;
      return reachAt(step.before.machine, fn, pc, step.pc, step.locals, this.pages) === 'yes';
    });
  }

  private otherWay(target: Writer, frame: number): { step: Step; sense: boolean } | null {
    return this.branches(target, frame, () => true);
  }

  /** The last executed test on which an operation depends that came out against it. */
  private branches(
    { fn, pc }: Writer,
    frame: number,
    wanted: (step: Step) => boolean,
  ): { step: Step; sense: boolean } | null {
    const { past, slicer } = this.explainer;
    const needed = this.needed(fn, pc);
    let best: { step: Step; sense: boolean } | null = null;
    for (let i = frame; i >= 0 && i <= this.turns.last; i = past.next(i)) {
      if (!stretchOf(fn, past.pc(i)).some((at) => needed.has(at))) continue;
      for (const step of slicer.stepsOf(i)) {
        if (!needed.has(step.pc) || step.truth === null || !leadsAway(fn, step.pc, step.truth, pc)) continue;
        // the end of a loop is no reason, what it went through is; and that nothing failed is none either
        if (isLoop(fn, step) || asksError(fn, step) || !wanted(step)) continue;
        best = { step, sense: step.truth };
      }
    }
    return best;
  }

  /** The branches that an operation depends on, directly or not. */
  private needed(fn: Fn, pc: number): Set<number> {
    const { controls } = flowOf(fn);
    const out = new Set<number>();
    const todo = [pc];
    for (let at = todo.pop(); at !== undefined; at = todo.pop())
      for (const { branch } of controls[at] ?? []) {
        if (out.has(branch)) continue;
        out.add(branch);
        todo.push(branch);
      }
    return out;
  }

  /** The execution of an operation in a frame whose arguments come nearest to the pages; null when they name none. */
  private nearestCall({ fn, pc }: Writer, frame: number): Near | null {
    const { past, slicer } = this.explainer;
    let best: Near | null = null;
    for (let i = frame; i >= 0 && i <= this.turns.last; i = past.next(i)) {
      if (!stretchOf(fn, past.pc(i)).includes(pc)) continue;
      const step = slicer.stepsOf(i).find((one) => one.pc === pc);
      if (step === undefined) continue;
      const distance = distanceAt(step.before.machine, fn, pc, step.locals, this.pages);
      if (distance < (best?.distance ?? FARTHEST)) best = { step, distance, words: '' };
    }
    return best;
  }
}
