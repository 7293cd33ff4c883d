// Stop points: breakpoints, watchpoints, catchpoints. Each looks at one turn of the history and says where in it it would
// stop. They belong to the session, never to states. Knows nothing of how time is searched.
import { MIGRATETYPE_NAMES, regionAt, runGet, type Value, ZONE_NAMES } from '../machine/index.ts';
import type { Recorded, State } from '../vm/index.ts';
import type { Reads } from './columns.ts';
import { type Position, position } from './position.ts';
import type { Piece } from './timeline.ts';
import { type Target, touching } from './touches.ts';
import { initialisedAgain, uninitialisedPage } from './uninitialised.ts';

/** What an expression is worth in a state; undefined where it has no meaning there. */
export type Evaluate = (state: State, thread: number) => Value | undefined;

/** Where an expression lies in memory, so that accesses to it can be recognised; null when it is no place. */
export type Locate = (state: State, thread: number) => Target | null;

/** What an expression rests on in a state; null: on more than can be named. */
export type ReadsOf = (state: State, thread: number) => Reads | null;

/** A place in the text of one boot: the statements of a function that begin there. */
export interface Place {
  readonly fn: string;
  readonly pcs: readonly number[];
}

/** What a point watches for. `places`: by number of the boot. pfn ranges are half-open. */
export type Trigger =
  | { readonly kind: 'location'; readonly places: ReadonlyMap<number, Place> }
  | { readonly kind: 'page'; readonly start: number; readonly end: number }
  | { readonly kind: 'watch'; readonly value: Evaluate; readonly reads: ReadsOf }
  | {
      readonly kind: 'access';
      readonly mode: 'r' | 'rw';
      readonly locate: Locate;
      readonly value: Evaluate;
      /** what the place, not what it holds, rests on */
      readonly reads: ReadsOf;
    }
  | { readonly kind: 'pages'; readonly mode: 'r' | 'w' | 'rw'; readonly start: number; readonly end: number }
  | { readonly kind: 'uninit'; readonly rw: 'r' | 'w' | null }
  | { readonly kind: 'note'; readonly note: 'WARN' | 'bad-page' }
  | { readonly kind: 'migratetype'; readonly from: number | null; readonly to: number | null }
  | { readonly kind: 'reinit' }
  | { readonly kind: 'invariant'; readonly broken: (piece: Piece) => readonly string[] }
  | { readonly kind: 'fault' }
  | {
      readonly kind: 'stage';
      readonly reached: (piece: Piece) => string | null;
      readonly name: string | null;
      /** functions whose return can reach one */
      readonly ends: ReadonlySet<string>;
    }
  | { readonly kind: 'thread' };

/** A point of the session. `condition` is asked in the frame it would stop in. */
export interface Point {
  readonly number: number;
  readonly trigger: Trigger;
  readonly enabled: boolean;
  readonly temporary: boolean;
  readonly thread: number | null;
  readonly condition: Evaluate | null;
}

/** A stop that a point asks for. `after`: the statement has run (watch, stage); else the position is before it. */
export interface Hit {
  readonly point: Point;
  readonly at: Position;
  readonly after: boolean;
  /** details, one for each thing that matched */
  readonly matches: readonly string[];
  readonly old?: Value | undefined;
  readonly now?: Value | undefined;
}

const hex = (n: number) => `0x${n.toString(16)}`;

/** A struct as the text names it, where it has a name there. */
function structName({ struct, at }: Recorded): string {
  if (struct === 'pglist_data') return `node(${at})`;
  if (struct === 'memblock') return at === 'global' ? 'memblock' : `memblock.${at}`;
  if (struct === 'memblock_type') return `memblock.${at}`;
  if (struct !== 'memblock_region') return `${struct}(${at})`;
  const first = regionAt('reserved', 0);
  const i = at as number;
  return i < first ? `memblock.memory.regions[${i}]` : `memblock.reserved.regions[${i - first}]`;
}

