// The contract of the session layer: what front ends may use.
export { BUDGET } from './budget.ts';
export {
  CHECK_FORMATS,
  type CheckFailure,
  type CheckFormat,
  type CheckResult,
  checkStatus,
  reportFailures,
} from './check.ts';
export { TOPICS } from './commands/info.ts';
export { COMMANDS } from './commands/table.ts';
export {
  type ComparedLine,
  type ComparedMoment,
  type ComparedSide,
  type CompareSideView,
  type CompareView,
  type Comparison,
  compareVariants,
  comparisonText,
  differs,
  readOperands,
} from './compare/index.ts';
export { type Conformed, conform, OPEN } from './conform/index.ts';
export { type GalleryGroup, type GalleryRow, galleryText, groupHeading, readGallery } from './gallery.ts';
export {
  type Difference,
  type ImportResult,
  importObserved,
  importPath,
  logLacks,
  type Observed,
  type ObservedBoot,
  type ReadFile,
  type ReadResult,
  readLog,
  readPath,
  readTruth,
  type ScenarioDoc,
  VARIANTS,
} from './import/index.ts';
export { INVARIANTS } from './invariants/index.ts';
export {
  type Loaded,
  type LoadOptions,
  type LoadResult,
  lastBoot,
  loadScenario,
  loadScenarioText,
  warningsOf,
} from './load.ts';
export { Port } from './port.ts';
export { printable, printableJson } from './printable.ts';
export type { RunEnd } from './report/index.ts';
export { ReportRun, type RunResult, runReport, startReport } from './run-report.ts';
export {
  isSessionFile,
  type OpenedSession,
  openSession,
  openSessionText,
  type SavedOptions,
  savedJsonSchema,
} from './saved/index.ts';
export * as fields from './scenario/fields.ts';
export { scenariosFolder } from './scenario-files.ts';
export * from './session-port.ts';
export { NEWEST, noKernel, type SourceResult, sourceOf } from './source.ts';
export * from './view.ts';
export { cellSize, WHOLE } from './views/strips.ts';
export { writeTextFile } from './write-file.ts';
