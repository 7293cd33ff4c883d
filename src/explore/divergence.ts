// The first effect that one of two runs has and the other has not. The rule: both runs are cut at the stages they share; in
// the first stretch after which a place of the machine differs, the first divergent effect is the earliest one that gave a
// place its differing value and that the other run does not have in that stretch. Order and splitting do not count.
import { type Machine, type Run, runGet, runSet, runs } from '../machine/index.ts';
import type { Linked, State } from '../vm/index.ts';
import { type Change, type Held, heldAt, isFreeHead, machineChanges } from './changes.ts';
import { type EffectTurn, effectsOf, type Stretch, Texts } from './effects.ts';
import {
  amount,
  type History,
  historyOf,
  type Life,
  type Places,
  TOLD,
  took,
  trackMap,
  type Weight,
} from './history.ts';
import type { Slices } from './slices.ts';

/** A place in time at which runs are compared: a stage of a boot, its beginning (`start`) or its end. */
export interface Sync {
  readonly boot: number;
  readonly name: string;
  readonly at: number;
  readonly state: State;
  /** what went wrong since the sync before it, in order: where both runs say the same, nobody looks for it */
  readonly told: string;
}

/** A run as it is compared. */
export interface Side {
  readonly linked: Linked;
  readonly syncs: readonly Sync[];
}

/** A moment of a run: the turn that follows a position, and what it changes. */
export interface Moment {
  readonly at: number;
  readonly thread: number;
  readonly before: State;
  readonly after: State;
  /** what the turn changes, as far as it is about the divergence; all of it where the run only goes on */
  readonly changes: readonly Change[];
}

/** What a side does about the divergence: the effect, or what it does instead at the same point. */
export interface SideView {
  /** true: it has an effect of its own here; false: it goes on with what both do */
  readonly own: boolean;
  readonly moment: Moment | null;
  /** where it does what the other did, after all: then the difference is one of order */
  readonly later: { readonly moment: Moment; readonly boot: number; readonly stage: string } | null;
}

/** The first divergence of two runs. */
export interface Divergence {
  readonly boot: number;
  /** the stages between which it lies */
  readonly after: string;
  readonly before: string;
  /** whose effect it is, 0 or 1 */
  readonly first: 0 | 1;
  readonly sides: readonly [SideView, SideView];
}

type Sides = readonly [Side, Side];

/** What counts or keeps what happens elsewhere: counters, free lists, contents of pages, what is printed, what a test driver notes. */
const FOLLOWS =
  /_pages$|_count$|usage$|n_undone$|free_works$|^var\/\S+\.(nr_initialised|prev_end_pfn)$|^(free|phys|console)$|^test_kho_item\//;

/** Does a difference follow from others? Free lists and counters do, and the marks of a free block in its struct page. */
function weightOf(change: Change, machines: readonly [Machine, Machine]): Weight {
  if (FOLLOWS.test(change.track)) return 2;
  if (!/^page\.(page_type|private)$/.test(change.track)) return 1;
  return machines.some((m) => isFreeHead(m, change.start)) ? 2 : 1;
}

/** Places in question: where the machines differ at the end of a stretch. */
function placesOf(changes: readonly Change[], machines: readonly [Machine, Machine]): Places {
  const out = new Map<string, ReturnType<typeof trackMap<Weight>>>();
  for (const change of changes) {
    const map = out.get(change.track) ?? trackMap<Weight>(change.track, 0);
    out.set(change.track, runSet(map, change.start, change.end, weightOf(change, machines)));
  }
  return out;
}

interface Own {
  readonly number: number;
  readonly track: string;
  readonly start: number;
  readonly end: number;
  readonly value: Held;
}

/** The earliest effects that the other run lacks: by weight those it never has, and those it has after the stretch. */
interface Owns {
  readonly never: Map<Weight, Own>;
  readonly later: Map<Weight, Own>;
}

const CONSOLE: Weight = 2;
const FAULT: Weight = 1;

/** The parts of a life's places that are in question, with their weight. */
function* weighed(track: string, start: number, end: number, places: Places): Generator<Run<Weight>> {
  const question = places.get(track);
  if (question !== undefined) yield* runs(question, start, end);
  else yield { start, end, value: track === 'console' ? CONSOLE : FAULT };
}

/** Did initialisation give the page this value? Then it is one effect, counted where it counts how often. */
function ofInit({ lives }: History, track: string, pfn: number, life: Life): boolean {
  const inits = track.startsWith('page.') && track !== 'page.inits' ? lives.get('page.inits') : undefined;
  return inits !== undefined && runGet(inits, pfn)?.last === life.last;
}

