// What points do besides stopping: hits that are to be ignored, texts that are printed on the way, lists of commands that are to
// be run, points that go after their stop. Knows nothing of how commands are run.
import type { Hit, Outcome, Position } from '../debugger/index.ts';
import { printedBy } from './prints.ts';
import type { PointRow, Session } from './session.ts';

/** Lines that one command may print by points. */
const MOST = 10_000;

/** A point as it is made: the rest is the same for all. */
export type NewPoint = Pick<PointRow, 'type' | 'what' | 'trigger' | 'temporary' | 'thread' | 'condition'> &
  Partial<Pick<PointRow, 'prints'>>;

/** Adds a stop point; a catchpoint that stands already is not made twice. */
export function addPoint(session: Session, row: NewPoint): { row: PointRow; known: boolean } {
  const same = session.state.points.find(
    (p) => p.type === row.type && p.what === row.what && p.condition === row.condition && p.type === 'catchpoint',
  );
  if (same !== undefined) return { row: same, known: true };
  const fresh = { hits: 0, ignore: 0, enabled: true, stopsLeft: null, commands: [], prints: null };
  const { nextPoint: number, cursor: at } = session.state;
  const made: PointRow = { ...fresh, ...row, number, at };
  session.change((draft) => {
    draft.points = [...draft.points, made];
    draft.nextPoint = made.number + 1;
  });
  return { row: made, known: false };
}

/** The work of the points of one session; it is taken away by whoever runs the commands. */
export class PointWork {
  private lines: string[] = [];
  private left = 0;
  private stopped: PointRow[] = [];

  constructor(private readonly session: Session) {}

  /** The lines that points printed since the last time. */
  printed(): string[] {
    const { lines, left } = this;
    [this.lines, this.left] = [[], 0];
    return left === 0 ? lines : [...lines, `… ${left} lines more are left out`];
  }

  /** The points that stopped since the last time, in order. */
  hit(): readonly PointRow[] {
    const { stopped } = this;
    this.stopped = [];
    return stopped;
  }

  private change(numbers: ReadonlySet<number>, change: (row: PointRow) => PointRow): void {
    this.session.change((draft) => {
      draft.points = draft.points.map((row) => (numbers.has(row.number) ? change(row) : row));
    });
  }

  /** The hits that stop. Of the others those that are to be ignored are counted, and those that print have printed. */
  stopping({ hits, at, thread }: { hits: readonly Hit[]; at: Position; thread: number }): readonly Hit[] {
    const rows = new Map(this.session.state.points.map((row) => [row.number, row]));
    const rowOf = ({ point }: Hit) => rows.get(point.number);
    const ignored = new Set(hits.flatMap((hit) => ((rowOf(hit)?.ignore ?? 0) > 0 ? [hit.point.number] : [])));
    const prints = hits.flatMap((hit) => rowOf(hit) ?? []).filter((row) => row.prints !== null);
    if (ignored.size === 0 && prints.length === 0) return hits;
    this.change(ignored, (row) => ({ ...row, hits: row.hits + 1, ignore: row.ignore - 1 }));
    const printing = prints.filter(({ number }) => !ignored.has(number));
    for (const row of printing) this.print(row, at, thread);
    this.spend(new Set(printing.map(({ number }) => number)));
    const passed = new Set([...ignored, ...printing.map(({ number }) => number)]);
    return hits.filter(({ point }) => !passed.has(point.number));
  }

  private print({ prints }: PointRow, at: Position, thread: number): void {
    const state = this.session.time.stateAt(this.session.state.cursor.branch, at);
    if (prints === null || state === null) return;
    const lines = printedBy(this.session, prints, state, thread);
    const room = Math.max(0, MOST - this.lines.length);
    this.lines.push(...lines.slice(0, room));
    this.left += Math.max(0, lines.length - room);
  }

  /** Counts the hits of points; those whose stops are used up are disabled, temporary ones go. */
  private spend(numbers: ReadonlySet<number>): void {
    this.change(numbers, (row) => {
      const stopsLeft = row.stopsLeft === null ? null : row.stopsLeft - 1;
      const over = stopsLeft === 0;
      return { ...row, hits: row.hits + 1, enabled: row.enabled && !over, stopsLeft: over ? null : stopsLeft };
    });
    this.session.change((draft) => {
      draft.points = draft.points.filter((row) => !(row.temporary && numbers.has(row.number)));
    });
  }

  /** A movement ended at a stop of points, or of none: what they have to run is known until it is asked for. */
  arrived(outcome: Outcome): void {
    const hits = 'hits' in outcome ? outcome.hits : [];
    const numbers = new Set(hits.map(({ point }) => point.number));
    this.stopped = this.session.state.points.filter(({ number }) => numbers.has(number));
    if (numbers.size > 0) this.spend(numbers);
  }
}
