// The contract of the explore layer: what might have happened, and how it differs from what did.
export { type Change, type Held, isFreeHead, machineChanges, WORDS } from './changes.ts';
export { type Divergence, firstDivergence, type Moment, type Side, type SideView, type Sync } from './divergence.ts';
export { Texts } from './effects.ts';
export { TOLD } from './history.ts';
export { drained, type Slices } from './slices.ts';
