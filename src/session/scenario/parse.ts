// Reads a scenario file's text: everything wrong with it, or what it says. Knows nothing of the file system.

import { checkHandover } from './check-handover.ts';
import { checkKernel } from './check-kernel.ts';
import { checkMachine } from './check-machine.ts';
import { type Doc, nearestNode, nodeAt, type ParsedText, parseDocument } from './document.ts';
import { explain } from './explain.ts';
import { normalise } from './normalise.ts';
import type { Path } from './path.ts';
import { createReport, type Finding, lineIndex, type Problem, type Report, toProblems } from './problem.ts';
import { type RawScenario, scenarioSchema } from './schema.ts';
import type { Known, Place, Scenario } from './types.ts';

/** A scenario, and where its file has the value of a path or the nearest above it; or every problem, by position. */
export type ParseResult =
  | { readonly ok: true; readonly scenario: Scenario; readonly placeOf: (path: Path) => Place }
  | { readonly ok: false; readonly errors: readonly Problem[] };

/** Whether the boots are what khodbg runs so far, a handover and then one kernel boot; reported when not. */
function checkForm(root: Doc, report: Report): boolean {
  const boots = nodeAt(root, ['boots'])?.items;
  if (boots === null || boots === undefined) return false;
  const kinds = boots.map((boot) =>
    boot.fields?.has('handover') ? 'handover' : boot.fields?.has('kernel') ? 'kernel' : '?',
  );
  const fits = (i: number, kind: string) => kinds[i] === kind || kinds[i] === '?';
  if (boots.length === 2 && fits(0, 'handover') && fits(1, 'kernel')) return true;
  report.place(['boots'], 'expected a handover and then one kernel boot');
  return false;
}

/** Shape first, then what needs two values; a value wrong in itself is left out of the latter. */
function check(root: Doc, known: Known, report: Report): RawScenario | null {
  const shape = scenarioSchema.safeParse(root.value);
  if (!shape.success) explain(root, shape.error.issues, report);
  const formFits = checkForm(root, report);
  const nodesShift = formFits ? checkKernel(root, known, report) : null;
  const memory = checkMachine(root, nodesShift, report);
  if (formFits) checkHandover(root, memory, report);
  return shape.success ? shape.data : null;
}

/** What is wrong before the first syntax error: there the tree can be trusted, behind it only the parser. */
function shapeBefore({ root, syntax }: ParsedText): Finding[] {
  const first = syntax.reduce((least, finding) => Math.min(least, finding.offset), Number.POSITIVE_INFINITY);
  if (root === null) return [];
  const report = createReport(root);
  const shape = scenarioSchema.safeParse(root.value);
  if (!shape.success) explain(root, shape.error.issues, report);
  return report.findings.filter((finding) => finding.end <= first);
}

/**
 * Reads a scenario. JSON with comments and trailing commas; all problems at once, by position, never an exception
 * whatever the text. `file` is only named in the problems; patches are not opened.
 */
export function parseScenario(file: string, text: string, known: Known): ParseResult {
  const parsed = parseDocument(text);
  const { root, syntax, twice } = parsed;
  if (root === null || syntax.length > 0)
    return { ok: false, errors: toProblems(file, text, [...syntax, ...twice, ...shapeBefore(parsed)]) };
  const report = createReport(root);
  const raw = check(root, known, report);
  const findings = [...twice, ...report.findings];
  if (raw === null || findings.length > 0) return { ok: false, errors: toProblems(file, text, findings) };
  const place = lineIndex(text);
  const placeOf = (path: Path) => place(nearestNode(root, path).offset);
  return { ok: true, scenario: normalise(raw, placeOf), placeOf };
}
