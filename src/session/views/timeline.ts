// The history as a line: boots, stages, stops, checkpoints, faults, the branches, and who moved when. Knows nothing of how it is
// drawn.
import { lineage } from '../lineage.ts';
import type { Session } from '../session.ts';
import type { BranchView, LaneView, TimelineMark, TimelineView } from '../view.ts';
import { bootsOf } from './panes.ts';
import { tallyOf } from './tally.ts';

/** Branches that are told of: where there are more, the newest, and those that the one one stands in is made of. */
const MOST = 32;

function branchViews(session: Session): BranchView[] {
  const { time, state } = session;
  const own = lineage(time, state.cursor.branch);
  const newest = time.branches.length - MOST;
  return time.branches.flatMap(({ id, parent, from, ended }) =>
    own.has(id) || id >= newest
      ? [{ id, parent, from, end: time.end(id), ended, current: id === state.cursor.branch }]
      : [],
  );
}

/** Checkpoints of the branch one stands in, and of its parents before it left them. */
function checkpointMarks(session: Session): TimelineMark[] {
  const { cursor, checkpoints } = session.state;
  const own = lineage(session.time, cursor.branch);
  return checkpoints.flatMap(({ number, cursor: { branch, at }, note }) =>
    at.at <= (own.get(branch) ?? -1)
      ? [{ at: at.at, kind: 'checkpoint' as const, label: note === '' ? String(number) : `${number}: ${note}` }]
      : [],
  );
}

/** The timeline of the branch one stands in. */
export function timelineView(session: Session): TimelineView {
  const { cursor } = session.state;
  const marks = [...session.marks(), ...session.stopMarks()].map(({ at, kind, label }) => ({ at, kind, label }));
  const branches = branchViews(session);
  return {
    boots: bootsOf(session),
    end: session.time.end(cursor.branch),
    ended: session.time.branch(cursor.branch).ended,
    axis: Math.max(...branches.map(({ end }) => end)),
    at: cursor.at.at,
    marks: [...marks, ...checkpointMarks(session)].sort((a, b) => a.at - b.at),
    branches,
  };
}

/** Who moved when, in so many columns from the start to the end of the timeline. */
export function laneViews(session: Session, columns: number, axis: number): LaneView[] {
  const { branch, thread: selected } = session.state.cursor;
  const { lanes } = tallyOf(
    session.time.columns(branch),
    session.bootStarts().map(({ at }) => at),
  );
  return lanes.columns(columns, axis).map(({ thread, turns }) => ({
    number: thread + 1,
    selected: thread === selected,
    turns,
  }));
}
