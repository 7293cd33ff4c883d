// What happened in each turn of a branch, in packed columns: who moved, where it stood, what it touched. Questions about the
// past scan them, and only turns that may answer are run again. They say too much rather than too little: a turn that is
// found here is still to be looked at. Knows nothing of how a turn is run.
import type { Machine, Ref, Value } from '../machine/index.ts';
import {
  type Access,
  atStatement,
  type Linked,
  linkedFor,
  type Recorded,
  type State,
  type Trace,
} from '../vm/index.ts';
import { CHUNK, Chunk } from './chunk.ts';
import { Names } from './column-names.ts';
import { covers, fieldsMeet, type Target, valueAt } from './touches.ts';
import { initialisedAgain, uninitialisedPage } from './uninitialised.ts';

/** What is known of a turn, as bits. The parts of the machine that it replaced lie above them, see PARTS. */
export const FLAG = {
  /** it began at the beginning of a statement */
  statement: 1,
  /** it read, it wrote a struct page that was not initialised */
  uninitRead: 2,
  uninitWrite: 4,
  /** it initialised a struct page that was */
  reinit: 8,
  warn: 16,
  badPage: 32,
  /** its thread died */
  fault: 64,
  /** a thread started or ended */
  thread: 128,
  /** a function returned */
  returned: 256,
  /** struct pages changed that no access wrote: memory was put behind them */
  backed: 512,
  /** another boot began: the whole machine is another */
  boot: 1024,
} as const;

/** Parts of a machine that change as a whole, in the order of their bits in a mask. */
export const PARTS = [
  'memmap',
  'inits',
  'pageblocks',
  'buddy',
  'phys',
  'table',
  'memblock',
  'sections',
  'console',
  'serial',
] as const satisfies readonly (keyof Machine)[];

/** Most structs that one access is kept with. */
const WIDEST = 2 ** 32 - 1;

const PART_SHIFT = 11;
const MEMMAP = 1 << (PART_SHIFT + PARTS.indexOf('memmap'));

/** The places and parts of memory that a value was made from: as long as none is written, it stays what it is. */
export interface Reads {
  readonly places: readonly Target[];
  /** mask of PARTS that are read otherwise than by places */
  readonly parts: number;
  /** the frame whose local variables it was made from, too: so deep on the stack of that thread */
  readonly frame?: { readonly thread: number; readonly depth: number };
}

/** A field and what it held after the turn that wrote it. */
export interface Written {
  readonly ref: Ref;
  readonly field: string | number;
  readonly value: Value;
}

/** Where a thread stood: operation `pc` of a function of one boot. */
export interface Stood {
  readonly boot: number;
  readonly fn: string;
  readonly pc: number;
}

/** Which turns a scan goes through, [from, to); `backwards`: from the last to the first. */
export interface Scan {
  readonly from?: number;
  readonly to?: number;
  readonly rw?: 'r' | 'w';
  readonly backwards?: boolean;
}

/** Structs whose fields are no values to be read: a fault for each write of one would only take time. */
const NO_VALUE: ReadonlySet<string> = new Set(['spinlock', 'memblock']);

/** The columns of one branch. Turn i leads from its entry i to the next. */
export class Columns {
  private readonly chunks: Chunk[] = [];
  private turns = 0;
  /** of the function asked about last */
  private lately = { boot: -1, fn: '', base: 0 };

  constructor(
    /** positions of the entries, of which there is one more than turns */
    readonly positions: readonly number[],
    private readonly names: Names = new Names(),
  ) {}

  /** Turns recorded. */
  get length(): number {
    return this.turns;
  }

  /** The first `turns` turns, as another branch begins with them. */
  fork(positions: readonly number[], turns: number): Columns {
    const out = new Columns(positions, this.names);
    const whole = Math.floor(turns / CHUNK);
    out.chunks.push(...this.chunks.slice(0, whole));
    const last = this.chunks[whole];
    if (turns % CHUNK > 0 && last !== undefined) out.chunks.push(new Chunk(last, turns % CHUNK));
    out.turns = turns;
    return out;
  }

