// Which turns of the recorded past a search must look at: the columns tell which cannot stop it. A sieve lets too many through
// rather than too few. Knows nothing of how a turn is looked at.
import type { State } from '../vm/index.ts';
import { type Columns, FLAG, type Reads } from './columns.ts';
import type { Place, Point, Trigger } from './points.ts';
import type { Target } from './touches.ts';

/** May the turn stop a search? */
export type May = (i: number) => boolean;

/** The turns that points and a goal may stop at. `renew` is told of the state at the edge of each turn that was looked at. */
export interface Sieve {
  may: May;
  renew(state: State, thread: number): void;
}

/** Every pageblock. */
const PAGEBLOCKS: Target = { struct: 'pageblock', at: 0, end: Number.POSITIVE_INFINITY, field: '*' };

const flagged =
  (columns: Columns, mask: number): May =>
  (i) =>
    (columns.flags(i) & mask) !== 0;

const touched = (columns: Columns, places: readonly Target[], rw?: 'r' | 'w'): May =>
  columns.toucher({ places, parts: 0 }, rw);

function standing(columns: Columns, places: ReadonlyMap<number, Place>): May {
  const codes = new Set([...places].flatMap(([boot, { fn, pcs }]) => pcs.map((pc) => columns.code(boot, fn, pc))));
  return (i) => codes.has(columns.codeAt(i));
}

function returning(columns: Columns, ends: ReadonlySet<string>): May {
  return (i) => (columns.flags(i) & FLAG.returned) !== 0 && ends.has(columns.place(i).fn);
}

/** Turns that can change a value that was made from those places. Null: all of them. */
function changing(columns: Columns, reads: Reads | null): May | null {
  if (reads === null) return null;
  const touches = columns.toucher(reads, 'w');
  const { frame } = reads;
  if (frame === undefined) return touches;
  const own = (i: number) => columns.thread(i) === frame.thread && Math.abs(columns.depth(i) - frame.depth) <= 1;
  return (i) => own(i) || touches(i);
}

const UNINIT = { r: FLAG.uninitRead, w: FLAG.uninitWrite, any: FLAG.uninitRead | FLAG.uninitWrite } as const;

/** What can be said once and for all; undefined where it depends on the state one is at. */
function fixed(columns: Columns, trigger: Trigger): May | null | undefined {
  switch (trigger.kind) {
    case 'location':
      return standing(columns, trigger.places);
    case 'page':
      return touched(columns, [{ struct: 'page', at: trigger.start, end: trigger.end, field: '*' }]);
    case 'pages': {
      const place: Target = { struct: 'page', at: trigger.start, end: trigger.end, field: '*' };
      return touched(columns, [place], trigger.mode === 'rw' ? undefined : trigger.mode);
    }
    case 'uninit':
      return flagged(columns, UNINIT[trigger.rw ?? 'any']);
    case 'reinit':
      return flagged(columns, FLAG.reinit);
    case 'note':
      return flagged(columns, trigger.note === 'WARN' ? FLAG.warn : FLAG.badPage);
    case 'migratetype':
      return touched(columns, [PAGEBLOCKS], 'w');
    case 'fault':
      return flagged(columns, FLAG.fault);
    case 'thread':
      return flagged(columns, FLAG.thread);
    case 'stage':
      return returning(columns, trigger.ends);
    case 'invariant':
      return null;
    default:
      return undefined;
  }
}

/** What a value or the place of one rests on in a state. */
function resting(columns: Columns, trigger: Trigger, state: State, thread: number): May | null {
  if (trigger.kind === 'watch') return changing(columns, trigger.reads(state, thread));
  if (trigger.kind !== 'access') return null;
  const place = trigger.locate(state, thread);
  const moves = changing(columns, trigger.reads(state, thread));
  if (moves === null || place === null) return moves;
  const touches = touched(columns, [place], trigger.mode === 'r' ? 'r' : undefined);
  return (i) => touches(i) || moves(i);
}

/**
 * The sieve for points and a goal, or null when any turn may stop them. `state`: where the search begins. A thread that dies
 * ends a search forwards whatever is asked.
 */
export function sieveOf(
  columns: Columns,
  points: readonly Point[],
  goal: May | null,
  { state, thread, faults }: { readonly state: State; readonly thread: number; readonly faults: boolean },
): Sieve | null {
  const live = points.filter(({ enabled }) => enabled);
  const still: May[] = goal === null ? [] : [goal];
  if (faults) still.push(flagged(columns, FLAG.fault));
  const renewed: Trigger[] = [];
  for (const { trigger } of live) {
    const may = fixed(columns, trigger);
    if (may === null) return null;
    if (may === undefined) renewed.push(trigger);
    else still.push(may);
  }
  const sieve: Sieve = {
    may: () => true,
    renew(at, mover) {
      const resters = renewed.map((trigger) => resting(columns, trigger, at, mover));
      const all = [...still, ...resters];
      sieve.may = all.includes(null) ? () => true : (i) => all.some((may) => may?.(i) === true);
    },
  };
  sieve.renew(state, thread);
  // where nothing depends on the state there is nothing to renew
  return renewed.length > 0 ? sieve : { may: sieve.may, renew: () => {} };
}
