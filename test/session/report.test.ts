// The report of a run: every figure of the known answers K071–K075 against the shipped scenarios, what healthy and deadly
// boots report, and that the list of uninitialised accesses lives on the recorded accesses alone.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { Value } from '../../src/machine/index.ts';
import { type Loaded, loadScenario, loadScenarioText } from '../../src/session/load.ts';
import {
  checkExpectations,
  type EvaluateText,
  eventsOf,
  exitStatus,
  type Recorded,
  type Report,
  type ReportStage,
  reportOf,
  reportText,
  runScenario,
  unexpectedDeaths,
} from '../../src/session/report/index.ts';
import { compileExpression, linkExpression, type Linked } from '../../src/vm/index.ts';

const path = (name: string): string => fileURLToPath(new URL(`../../${name}`, import.meta.url));

function load(name: string): Loaded {
  const result = loadScenario(path(`scenarios/${name}.json`));
  if (!result.ok) throw new Error(result.errors.join('\n'));
  return result.loaded;
}