  /** Records the next turn. */
  add(linked: Linked, before: State, after: State, thread: number, trace: Trace): void {
    const i = this.turns % CHUNK;
    if (i === 0) this.chunks.push(new Chunk());
    const chunk = this.chunks[this.chunks.length - 1] as Chunk;
    const top = before.threads[thread]?.top ?? null;
    let depth = 0;
    for (let frame = top; frame !== null; frame = frame.up) depth++;
    const own = linkedFor(linked, before);
    const accesses = trace.accesses ?? [];
    let flags = flagsOf(before, after, thread, trace);
    if (top !== null) {
      if (atStatement(own, top)) flags |= FLAG.statement;
      chunk.code[i] = this.baseOf(own, before.boot, top.fn) + top.pc;
    }
    chunk.thread[i] = thread;
    chunk.depth[i] = depth;
    let n = chunk.first[i] as number;
    for (const access of accesses) {
      const { at, end } = access;
      const place = typeof at === 'number' ? at : this.names.string(at);
      const what = this.names.kind(access.struct, access.field) * 2 + (access.rw === 'w' ? 1 : 0);
      chunk.add(n, what, place, end === undefined ? 1 : Math.min(WIDEST, Math.max(0, end - place)));
      if (access.rw === 'w' && !NO_VALUE.has(access.struct)) chunk.values.set(n, valueAt(after, access));
      n++;
      flags |= pageFlags(before, access);
    }
    chunk.first[i + 1] = n;
    if ((flags & MEMMAP) !== 0 && !accesses.some(writesPage)) flags |= FLAG.backed;
    chunk.flags[i] = flags;
    this.turns++;
  }

  private baseOf(linked: Linked, boot: number, fn: string): number {
    const { lately } = this;
    if (lately.fn !== fn || lately.boot !== boot) {
      this.lately = { boot, fn, base: this.names.base(boot, fn, linked.program.fns[fn]?.ops.length ?? 0) };
    }
    return this.lately.base;
  }

  private chunk(i: number): Chunk {
    const found = i < this.turns ? this.chunks[Math.floor(i / CHUNK)] : undefined;
    if (found === undefined) throw new RangeError(`no turn ${i}`);
    return found;
  }

  /** Position at which a turn begins. */
  at(i: number): number {
    return this.positions[i] as number;
  }

  /** Index of the thread that moved. */
  thread(i: number): number {
    return this.chunk(i).thread[i % CHUNK] as number;
  }

  /** Frames on its stack before it moved. */
  depth(i: number): number {
    return this.chunk(i).depth[i % CHUNK] as number;
  }

  /** Bits of FLAG. */
  flags(i: number): number {
    return this.chunk(i).flags[i % CHUNK] as number;
  }

  /** Mask of the PARTS of the machine that were replaced. */
  parts(i: number): number {
    return this.flags(i) >>> PART_SHIFT;
  }

  /** Where it stood as one number: equal for equal operations of one boot. */
  codeAt(i: number): number {
    return this.chunk(i).code[i % CHUNK] as number;
  }

  /** That number of an operation, or -1 when nobody has stood in its function. */
  code(boot: number, fn: string, pc: number): number {
    const base = this.names.knownBase(boot, fn);
    return base === null ? -1 : base + pc;
  }

