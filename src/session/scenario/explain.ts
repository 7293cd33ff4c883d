// Words what zod found wrong with one value: which key, which value, what was expected. Knows nothing of scenarios.

import type * as z from 'zod';
import { didYouMean, nearest } from '../../vm/index.ts';
import { type Doc, nodeAt } from './document.ts';
import { type Path, pathText } from './path.ts';
import type { Report } from './problem.ts';

type Issue = z.core.$ZodIssue;

/** Up to this many known keys are listed when none is near. */
const MOST_LISTED = 12;

function explainUnknownKeys(root: Doc, path: Path, keys: readonly string[], known: readonly string[], report: Report) {
  const fields = nodeAt(root, path)?.fields;
  const list = known.length <= MOST_LISTED ? `; known here: ${known.join(', ')}` : '; nothing of that name is modelled';
  for (const key of keys) {
    const at = fields?.get(key);
    if (at === undefined) continue;
    const free = known.filter((name) => !fields?.has(name));
    const message = `${pathText([...path, key])}: unknown key${didYouMean(key, free, didYouMean(key, known, list))}`;
    report.findings.push({ offset: at.offset, end: at.end, message });
  }
}

/** An issue with its path from the root. */
interface Placed {
  readonly path: Path;
  readonly issue: Issue;
}

function placed(base: Path, issues: readonly Issue[]): Placed[] {
  return issues.map((issue) => {
    const steps = issue.path.map((step) => (typeof step === 'number' ? step : String(step)));
    return { path: [...base, ...steps], issue };
  });
}

/** Whether the path names a key that is missing only because it is misspelt: that is reported as an unknown key. */
function isMisspelt(root: Doc, path: Path, among: readonly Placed[]): boolean {
  if (nodeAt(root, path) !== null) return false;
  const parent = path.slice(0, -1).join('\0');
  const key = String(path.at(-1));
  return among.some(
    (other) =>
      other.issue.code === 'unrecognized_keys' &&
      other.path.join('\0') === parent &&
      other.issue.keys.some((word) => nearest(word, [key]) !== null),
  );
}

/** Of the forms a value may have, the issues of the one it most looks like: fewest unknown and missing keys. */
function closestForm(root: Doc, forms: readonly (readonly Placed[])[]): readonly Placed[] {
  const weigh = (form: readonly Placed[]) =>
    form.reduce((sum, { path, issue }) => {
      if (issue.code === 'unrecognized_keys') return sum + 10 * issue.keys.length;
      return sum + (nodeAt(root, path) === null && !isMisspelt(root, path, form) ? 10 : 1);
    }, 0);
  return forms.reduce((best, form) => (weigh(form) < weigh(best) ? form : best), forms[0] ?? []);
}

function explainEnum(root: Doc, path: Path, values: readonly unknown[], fallback: string): string {
  if (values.length < 2) return fallback;
  const words = values.map(String);
  const given = nodeAt(root, path)?.value;
  return `is not one of ${words.join(', ')}${typeof given === 'string' ? didYouMean(given, words) : ''}`;
}

function explainOne(root: Doc, { path, issue }: Placed, report: Report): void {
  const doc = nodeAt(root, path);
  if (issue.code === 'unrecognized_keys') {
    explainUnknownKeys(root, path, issue.keys, issue.message.split(' '), report);
  } else if (doc === null) {
    const words = issue.code === 'invalid_value' && issue.values.length > 1 ? issue.values.map(String) : null;
    const hint = words === null ? issue.message.split('; ')[1] : `write one of ${words.join(', ')}`;
    report.place(path, `missing${hint === undefined ? '' : `; ${hint}`}`);
  } else if (issue.code === 'invalid_value') {
    report.value(path, explainEnum(root, path, issue.values, issue.message));
  } else if (doc.items !== null && (issue.code === 'too_big' || issue.code === 'too_small')) {
    report.place(path, `${doc.items.length} ${issue.message}`);
  } else {
    report.value(path, issue.message, issue.code !== 'custom');
  }
}

const isOtherKind = ({ path, issue }: Placed, at: Path): boolean =>
  path.length === at.length && (issue.code === 'invalid_value' || issue.code === 'invalid_type');

function explainPlaced(root: Doc, all: readonly Placed[], report: Report): void {
  for (const one of all) {
    const { path, issue } = one;
    const doc = nodeAt(root, path);
    const parts = doc?.fields?.size ?? doc?.items?.length ?? 0;
    if (issue.code === 'invalid_union' && parts > 0) {
      const forms = issue.errors.map((form) => placed(path, form));
      // a form of another kind altogether, such as a word where a list stands, is not what was meant
      const kin = forms.filter((form) => !form.some((other) => isOtherKind(other, path)));
      explainPlaced(root, closestForm(root, kin.length > 0 ? kin : forms), report);
    } else if (!isMisspelt(root, path, all)) {
      explainOne(root, one, report);
    }
  }
}

/** Reports every issue that zod found in the value of `root`, at its place. */
export function explain(root: Doc, issues: readonly Issue[], report: Report): void {
  explainPlaced(root, placed([], issues), report);
}