/** The earliest effects of `mine` that last and that `other` does not have. `after`: the other's states at later stages. */
function firstOwn(mine: History, other: History, places: Places, after: readonly Sync[]): Owns {
  const owns: Owns = { never: new Map(), later: new Map() };
  const offer = (best: Map<Weight, Own>, weight: Weight, own: Own) => {
    const known = best.get(weight);
    if (known === undefined || own.number < known.number) best.set(weight, own);
  };
  for (const [track, map] of mine.lives) {
    const others = other.lives.get(track) ?? trackMap<Life | null>(track, null);
    for (const run of runs(map)) {
      const life = run.value;
      if (life === null) continue;
      const { value } = life;
      for (const place of weighed(track, run.start, run.end, places)) {
        const known = owns.never.get(place.value);
        if (place.value === 0 || (known !== undefined && known.number <= life.last)) continue;
        for (const there of runs(others, place.start, place.end)) {
          if (took(there.value, value) || ofInit(mine, track, there.start, life)) continue;
          const evened = after.some(({ state }) => heldAt(state.machine, track, there.start) === value);
          const own = { number: life.last, track, start: there.start, end: there.end, value };
          offer(evened ? owns.later : owns.never, place.value, own);
        }
      }
    }
  }
  return owns;
}

const stretchOf = (side: Side, from: Sync, to: Sync): Stretch => ({
  linked: side.linked,
  from: from.state,
  at: from.at,
  to: to.at,
});

/** The turn that begins at a position of a stretch. */
function* momentAt(
  stretch: Stretch,
  at: number,
  texts: Texts,
  keep: (change: Change) => boolean,
): Slices<Moment | null> {
  for (const turn of effectsOf({ ...stretch, to: at + 1 }, texts)) {
    yield turn.at;
    if (turn.at === at) return { ...turn, changes: turn.changes.filter(keep) };
  }
  return null;
}

/** The first turn that goes beyond an amount of what both do. */
function* momentAfter(stretch: Stretch, done: number, places: Places, texts: Texts): Slices<Moment | null> {
  let common = 0;
  let last: EffectTurn | null = null;
  for (const turn of effectsOf(stretch, texts)) {
    yield turn.at;
    for (const change of turn.changes) {
      const map = places.get(change.track);
      const own = map !== undefined && [...runs(map, change.start, change.end)].some((run) => run.value > 0);
      if (!own && !TOLD.has(change.track)) common += amount(change);
    }
    last = turn;
    if (common > done) break;
  }
  return last;
}

const overlaps = (a: Own, b: Own): boolean =>
  a.track.split('.')[0] === b.track.split('.')[0] && a.start < b.end && b.start < a.end;

/** Value of a place in a machine, as changes say it. */
const reaches = (change: Change, own: Own): boolean =>
  change.track === own.track && change.start <= own.start && change.end > own.start && change.now === own.value;

/** Where a run does later what the other did: looked for in the stretches that follow, boot by boot. */
function* laterOf(side: Side, from: number, boot: number, own: Own, texts: Texts): Slices<SideView['later']> {
  for (let i = from; i + 1 < side.syncs.length; i++) {
    const [start, end] = [side.syncs[i], side.syncs[i + 1]];
    if (start === undefined || end === undefined || start.boot !== boot || end.boot !== boot) continue;
    for (const turn of effectsOf(stretchOf(side, start, end), texts)) {
      yield turn.at;
      if (turn.changes.some((change) => reaches(change, own)))
        return {
          moment: { ...turn, changes: turn.changes.filter((c) => sameTurnGroup(c, own)) },
          boot,
          stage: end.name,
        };
    }
  }
  return null;
}

/** Changes of one turn that belong together: those of the same struct pages, or of the same track. */
function sameTurnGroup(change: Change, own: Own): boolean {
  if (!own.track.startsWith('page.')) return change.track === own.track;
  return change.track.startsWith('page.') && change.start <= own.start && change.end > own.start;
}

/** The most stages that both runs reach in the same order. */
function common(a: readonly Sync[], b: readonly Sync[]): [Sync, Sync][] {
  const same = (x: Sync | undefined, y: Sync | undefined) => x?.boot === y?.boot && x?.name === y?.name;
  // longest[i][j]: how many the ends of both lists share from i and j on
  const longest = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0));
  const at = (i: number, j: number) => longest[i]?.[j] ?? 0;
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      (longest[i] as number[])[j] = same(a[i], b[j]) ? 1 + at(i + 1, j + 1) : Math.max(at(i + 1, j), at(i, j + 1));
  const out: [Sync, Sync][] = [];
  for (let [i, j] = [0, 0]; i < a.length && j < b.length; ) {
    const [x, y] = [a[i] as Sync, b[j] as Sync];
    if (same(x, y)) {
      out.push([x, y]);
      i++;
      j++;
    } else if (at(i + 1, j) >= at(i, j + 1)) i++;
    else j++;
  }
  return out;
}

