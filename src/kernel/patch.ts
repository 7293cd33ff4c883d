// Patches on kernel text: mails as they are, hunk by hunk, exactly or with one line of context less. What does not fit is
// named with its first missing line and the nearest place. Knows nothing of compiling.
import { mailTexts } from './mail.ts';
import { type FileDiff, type Hunk, quotesDiff, readDiffs } from './unified.ts';

/** Kernel text by file name, `mm/mm_init.ts`. */
export type Files = Readonly<Record<string, string>>;

/** The files after the patch, and which of them it changed; or the reasons why it does not apply. */
export type Patched =
  | {
      readonly ok: true;
      readonly files: Files;
      readonly changed: readonly string[];
      readonly warnings: readonly string[];
    }
  | { readonly ok: false; readonly errors: readonly string[] };

/** How exact a patch must be. `fuzz`: how many lines at each end of a hunk's context may differ. */
export interface PatchOptions {
  readonly fuzz?: 0 | 1;
}

/** Most lines of a file that is still patched, and lines that are compared for one patch. */
const MOST_LINES = 50_000;
const MOST_EFFORT = 50_000_000;

/** So many reasons why a patch does not apply are named. */
const MOST_ERRORS = 50;

const shown = (line: string | undefined): string =>
  line === undefined ? 'the end of the file' : JSON.stringify(line.trim().slice(0, 100));

interface Sides {
  readonly old: readonly string[];
  readonly now: readonly string[];
}

const sidesOf = (hunk: Hunk): Sides => ({
  old: hunk.lines.filter((line) => line[0] !== '+').map((line) => line.slice(1)),
  now: hunk.lines.filter((line) => line[0] !== '-').map((line) => line.slice(1)),
});

/** Lines that may still be compared: looking for a hunk among many equal lines has an end. */
interface Effort {
  left: number;
}

/** Where `wanted` stands in `lines` at or after `least`, nearest to `asked`; -1 when nowhere. */
function find(
  { lines, effort }: Pick<Work, 'lines' | 'effort'>,
  wanted: readonly string[],
  asked: number,
  least: number,
): number {
  const last = lines.length - wanted.length;
  if (last < least) return -1;
  const near = Math.max(least, Math.min(last, asked));
  const fits = (at: number): boolean => {
    if (at < least || at > last || effort.left < 0) return false;
    let i = 0;
    while (i < wanted.length && lines[at + i] === wanted[i]) i++;
    effort.left -= i + 1;
    return i === wanted.length;
  };
  for (let away = 0; (near - away >= least || near + away <= last) && effort.left >= 0; away++) {
    if (fits(near - away)) return near - away;
    if (away > 0 && fits(near + away)) return near + away;
  }
  return -1;
}

/** How much a line says: braces and blank ones stand everywhere. */
const weight = (line: string): number => (line.trim().length > 2 ? 4 : 1);

/** How many lines of a hunk are looked at to find the nearest place. */
const MOST_COMPARED = 100;

/** The place that most of the lines fit, nearest to `near`. */
function nearest(lines: readonly string[], hunk: readonly string[], near: number): number {
  const wanted = hunk.slice(0, MOST_COMPARED);
  let best = Math.max(0, Math.min(near, lines.length));
  let most = 0;
  for (let at = 0; at < lines.length; at++) {
    const score = wanted.reduce((sum, line, i) => sum + (lines[at + i] === line ? weight(line) : 0), 0);
    if (score > most || (score === most && score > 0 && Math.abs(at - near) < Math.abs(best - near)))
      [best, most] = [at, score];
  }
  return best;
}

/** A file while hunks are applied to it. */
interface Work {
  /** the patch, for messages */
  readonly name: string;
  /** the file as the text has it, and as the patch calls it */
  readonly file: string;
  readonly called: string;
  readonly lines: string[];
  readonly fuzz: 0 | 1;
  readonly warnings: string[];
  readonly effort: Effort;
  /** lines that hunks before added, and where the last of them ended */
  offset: number;
  done: number;
}

