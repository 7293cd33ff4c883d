// The invariants along the branches of a session, found when somebody asks and kept. Knows nothing of commands.
import { comparePositions, type Position, position } from '../debugger/index.ts';
import type { State } from '../vm/index.ts';
import { INVARIANTS, type Invariant, InvariantWatch } from './invariants/index.ts';
import { kernelOf } from './kernel-of.ts';
import { replayOf } from './replay.ts';
import type { Session } from './session.ts';
import { stageReader } from './stages.ts';

/** How an invariant stands at a position. `at`: where it was broken first. */
export type Standing =
  | { readonly row: Invariant; readonly state: 'held' | 'not checked' }
  | { readonly row: Invariant; readonly state: 'broken'; readonly at: Position; readonly what: string };

interface Scanned {
  readonly watch: InvariantWatch;
  at: Position;
}

/** Turns between two chances to interrupt. */
const PAUSE = 256;

/** What of the invariants was found so far, by branch. */
export class InvariantLog {
  private readonly scanned = new Map<number, Scanned>();

  constructor(private readonly session: Session) {}

  /** Runs the history up to a position again, as far as that was not done. Yields now and then; send true to interrupt, for false. */
  *read(branch: number, to: Position): Generator<Position, boolean, boolean | undefined> {
    const { loaded, time } = this.session;
    const known = this.scanned.get(branch) ?? this.open(branch);
    const stageOf = stageReader((state) => kernelOf(loaded, state));
    for (let n = 1; comparePositions(known.at, to) < 0; n++) {
      const piece = time.pieceFrom(branch, known.at);
      if (piece === null) break;
      known.watch.turn(piece, stageOf(piece.after, piece.trace.returned));
      known.at = position(piece.end);
      if (n % PAUSE === 0 && (yield known.at) === true) return false;
    }
    return true;
  }

  /** Each invariant as the history up to a position shows it. The first time it runs that history again. */
  standings(branch: number, at: Position): Standing[] {
    const reading = this.read(branch, at);
    while (reading.next().done !== true);
    const { watch } = this.scanned.get(branch) ?? this.open(branch);
    return INVARIANTS.map((row) => {
      const broken = watch.broken.get(row.name);
      if (broken !== undefined && broken.seen <= at.at)
        return { row, state: 'broken', at: broken.at, what: broken.what };
      return { row, state: (watch.checked.get(row.name) ?? Number.POSITIVE_INFINITY) < at.at ? 'held' : 'not checked' };
    });
  }

  private open(branch: number): Scanned {
    const { loaded, time } = this.session;
    const kernel = (state: State) => kernelOf(loaded, state);
    const replay = replayOf(kernel, (state, at) => time.mover(branch, at, state));
    const made = { watch: new InvariantWatch(loaded.first, 0, { kernel, replay }), at: position(0) };
    this.scanned.set(branch, made);
    return made;
  }
}
