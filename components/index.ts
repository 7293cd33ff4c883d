// The contract of the screen: what the command line program uses of it.

export { colorLevel, isUtf8 } from './color-level.ts';
export { KEYS, type KeyRow } from './keys/table.ts';
export { layout } from './layout.ts';
export { type Picked, runPicker } from './picker/run-picker.tsx';
export { polyfillPromise } from './polyfill.ts';
export { runScreen, type ScreenOptions } from './run.tsx';
export { SAVED_SCREEN } from './saved-screen.ts';
export { guard } from './text.ts';
export { pressTour, runTour, TOUR_SIZE, type TourFailure, type TourScreen } from './tour.ts';