function named({ name, file }: Work, hunk: Hunk, number: number): string {
  const where = /^(?:.*?\b)?(\w+) ?\(/.exec(hunk.where)?.[1];
  return `${name}: hunk ${number} of ${file} (line ${hunk.at}${where === undefined ? '' : `, ${where}()`})`;
}

function failure(work: Work, hunk: Hunk, number: number): string {
  const { lines, file } = work;
  const { old, now } = sidesOf(hunk);
  const near = hunk.from - 1 + work.offset;
  const head = `${named(work, hunk, number)} does not apply`;
  if (work.effort.left < 0) return `${head}: too many lines are alike for its place to be found; split the patch`;
  if (now.length > 0 && find(work, now, near, 0) >= 0) return `${head}: it is applied already`;
  const at = nearest(lines, old, near);
  const missing = old.findIndex((line, i) => lines[at + i] !== line);
  const place = at + Math.max(0, missing);
  const c = work.called.endsWith('.c')
    ? `; kernel text is not C: khodbg source ${file} prints what a patch is made on`
    : '';
  return `${head}; first line not found: ${shown(old[missing])}; nearest is ${file}:${place + 1}, where ${shown(lines[place])} stands${c}`;
}

/** What of a hunk is looked for with fuzz: one line of context less at each end. */
function trimmed(hunk: Hunk): { readonly lines: readonly string[]; readonly cut: number } {
  const cut = hunk.lines[0]?.[0] === ' ' ? 1 : 0;
  const end = hunk.lines.at(-1)?.[0] === ' ' ? 1 : 0;
  return { lines: hunk.lines.slice(cut, hunk.lines.length - end), cut };
}

function applyHunk(work: Work, hunk: Hunk, number: number): string | null {
  const { lines } = work;
  const { old, now } = sidesOf(hunk);
  const near = (old.length === 0 ? hunk.from : hunk.from - 1) + work.offset;
  const at = find(work, old, near, work.done);
  if (at >= 0) return replace(work, hunk, at, old, now);
  if (work.fuzz === 0) return failure(work, hunk, number);
  const less = trimmed(hunk);
  const sides = sidesOf({ ...hunk, lines: less.lines });
  const there = sides.old.length === 0 ? -1 : find(work, sides.old, near + less.cut, work.done);
  const already = now.length > 0 && find(work, now, near, 0) >= 0;
  if (there < 0 || already) return failure(work, hunk, number);
  const differs = old.findIndex((line, i) => lines[there - less.cut + i] !== line);
  const place = there - less.cut + differs;
  work.warnings.push(
    `${named(work, hunk, number)} fits with fuzz 1 only: it expects ${shown(old[differs])} where ${work.file}:${place + 1} has ${shown(lines[place])}`,
  );
  return replace(work, hunk, there, sides.old, sides.now, less.cut);
}

function replace(work: Work, hunk: Hunk, at: number, old: readonly string[], now: readonly string[], cut = 0): null {
  const expected = old.length === 0 ? hunk.from : hunk.from - 1 + cut;
  work.lines.splice(at, old.length, ...now);
  work.done = at + now.length;
  work.offset = at - expected + now.length - old.length;
  return null;
}

/** Why a file cannot be patched, or made; null when it can. */
function refusal(files: Files, diff: FileDiff, file: string): string | null {
  const called = diff.after ?? diff.before ?? '';
  if (diff.refused !== null) return `${called} ${diff.refused}`;
  if (diff.after === null) return `${called} is deleted; take its functions out one by one instead`;
  if (files[file] !== undefined && Object.hasOwn(files, file))
    return diff.before === null ? `${file} is there already; it cannot be added` : null;
  if (called.endsWith('.h'))
    return `${called} is a header; kernel text has none, its structs are fixed (kernel.d.ts), and variables stand in .ts files (let): leave this part of the patch out`;
  if (!/\.(?:c|ts)$/.test(called)) return `${called} is no kernel text; leave this part of the patch out`;
  if (diff.before !== null)
    return `${called} is not a file of the kernel text; it has ${Object.keys(files).join(', ')}`;
  const plain = /^(?:[A-Za-z0-9_][A-Za-z0-9_.-]*\/)*[A-Za-z0-9_][A-Za-z0-9_.-]*\.ts$/.test(file);
  return plain ? null : `${called} is no name for a file of kernel text; write one as in mm/mine.ts`;
}

/** Name of the file in the kernel text: .c is read as the .ts that models it. */
const textName = (called: string): string => called.replace(/^src\/kernel\//, '').replace(/\.c$/, '.ts');

interface Applying {
  readonly name: string;
  readonly fuzz: 0 | 1;
  readonly out: Record<string, string>;
  readonly changed: Set<string>;
  readonly warnings: string[];
  readonly errors: string[];
  readonly effort: Effort;
}

function applyDiff(to: Applying, diff: FileDiff): void {
  const called = diff.after ?? diff.before ?? '';
  const file = textName(called);
  const why = refusal(to.out, diff, file);
  if (why !== null) {
    to.errors.push(`${to.name}: ${why}`);
    return;
  }
  const text = Object.hasOwn(to.out, file) ? (to.out[file] ?? '') : '';
  const lines = text.replace(/\n$/, '').split('\n');
  const { name, fuzz, warnings, effort } = to;
  const start = { lines: text === '' ? [] : lines, offset: 0, done: 0 };
  const work: Work = { name, file, called, fuzz, warnings, effort, ...start };
  for (const [i, hunk] of diff.hunks.entries()) {
    const error =
      work.lines.length > MOST_LINES
        ? `${name}: ${file} gets more than ${MOST_LINES} lines`
        : applyHunk(work, hunk, i + 1);
    if (error === null) continue;
    to.errors.push(error);
    return;
  }
  const after = `${work.lines.join('\n')}\n`;
  to.out[file] = after;
  to.changed.add(file);
}

/** Applies the patch called `name` (used in messages) to kernel text. */
export function applyKernelPatch(files: Files, name: string, text: string, options: PatchOptions = {}): Patched {
  const to: Applying = {
    name,
    fuzz: options.fuzz ?? 0,
    out: Object.assign(Object.create(null), files),
    changed: new Set(),
    warnings: [],
    errors: [],
    effort: { left: MOST_EFFORT },
  };
  const texts = mailTexts(text);
  let found = 0;
  for (const mail of texts) {
    const read = readDiffs(mail);
    if (!read.ok) return { ok: false, errors: [`${name}: ${read.error}`] };
    found += read.diffs.length;
    for (const diff of read.diffs) if (to.errors.length < MOST_ERRORS) applyDiff(to, diff);
    if (to.errors.length === MOST_ERRORS) to.errors.push(`${name}: more is not looked for; mend those first`);
    if (to.errors.length > 0) return { ok: false, errors: to.errors };
  }
  if (found === 0) {
    const quoted = texts.some(quotesDiff) ? '; it quotes one, as an answer does: take the mail that it answers' : '';
    return { ok: false, errors: [`${name}: no hunk found; a patch is a unified diff as git writes it${quoted}`] };
  }
  return { ok: true, files: { ...to.out }, changed: [...to.changed], warnings: to.warnings };
}
