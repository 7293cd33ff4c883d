// The contract of the debugger layer.
export { Columns, FLAG, PARTS, type Reads, type Scan, type Stood } from './columns.ts';
export {
  describeAccess,
  type Evaluate,
  type Hit,
  hitsOf,
  type Locate,
  type Place,
  type Point,
  type ReadsOf,
  type Trigger,
} from './points.ts';
export { comparePositions, label, type Position, position } from './position.ts';
export { backward, depthOf, forward, type Goal, goals, type Outcome, type Search, shallow, stackOf } from './search.ts';
export { type Branch, type Choice, type Piece, Timeline } from './timeline.ts';
export { covers, holdsSame, type Target, touching, valueAt, wordOf } from './touches.ts';
export { uninitialisedPage } from './uninitialised.ts';