/** A stretch of both runs whose ends differ, and what each does to the places that differ. */
interface Differing {
  readonly starts: readonly [Sync, Sync];
  readonly ends: readonly [Sync, Sync];
  readonly places: Places;
  readonly texts: Texts;
  readonly stretches: readonly [Stretch, Stretch];
  readonly histories: readonly [History, History];
  readonly owns: readonly [Owns, Owns];
}

function* look(sides: Sides, starts: readonly [Sync, Sync], ends: readonly [Sync, Sync]): Slices<Differing | null> {
  const machines = [ends[0].state.machine, ends[1].state.machine] as const;
  const changes = machineChanges(machines[0], machines[1]);
  const printed = machines[0].console?.hash === machines[1].console?.hash;
  if (changes.length === 0 && printed && ends[0].told === ends[1].told) return null;
  const places = placesOf(changes, machines);
  const texts = new Texts();
  const stretches = [stretchOf(sides[0], starts[0], ends[0]), stretchOf(sides[1], starts[1], ends[1])] as const;
  const histories = [
    yield* historyOf(stretches[0], places, texts),
    yield* historyOf(stretches[1], places, texts),
  ] as const;
  const after = (i: 0 | 1) =>
    sides[i].syncs.slice(sides[i].syncs.indexOf(ends[i]) + 1).filter((sync) => sync.boot === ends[i].boot);
  const owns = [
    firstOwn(histories[0], histories[1], places, after(1)),
    firstOwn(histories[1], histories[0], places, after(0)),
  ] as const;
  return { starts, ends, places, texts, stretches, histories, owns };
}

/** The divergence made of each side's own effect, whichever has one. */
function* divergenceOf(
  sides: Sides,
  found: Differing,
  owns: readonly [Own | undefined, Own | undefined],
): Slices<Divergence> {
  const { starts, ends, places, texts, stretches, histories } = found;
  const rank = (i: 0 | 1) => {
    const own = owns[i];
    return own === undefined ? Number.POSITIVE_INFINITY : (histories[i].done[own.number] ?? 0);
  };
  const first: 0 | 1 = rank(1) < rank(0) ? 1 : 0;
  const own = owns[first] as Own;
  const view = function* (i: 0 | 1): Slices<SideView> {
    const mine = owns[i];
    if (mine !== undefined && (i === first || overlaps(own, mine))) {
      const at = histories[i].at[mine.number] ?? 0;
      return {
        own: true,
        moment: yield* momentAt(stretches[i], at, texts, (c) => sameTurnGroup(c, mine)),
        later: null,
      };
    }
    const after = sides[i].syncs.indexOf(ends[i]);
    const later = yield* laterOf(sides[i], after, ends[i].boot, own, texts);
    return { own: false, moment: yield* momentAfter(stretches[i], rank(first), places, texts), later };
  };
  const views = [yield* view(0), yield* view(1)] as const;
  return { boot: ends[0].boot, after: starts[0].name, before: ends[0].name, first, sides: views };
}

const pick = (found: Differing, kind: keyof Owns, weight: Weight) =>
  [found.owns[0][kind].get(weight), found.owns[1][kind].get(weight)] as const;
const any = (owns: readonly (Own | undefined)[]): boolean => owns.some((own) => own !== undefined);

/**
 * The first divergence of two runs, looked for in slices. `effect`: the first effect that one of them never has; null when there is none.
 * `order`: the first that one has in an earlier stage than the other, when it comes before that.
 */
export function* firstDivergence(
  a: Side,
  b: Side,
): Slices<{ readonly effect: Divergence | null; readonly order: Divergence | null }> {
  const sides: Sides = [a, b];
  const shared = common(a.syncs, b.syncs);
  let order: Divergence | null = null;
  let fallback: Divergence | null = null;
  for (let i = 1; i < shared.length; i++) {
    const [starts, ends] = [shared[i - 1], shared[i]] as [[Sync, Sync], [Sync, Sync]];
    if (starts[0].boot !== ends[0].boot) continue;
    const found = yield* look(sides, starts, ends);
    if (found === null) continue;
    const early = [pick(found, 'later', 1), pick(found, 'later', 2)].find(any);
    if (order === null && early !== undefined) order = yield* divergenceOf(sides, found, early);
    const never = pick(found, 'never', 1);
    if (any(never)) return { effect: yield* divergenceOf(sides, found, never), order };
    // where the order differs, counters and lists differ for a while: named only when nothing else does
    const follows = pick(found, 'never', 2);
    if (!any(follows)) continue;
    if (order === null) return { effect: yield* divergenceOf(sides, found, follows), order };
    fallback ??= yield* divergenceOf(sides, found, follows);
  }
  return { effect: fallback, order };
}
