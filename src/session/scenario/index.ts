// The scenario loader's contract.

export { CONFIG_TABLE, type ConfigRow, withDefaults } from './config.ts';
export { EARLY_POINTS } from './early.ts';
export { splitFor } from './normalise.ts';
export { type ParseResult, parseScenario } from './parse.ts';
export type { Path } from './path.ts';
export { defaultRadixNodes, splitPages } from './preserve.ts';
export { formatProblem, type Problem } from './problem.ts';
export { scenarioJsonSchema } from './schema.ts';
export type {
  Actor,
  ActorAt,
  Area,
  Boot,
  Expectation,
  Fill,
  HandoverBoot,
  KernelBoot,
  Known,
  MemoryRange,
  PatchRef,
  Place,
  PreservedBlock,
  Scenario,
  ScenarioMachine,
  TextKind,
  TourStep,
} from './types.ts';
export { CATCH_KINDS, STAGES } from './words.ts';
