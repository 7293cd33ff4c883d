// The importer's contract: real boots in, scenarios out.

export { type Difference, logLacks } from './compare.ts';
export type { ScenarioDoc } from './document.ts';
export { CUT, type ImportResult, importObserved, importPath, readPath } from './import.ts';
export { readLog } from './log.ts';
export type { Observed, ObservedBoot, ReadResult } from './observed.ts';
export { VARIANTS } from './options.ts';
export { scenarioText } from './text.ts';
export { type ReadFile, readTruth } from './truth.ts';