/** What an access touched, in words: `read of page(0x18000).flags`. */
export function describeAccess(access: Recorded, from?: number, to?: number): string {
  const verb = access.rw === 'r' ? 'read' : 'write';
  const field = access.field === '*' ? '' : `.${access.field}`;
  if (access.struct === 'zone') {
    const zone = access.at as number;
    return `${verb} of zone(${zone >> 3}, ${ZONE_NAMES[zone & 7] ?? zone & 7})${field}`;
  }
  if (access.struct !== 'page') return `${verb} of ${structName(access)}${field}`;
  const start = from ?? (access.at as number);
  const end = to ?? access.end ?? start + 1;
  const what = end - start > 1 ? `pages ${hex(start)}..${hex(end)}` : `page(${hex(start)})`;
  return `${verb} of ${what}${field}`;
}

/** Where in the turn the `op`-th micro-step begins, `sub` pages into it. */
function placeOf(piece: Piece, op: number, sub: number): Position {
  if (sub === 0) return piece.start;
  return position(piece.start.at + op, sub + (op === 0 ? piece.start.sub : 0));
}

function pageHit(piece: Piece, start: number, end: number): { at: Position; matches: string[] } | null {
  let first: Position | null = null;
  const matches: string[] = [];
  for (const access of piece.trace.accesses ?? []) {
    if (access.struct !== 'page') continue;
    const low = Math.max(start, access.at as number);
    const high = Math.min(end, access.end ?? (access.at as number) + 1);
    if (low >= high) continue;
    const at = placeOf(piece, access.op, low - (access.at as number));
    if (first === null || at.at < first.at || (at.at === first.at && at.sub < first.sub)) first = at;
    matches.push(describeAccess(access, low, high));
  }
  return first === null ? null : { at: first, matches };
}

function uninitHit(piece: Piece, rw: 'r' | 'w' | null): string[] {
  const out: string[] = [];
  for (const access of piece.trace.accesses ?? []) {
    if (rw !== null && access.rw !== rw) continue;
    const pfn = uninitialisedPage(piece.before, access);
    if (pfn >= 0)
      out.push(`${describeAccess(access, access.end === undefined ? undefined : pfn, access.end)}, uninitialised`);
  }
  return out;
}

/** Writes of a pageblock's type that change it, from and to the given types; one that was never written is UNMOVABLE. */
function migratetypeHit(piece: Piece, from: number | null, to: number | null): string[] {
  const out: string[] = [];
  for (const access of piece.trace.accesses ?? []) {
    if (access.struct !== 'pageblock' || access.rw !== 'w') continue;
    const { before, after } = piece;
    const [was, now] = [before, after].map(({ machine }) =>
      Math.max(0, runGet(machine.pageblocks, access.at as number)),
    );
    if (was === undefined || now === undefined || was === now) continue;
    if ((from !== null && was !== from) || (to !== null && now !== to)) continue;
    const pfn = (access.at as number) * 2 ** before.machine.config.pageblockOrder;
    out.push(`pageblock(${hex(pfn)}).migratetype  ${MIGRATETYPE_NAMES[was]} → ${MIGRATETYPE_NAMES[now]}`);
  }
  return out;
}

/** Initialisation of struct pages that have been initialised in this boot. */
function reinitHit(piece: Piece): string[] {
  const out: string[] = [];
  for (const access of piece.trace.accesses ?? []) {
    const again = initialisedAgain(piece.before, access);
    if (again !== null) out.push(`${describeAccess(access, again.start, again.end)}, initialised before`);
  }
  return out;
}

function accessHit(piece: Piece, trigger: Extract<Trigger, { kind: 'access' }>): string[] {
  const place = trigger.locate(piece.before, piece.thread);
  if (place === null) return [];
  const touched = touching(piece, place);
  return touched.filter(({ rw }) => trigger.mode !== 'r' || rw === 'r').map((access) => describeAccess(access));
}

function notesOf({ trace: { notes } }: Piece, kind: 'WARN' | 'bad-page'): string[] {
  return notes === null || notes.length === 0
    ? []
    : notes.filter((note) => note.kind === kind).map((note) => note.text);
}

function threadEvents(piece: Piece): string[] {
  const { length } = piece.before.threads;
  const moved = piece.after.threads[piece.thread];
  if (piece.after.threads.length === length && moved?.top !== null) return [];
  const out = piece.after.threads.slice(length).map((thread) => `thread ${thread.name} starts`);
  if (moved?.top === null) out.push(`thread ${moved.name} ends`);
  return out;
}

