// Reads a scenario file's text: everything wrong with it, or what it says. Knows nothing of the file system.

import { checkHandover } from './check-handover.ts';
import { checkKernel, checkKexec, checkWords } from './check-kernel.ts';
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

const MOST_BOOTS = 16;

/** The numbers (from 0) of the kernel boots, where what is listed can be one history; reported and empty when not. */
function kernelBoots(root: Doc, report: Report): number[] {
  const boots = nodeAt(root, ['boots'])?.items ?? null;
  if (boots === null) return [];
  const isHandover = (i: number) => boots[i]?.fields?.has('handover') === true;
  const kernels = boots.flatMap((_, i) => (isHandover(i) ? [] : [i]));
  const late = boots.findIndex((_, i) => i > 0 && isHandover(i));
  if (late > 0) report.place(['boots', late, 'handover'], 'only the first boot can be a handover; list a kernel here');
  else if (boots.length > MOST_BOOTS) report.place(['boots'], `${boots.length} boots; the most is ${MOST_BOOTS}`);
  else if (kernels.length === 0) report.place(['boots'], 'expected a kernel boot, after a handover or by itself');
  else return kernels;
  return [];
}

/** Shape first, then what needs two values; a value wrong in itself is left out of the latter. */
function check(root: Doc, known: Known, report: Report): RawScenario | null {
  const shape = scenarioSchema.safeParse(root.value);
  if (!shape.success) explain(root, shape.error.issues, report);
  const kernels = kernelBoots(root, report);
  const shifts = kernels.map((boot) => checkKernel(root, boot, known, report));
  for (const boot of kernels.slice(0, -1)) checkKexec(root, boot, report);
  if (kernels.length > 0) checkWords(root, known, report);
  const nodesShift = shifts.includes(null) || shifts.length === 0 ? null : Math.min(...shifts.map(Number));
  const memory = checkMachine(root, nodesShift, report);
  const receiver = nodeAt(root, ['boots', 1, 'kernel'])?.value;
  const bits = (typeof receiver === 'string' && known.bitmapBits?.(receiver)) || null;
  if (kernels[0] === 1) checkHandover(root, memory, bits, report);
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
  return { ok: true, scenario: normalise(raw, placeOf, known), placeOf };
}