  /** Where the thread stood before the turn. */
  place(i: number): Stood {
    const code = this.codeAt(i);
    const { fns } = this.names;
    let low = 0;
    let high = fns.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((fns[middle]?.base ?? 0) <= code) low = middle;
      else high = middle - 1;
    }
    const found = fns[low];
    return { boot: found?.boot ?? 0, fn: found?.fn ?? '', pc: code - (found?.base ?? 0) };
  }

  /** The turn during which a position is passed: the last that begins at or before it. */
  turnAt(position: number): number {
    let low = 0;
    let high = Math.max(0, this.turns - 1);
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.at(middle) <= position) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** What a turn touched. */
  accesses(i: number): Recorded[] {
    const chunk = this.chunk(i);
    const out: Recorded[] = [];
    for (let n = chunk.first[i % CHUNK] as number; n < (chunk.first[(i % CHUNK) + 1] as number); n++) {
      const what = chunk.what[n] as number;
      const place = chunk.at[n] as number;
      const span = chunk.span[n] as number;
      const { struct, field } = this.names.kinds[what >> 1] as Names['kinds'][number];
      const at = this.names.at(place);
      const rw = what % 2 === 1 ? 'w' : 'r';
      out.push(span === 1 ? { rw, struct, at, field } : { rw, struct, at, end: place + span, field });
    }
    return out;
  }

  /** What a turn wrote to the places, one field of one struct each. Null: it wrote to them otherwise, too, or replaced a part. */
  writes(i: number, places: readonly Target[], parts: number): Written[] | null {
    const chunk = this.chunk(i);
    const k = i % CHUNK;
    const mask = (parts << PART_SHIFT) | FLAG.boot | FLAG.backed;
    if (((chunk.flags[k] as number) & mask) !== 0) return null;
    const out: Written[] = [];
    for (let n = chunk.first[k] as number; n < (chunk.first[k + 1] as number); n++) {
      const what = chunk.what[n] as number;
      if (what % 2 === 0) continue;
      const { struct, field } = this.names.kinds[what >> 1] as Names['kinds'][number];
      if (!places.some((place) => fieldsMeet({ struct, field }, place))) continue;
      const place = chunk.at[n] as number;
      const at = this.names.at(place);
      const span = chunk.span[n] as number;
      if (!places.some((target) => covers({ rw: 'w', struct, at, end: place + span, field }, target))) continue;
      const value = chunk.values.get(n);
      if (value === undefined || span !== 1 || field === '*') return null;
      out.push({ ref: { struct, at }, field, value });
    }
    return out;
  }

  /** A test of single turns: does it touch one of the places, or replace one of the parts? */
  toucher({ places, parts }: Reads, rw: Scan['rw'] = undefined): (i: number) => boolean {
    const matches = this.matcher(places, rw);
    const backed = places.some(({ struct }) => struct === 'page') ? FLAG.backed : 0;
    const mask = (parts << PART_SHIFT) | FLAG.boot | backed;
    return (i) => {
      const chunk = this.chunks[Math.floor(i / CHUNK)] as Chunk;
      const k = i % CHUNK;
      if (((chunk.flags[k] as number) & mask) !== 0) return true;
      const end = chunk.first[k + 1] as number;
      for (let n = chunk.first[k] as number; n < end; n++) if (matches(chunk, n)) return true;
      return false;
    };
  }

  /** The turns in which a recorded access may touch one of the places. */
  *touching(
    places: readonly Target[],
    { from = 0, to = this.turns, rw, backwards = false }: Scan = {},
  ): Generator<number, void, undefined> {
    const touches = this.toucher({ places, parts: 0 }, rw);
    if (backwards) for (let i = to - 1; i >= from; i--) if (touches(i)) yield i;
    if (!backwards) for (let i = from; i < to; i++) if (touches(i)) yield i;
  }

  private matcher(places: readonly Target[], rw: Scan['rw']): (chunk: Chunk, n: number) => boolean {
    // by kind of access: the stretches of structs of which it may be one
    const wanted: (Float64Array | null | undefined)[] = [];
    const of = (what: number): Float64Array | null => {
      const kind = this.names.kinds[what >> 1] as Names['kinds'][number];
      if (rw !== undefined && (what % 2 === 1 ? 'w' : 'r') !== rw) return null;
      const found = places.flatMap((target) => stretchOf(this.names, kind, target));
      return found.length === 0 ? null : Float64Array.from(found);
    };
    return (chunk, n) => {
      const what = chunk.what[n] as number;
      let stretches = wanted[what];
      if (stretches === undefined) {
        stretches = of(what);
        wanted[what] = stretches;
      }
      if (stretches === null) return false;
      const at = chunk.at[n] as number;
      const end = at + (chunk.span[n] as number);
      for (let k = 0; k < stretches.length; k += 2)
        if (at < (stretches[k + 1] as number) && (stretches[k] as number) < end) return true;
      return false;
    };
  }
}

/** Numbers [start, end) of the structs of a kind of access that a target may be; empty: none. */
function stretchOf(names: Names, kind: Names['kinds'][number], target: Target): number[] {
  if (!fieldsMeet(kind, target)) return [];
  // lists as a whole, and structs that go by several names
  if (kind.struct !== target.struct || kind.struct === 'memblock')
    return [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  if (typeof target.at === 'number') return [target.at, target.end ?? target.at + 1];
  const id = names.string(target.at);
  return [id, id + 1];
}

const writesPage = ({ struct, rw }: Access) => struct === 'page' && rw === 'w';

function pageFlags(before: State, access: Access): number {
  if (access.struct !== 'page') return 0;
  if (access.field === '*') return initialisedAgain(before, access) === null ? 0 : FLAG.reinit;
  if (uninitialisedPage(before, access) < 0) return 0;
  return access.rw === 'r' ? FLAG.uninitRead : FLAG.uninitWrite;
}

function flagsOf(before: State, after: State, thread: number, trace: Trace): number {
  let flags = 0;
  const moved = after.threads[thread];
  for (const { kind } of trace.notes ?? []) flags |= kind === 'WARN' ? FLAG.warn : FLAG.badPage;
  if (moved?.death != null) flags |= FLAG.fault;
  if (after.threads.length !== before.threads.length || moved?.top === null) flags |= FLAG.thread;
  if (trace.returned !== null) flags |= FLAG.returned;
  if (after.boot !== before.boot) flags |= FLAG.boot;
  const [was, now] = [before.machine, after.machine];
  if (was === now) return flags;
  for (let k = 0; k < PARTS.length; k++) {
    const part = PARTS[k] as (typeof PARTS)[number];
    if (was[part] !== now[part]) flags |= 1 << (PART_SHIFT + k);
  }
  return flags;
}
