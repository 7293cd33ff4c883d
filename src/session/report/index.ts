// The contract of the report: run a scenario, check what it expects, report it.
export { type CountStops, checkExpectations, type EvaluateText } from './expect.ts';
export { EVENTS_KEPT, type Mark, type ReachedStage } from './recorder.ts';
export { eventsOf, exitStatus, type ReportParts, reportOf, unexpectedBreaks, unexpectedDeaths } from './report.ts';
export {
  lastRecord,
  type Recorded,
  type RecordedBoot,
  type RunEnd,
  type RunOptions,
  RunWriter,
  recordedBoot,
  runScenario,
  runSlices,
} from './run.ts';
export { REGION_FLAGS, stageOf } from './stage.ts';
export { reportText } from './text.ts';
export type { TurnSeen } from './turn.ts';
export type {
  InitRun,
  PageblockRun,
  PageblockSetRun,
  Report,
  ReportBoot,
  ReportExpectation,
  ReportFault,
  ReportInvariant,
  ReportRegion,
  ReportRestore,
  ReportStage,
  ReportStop,
  ReportUninit,
  ReportZone,
} from './types.ts';