const same = (a: Value | undefined, b: Value | undefined): boolean =>
  a === b ||
  (typeof a === 'object' &&
    typeof b === 'object' &&
    a !== null &&
    b !== null &&
    a.at === b.at &&
    a.struct === b.struct);

type Found = Omit<Hit, 'point'> | null;

const before = (piece: Piece, matches: readonly string[]): Found =>
  matches.length === 0 ? null : { at: piece.start, after: false, matches };
const after = (piece: Piece, matches: readonly string[]): Found =>
  matches.length === 0 ? null : { at: position(piece.end), after: true, matches };

function locationHit(piece: Piece, { places }: Extract<Trigger, { kind: 'location' }>): Found {
  const top = piece.before.threads[piece.thread]?.top;
  if (top == null) return null;
  const place = places.get(piece.before.boot);
  if (place === undefined || top.fn !== place.fn || piece.start.sub !== 0) return null;
  return place.pcs.includes(top.pc) ? before(piece, ['']) : null;
}

function pagesHit(piece: Piece, { mode, start, end }: Extract<Trigger, { kind: 'pages' }>): string[] {
  const out: string[] = [];
  for (const access of piece.trace.accesses ?? []) {
    if (access.struct !== 'page' || !mode.includes(access.rw)) continue;
    const from = Math.max(start, access.at as number);
    const to = Math.min(end, access.end ?? (access.at as number) + 1);
    if (from < to) out.push(describeAccess(access, from, to));
  }
  return out;
}

function watchHit(piece: Piece, value: Evaluate): Found {
  const old = value(piece.before, piece.thread);
  const now = value(piece.after, piece.thread);
  if (same(old, now) || now === undefined || old === undefined) return null;
  return { at: position(piece.end), after: true, matches: [''], old, now };
}

function placeHit(piece: Piece, trigger: Extract<Trigger, { kind: 'access' }>): Found {
  const found = after(piece, accessHit(piece, trigger));
  if (found === null) return null;
  return { ...found, old: trigger.value(piece.before, piece.thread), now: trigger.value(piece.after, piece.thread) };
}

/** What one trigger finds in a turn, or null. */
function find(piece: Piece, { trigger }: Point): Found {
  const accessed = piece.trace.accesses !== null && piece.trace.accesses.length > 0;
  switch (trigger.kind) {
    case 'location':
      return locationHit(piece, trigger);
    case 'page': {
      const hit = accessed ? pageHit(piece, trigger.start, trigger.end) : null;
      return hit === null ? null : { at: hit.at, after: false, matches: hit.matches };
    }
    case 'pages':
      return accessed ? after(piece, pagesHit(piece, trigger)) : null;
    case 'watch':
      return watchHit(piece, trigger.value);
    case 'access':
      return accessed ? placeHit(piece, trigger) : null;
    case 'uninit':
      return accessed ? before(piece, uninitHit(piece, trigger.rw)) : null;
    case 'migratetype':
      return accessed ? before(piece, migratetypeHit(piece, trigger.from, trigger.to)) : null;
    case 'reinit':
      return accessed ? before(piece, reinitHit(piece)) : null;
    case 'invariant':
      return before(piece, trigger.broken(piece));
    case 'note':
      return before(piece, notesOf(piece, trigger.note));
    case 'fault': {
      const death = piece.after.threads[piece.thread]?.death;
      return death ? after(piece, [death.what]) : null;
    }
    case 'stage': {
      const stage = trigger.reached(piece);
      return stage !== null && (trigger.name === null || trigger.name === stage) ? after(piece, [stage]) : null;
    }
    case 'thread':
      return after(piece, threadEvents(piece));
  }
}

/** All stops that the points ask for in one turn. */
export function hitsOf(piece: Piece, points: readonly Point[]): Hit[] {
  const out: Hit[] = [];
  for (const point of points) {
    if (!point.enabled || (point.thread !== null && point.thread !== piece.thread)) continue;
    const found = find(piece, point);
    if (found === null) continue;
    if (point.condition !== null) {
      const holds = point.condition(found.after ? piece.after : piece.before, piece.thread);
      if (holds === undefined || !holds) continue;
    }
    out.push({ point, ...found });
  }
  return out;
}
