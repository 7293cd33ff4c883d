// Unified diffs as git and diff -u write them, from text that has more around them: prose, a diffstat, a signature. A hunk
// ends where its header says, so that nothing after it needs to be known. The package `diff` reads patches, too, but takes the
// signature of a mail for a part of the last hunk, text without hunks for an empty patch, and does not say why a hunk failed.
// Knows nothing of files that exist.

/** One hunk: `from` counts from 1, in the file before the patch. */
export interface Hunk {
  readonly from: number;
  /** with their first character: ' ', '-' or '+' */
  readonly lines: readonly string[];
  /** line of the text at which it stands, from 1 */
  readonly at: number;
  /** what its header says after the second @@: the function it is in */
  readonly where: string;
}

/** What a diff does to one file. A null name: /dev/null. */
export interface FileDiff {
  readonly before: string | null;
  readonly after: string | null;
  readonly hunks: Hunk[];
  /** a rename, a binary file, … : what no kernel text can be given */
  refused: string | null;
}

/** All diffs of a text in order, or what is wrong with one. */
export type Diffs = { readonly ok: true; readonly diffs: FileDiff[] } | { readonly ok: false; readonly error: string };

/** Longest line outside hunks. */
const LONGEST = 20_000;

/** Most hunks of one patch. */
const MOST_HUNKS = 10_000;

const HEADER = /^@@ -(\d{1,9})(?:,(\d{1,9}))? \+(\d{1,9})(?:,(\d{1,9}))? @@ ?(.*)$/;

/** A file name as a header has it: quotes, time stamp, and a/ or b/ off; null for /dev/null. */
function nameIn(header: string): string | null {
  const plain = header.replace(/\t.*$/, '').trim();
  const name = /^"(.*)"$/.exec(plain)?.[1] ?? plain;
  return name === '/dev/null' ? null : name.replace(/^[ab]\//, '');
}

// with s, or a line separator in a name would make it try every place again
const GIT = /^diff --git (?:"?a\/(.*?)"?) (?:"?b\/(.*?)"?)$/s;

const REFUSED: readonly (readonly [RegExp, string])[] = [
  [/^rename (?:from|to) /, 'is renamed; a file of kernel text keeps its name'],
  [/^copy (?:from|to) /, 'is a copy; add it as a new file'],
  [/^(?:GIT binary patch|Binary files )/, 'is binary'],
];

/** Reads line after line. */
class Reader {
  readonly diffs: FileDiff[] = [];
  private current: FileDiff | null = null;
  private hunks = 0;
  at = 0;

  constructor(readonly lines: readonly string[]) {}

  private open(before: string | null, after: string | null): void {
    this.current = { before, after, hunks: [], refused: null };
    this.diffs.push(this.current);
  }

  /** Takes the lines at `at`; what is wrong, or null. */
  next(): string | null {
    const line = this.lines[this.at] as string;
    if (line.length > LONGEST) return `line ${this.at + 1} has more than ${LONGEST} characters`;
    const following = this.lines[this.at + 1] ?? '';
    const git = GIT.exec(line);
    if (git !== null) this.open(git[1] ?? '', git[2] ?? '');
    else if (line.startsWith('--- ') && following.startsWith('+++ ')) {
      if (this.current !== null && this.current.hunks.length === 0) this.diffs.pop();
      this.open(nameIn(line.slice(4)), nameIn(following.slice(4)));
      this.at++;
    } else if (/^@@@+ -/.test(line)) return 'it is the diff of a merge; give the diff against one parent';
    else if (this.current !== null && line.startsWith('@@ ')) return this.hunk(this.current, line);
    else if (this.current !== null && this.current.hunks.length === 0) {
      this.current.refused ??= REFUSED.find(([mark]) => mark.test(line))?.[1] ?? null;
    }
    this.at++;
    return null;
  }

  private hunk(file: FileDiff, line: string): string | null {
    const header = HEADER.exec(line);
    const at = this.at + 1;
    if (header === null) return `line ${at}: '${line.slice(0, 60)}' is no header of a hunk`;
    if (++this.hunks > MOST_HUNKS) return `more than ${MOST_HUNKS} hunks; split it`;
    let [old, now] = [Number(header[2] ?? 1), Number(header[4] ?? 1)];
    const lines: string[] = [];
    for (this.at++; old > 0 || now > 0; this.at++) {
      const text = this.lines[this.at];
      // an editor or a mailer may have cut the blank of an empty line
      const sign = text === '' ? ' ' : text?.[0];
      if (sign === '\\') continue;
      if (text === undefined || !(sign === ' ' || sign === '-' || sign === '+'))
        return `hunk ${file.hunks.length + 1} of ${file.after ?? file.before} (line ${at}) ends too early: its header promises ${header[2] ?? 1} lines before and ${header[4] ?? 1} after`;
      if (sign !== '+') old--;
      if (sign !== '-') now--;
      if (old < 0 || now < 0)
        return `hunk ${file.hunks.length + 1} of ${file.after ?? file.before} (line ${at}) has more lines than its header promises`;
      lines.push(text === '' ? ' ' : text);
    }
    file.hunks.push({ from: Number(header[1]), lines, at, where: header[5] ?? '' });
    return null;
  }
}

/** Reads the diffs of a text. */
export function readDiffs(text: string): Diffs {
  const reader = new Reader(text.split('\n'));
  while (reader.at < reader.lines.length) {
    const error = reader.next();
    if (error !== null) return { ok: false, error };
  }
  return { ok: true, diffs: reader.diffs.filter((diff) => diff.hunks.length > 0 || diff.refused !== null) };
}

/** Does a text quote a diff, as answers do? */
export function quotesDiff(text: string): boolean {
  return /^> ?@@ -\d/m.test(text);
}
