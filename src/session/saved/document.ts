// The text of a session file: its shape, what is wrong with one, and how one is laid out. Knows nothing of sessions.
import * as z from 'zod';
import { didYouMean } from '../../vm/index.ts';
import { printableJson } from '../printable.ts';
import { type Doc, parseDocument } from '../scenario/document.ts';
import { explain } from '../scenario/explain.ts';
import { object } from '../scenario/fields.ts';
import type { Path } from '../scenario/index.ts';
import { createReport, type Finding, formatProblem, toProblems } from '../scenario/problem.ts';
import { bootsSchema, scenarioSchema } from './origin.ts';
import { NEEDED, SECTIONS } from './sections.ts';

/** The key that makes a file a session, and the version of the format. */
export const KEY = 'khodbg-session';
export const VERSION = 1;

const WHOLE = 'a saved session; save session FILE writes one';

/** The shape of a whole session file. `screen`: what the front end keeps of itself. */
function savedSchema(screen: z.ZodType) {
  const sections = Object.fromEntries(
    SECTIONS.map(({ key, schema }) => [key, NEEDED.has(key) ? schema : schema.optional()]),
  );
  return object(WHOLE, {
    $schema: z.string().optional(),
    [KEY]: z.literal(VERSION, `is not a version that this khodbg reads; it reads ${VERSION}`),
    scenario: scenarioSchema,
    boots: bootsSchema,
    ...sections,
    screen: screen.optional(),
  });
}

/** The JSON Schema of session files, for editors; looser than the loader, never stricter. */
export function savedJsonSchema(screen: z.ZodType): Record<string, unknown> {
  return { ...z.toJSONSchema(savedSchema(screen), { io: 'input' }), title: 'khodbg session' };
}

/** A session file's values, by key. */
export interface SavedValues {
  readonly scenario: z.output<typeof scenarioSchema>;
  readonly boots: z.output<typeof bootsSchema>;
  readonly [section: string]: unknown;
}

/** A session file that has the right shape, and where in it things stand; or everything wrong with it. */
export type ParsedSession =
  | { readonly ok: true; readonly values: SavedValues; problems(found: readonly (readonly [Path, string])[]): string[] }
  | { readonly ok: false; readonly errors: readonly string[] };

/** Is the text that of a session, of whatever version, also one that is broken? */
export function looksSaved(text: string): boolean {
  if (new RegExp(`^\\s*\\{\\s*"${KEY}"\\s*:`).test(text)) return true;
  const fields = parseDocument(text, 'session').root?.fields;
  if (fields === undefined || fields === null) return false;
  return [...fields.keys()].some((key) => key === KEY || (key !== '' && didYouMean(key, [KEY]) !== ''));
}

/** Is the text a session of the version that is written? */
export function isSaved(text: string): boolean {
  const { root, syntax } = parseDocument(text, 'session');
  return syntax.length === 0 && root?.fields?.get(KEY)?.doc.value === VERSION;
}

function versionProblem(root: Doc): Finding | null {
  const at = root.fields?.get(KEY)?.doc;
  if (at === undefined || at.value === VERSION) return null;
  const newer = typeof at.value === 'number' && at.value > VERSION ? '; a newer khodbg wrote it' : '';
  const message = `${KEY}: ${at.source.slice(0, 40)} is not a version that this khodbg reads; it reads ${VERSION}${newer}`;
  return { offset: at.offset, end: at.end, message };
}

/** Reads a session file's text; never throws, whatever the text. */
export function parseSaved(file: string, text: string, screen: z.ZodType): ParsedSession {
  const { root, syntax, twice } = parseDocument(text, 'session');
  const errorsOf = (findings: readonly Finding[]) => toProblems(file, text, findings).map(formatProblem);
  if (root === null || syntax.length > 0) return { ok: false, errors: errorsOf([...syntax, ...twice]) };
  const version = versionProblem(root);
  if (version !== null) return { ok: false, errors: errorsOf([version]) };
  const report = createReport(root, 'the session');
  const shape = savedSchema(screen).safeParse(root.value);
  if (!shape.success) explain(root, shape.error.issues, report);
  const findings = [...twice, ...report.findings];
  if (!shape.success || findings.length > 0) return { ok: false, errors: errorsOf(findings) };
  const problems = (found: readonly (readonly [Path, string])[]) => {
    const later = createReport(root, 'the session');
    for (const [path, why] of found) later.place(path, why);
    return errorsOf(later.findings);
  };
  return { ok: true, values: shape.data as unknown as SavedValues, problems };
}

/** Rows and objects that are wider than this are broken into lines. */
const WIDE = 110;

/** One line of JSON with blanks where one reads them. */
function line(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(line).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return printableJson(value);
  const fields = Object.entries(value).filter(([, one]) => one !== undefined);
  return fields.length === 0 ? '{}' : `{ ${fields.map(([key, one]) => `"${key}": ${line(one)}`).join(', ')} }`;
}

function lines(value: unknown, indent: string): string {
  const whole = line(value);
  const deeper = `${indent}  `;
  const isRows = Array.isArray(value) && value.some((one) => typeof one === 'object' && one !== null);
  if (typeof value !== 'object' || value === null || (!isRows && indent.length + whole.length <= WIDE)) return whole;
  const parts = Array.isArray(value)
    ? value.map((one) => line(one))
    : Object.entries(value)
        .filter(([, one]) => one !== undefined)
        .map(([key, one]) => `"${key}": ${lines(one, deeper)}`);
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}'];
  return parts.length === 0 ? `${open}${close}` : `${open}\n${deeper}${parts.join(`,\n${deeper}`)}\n${indent}${close}`;
}

/** A session file's text: keys in the order given, lists a row a line. */
export function savedText(values: Readonly<Record<string, unknown>>): string {
  const rows = Object.entries({ [KEY]: VERSION, ...values }).filter(([, value]) => value !== undefined);
  return `{\n${rows.map(([key, value]) => `  "${key}": ${lines(value, '  ')}`).join(',\n')}\n}\n`;
}
