// The contract of the session layer: what front ends may use.
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
export { INVARIANTS } from './invariants/index.ts';
export {
  type Loaded,
  type LoadOptions,
  type LoadResult,
  loadScenario,
  loadScenarioText,
  scenariosFolder,
} from './load.ts';
export { Port } from './port.ts';
export { printable } from './printable.ts';
export { BUDGET, type RunResult, runReport } from './run-report.ts';
export * from './view.ts';
