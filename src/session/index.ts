// The contract of the session layer: what front ends may use.
export { TOPICS } from './commands/info.ts';
export { COMMANDS } from './commands/table.ts';
export { type Conformed, conform } from './conform/index.ts';
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
