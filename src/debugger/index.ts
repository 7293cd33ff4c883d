// The contract of the debugger layer.
export {
  describeAccess,
  type Evaluate,
  type Hit,
  hitsOf,
  type Locate,
  type Place,
  type Point,
  type Trigger,
  uninitialisedPage,
} from './points.ts';
export { comparePositions, label, type Position, position } from './position.ts';
export { backward, depthOf, forward, type Goal, goals, type Outcome, type Search, stackOf } from './search.ts';
export { type Branch, type Choice, type Piece, Timeline } from './timeline.ts';
export { holdsSame, type Target, touching, valueAt } from './touches.ts';
