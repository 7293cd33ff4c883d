// The contract of conform: rows of known answers computed, compared, reported.
export { type Answer, type Answers, answersWith, compareRow, expectedOf } from './answer.ts';
export { scenarioOf } from './boot.ts';
export { OPEN } from './capture/index.ts';
export type { Comparison, Difference, Json } from './compare.ts';
export { type Conformed, conform, type Target, targetsOf } from './conform.ts';
export { type ReadRows, readRows, rowsOf } from './read.ts';
export type { Row } from './schema.ts';
