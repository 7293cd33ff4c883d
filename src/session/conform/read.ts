// Reads a file of known answers: its rows, or everything wrong with it with place and reason.
import { readFileSync } from 'node:fs';
import { findNodeAtLocation, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser';
import { printable } from '../printable.ts';
import { lineIndex } from '../scenario/problem.ts';
import { fileSchema, type Row } from './schema.ts';

export type ReadRows =
  | { readonly ok: true; readonly rows: readonly Row[] }
  | { readonly ok: false; readonly errors: readonly string[] };

type Path = readonly (string | number)[];

/** More than this is not read by anybody. */
const MOST = 50;

/** `vectors[3].ops[0].base`, behind the name of the row where it has one. */
function pathText(value: unknown, path: Path): string {
  const row = (value as { vectors?: { vid?: unknown }[] }).vectors?.[Number(path[1])]?.vid;
  const steps = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`)).join('');
  return `${typeof row === 'string' ? `${row}: ` : ''}${steps.replace(/^\./, '') || 'the file'}`;
}

/** The value of a text that is JSON, or where and why it is not. */
function parsed(file: string, text: string): { readonly value: unknown } | { readonly error: string } {
  try {
    return { value: JSON.parse(text) };
  } catch (error) {
    const errors: ParseError[] = [];
    parseTree(text, errors, { disallowComments: true });
    const first = errors[0];
    if (first === undefined) return { error: `${file}: is not JSON: ${(error as Error).message}` };
    const { line, col } = lineIndex(text)(first.offset);
    return { error: `${file}:${line}:${col}: is not JSON: ${printParseErrorCode(first.error)}` };
  }
}

/** The rows of a text; `file` is named in what is wrong. */
export function rowsOf(file: string, text: string): ReadRows {
  const json = parsed(file, text);
  if ('error' in json) return { ok: false, errors: [json.error] };
  const shape = fileSchema.safeParse(json.value);
  if (shape.success) {
    const vids = shape.data.vectors.map((row) => row.vid);
    const twice = vids.find((vid, i) => vids.indexOf(vid) !== i);
    if (twice === undefined) return { ok: true, rows: shape.data.vectors };
    return { ok: false, errors: [`${file}: ${twice}: two rows have this vid; give each its own`] };
  }
  const root = parseTree(text);
  const place = lineIndex(text);
  const errors = shape.error.issues.slice(0, MOST).map((issue) => {
    const path = issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step));
    let depth = path.length;
    while (depth > 0 && (root === undefined || findNodeAtLocation(root, path.slice(0, depth)) === undefined)) depth--;
    const node = root === undefined ? undefined : findNodeAtLocation(root, path.slice(0, depth));
    const { line, col } = place(node?.offset ?? 0);
    const what = depth < path.length ? 'is missing' : issue.message;
    return printable(`${file}:${line}:${col}: ${pathText(json.value, path)}: ${what}`, 1000);
  });
  return { ok: false, errors };
}

/** The rows of a file. */
export function readRows(file: string): ReadRows {
  try {
    return rowsOf(file, readFileSync(file, 'utf8'));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return {
      ok: false,
      errors: [`${file}: cannot be read: ${code === 'ENOENT' ? 'no such file' : (code ?? 'error')}`],
    };
  }
}
