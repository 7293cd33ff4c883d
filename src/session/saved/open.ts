// Opens a session file: the scenario with its kernels, the history as far as it was recorded, everything that was set. What
// cannot be honoured is refused with its place and reason; a session is opened as a whole or not at all. Writes nothing.
import type * as z from 'zod';
import { lineError, type ReadCommand } from '../commands/lists.ts';
import { findCommand, splitLine } from '../commands/table.ts';
import { Port } from '../port.ts';
import { readTextFile } from '../read-file.ts';
import type { Path } from '../scenario/index.ts';
import { stepOf } from './cursors.ts';
import { looksSaved, parseSaved, type SavedValues } from './document.ts';
import { openOrigin } from './origin.ts';
import { folderOf, MOST_BYTES } from './save.ts';
import { SECTIONS } from './sections.ts';

/** How a session file is opened. */
export interface SavedOptions {
  /** what the front end keeps of itself */
  readonly screen: z.ZodType;
  readonly budget?: number;
  /** opens it although files have changed, and leaves out what the history does not have any more */
  readonly acceptChanges?: boolean;
  /** told now and then how much of the history was run again, from 0 to 1 */
  readonly progress?: (share: number) => void;
}

/** A session as it was saved; `warnings`: what is not as it was. Or everything that is in the way. */
export type OpenedSession =
  | { readonly ok: true; readonly port: Port; readonly warnings: readonly string[] }
  | { readonly ok: false; readonly errors: readonly string[] };

type Found = [Path, string];

const ADVICE = '--accept-changes opens it nevertheless';

/** Without these there is nothing to open, whatever one accepts. */
const FATAL: readonly string[] = ['branches', 'stands.at'];

/** Is the refusal of something that one can do without? */
function spareable(section: string, path: Path): boolean {
  return !FATAL.some((key) => key === section || key === `${section}.${path[0] ?? ''}`);
}

/** Turns between two reports of progress. */
const REPORTED = 16_384;

/** Runs the first branch as far as it was recorded, which is what takes time; sections find it there. */
function runAgain({ session: { time } }: Port, values: SavedValues, progress: (share: number) => void): void {
  const [first] = values.branches as readonly { readonly end: string }[];
  const end = first === undefined ? 0 : stepOf(first.end);
  for (let turns = 1; time.end(0) < end && time.grow(0); turns++)
    if (turns % REPORTED === 0) progress(time.end(0) / end);
}

/** Puts the sections into a session that has not moved. */
function readSections(port: Port, values: SavedValues, fatal: Found[], spare: Found[]): void {
  for (const { key, read } of SECTIONS) {
    if (values[key] === undefined) continue;
    read(port.session, values[key], (path, why) => {
      (spareable(key, path) ? spare : fatal).push([[key, ...path], why]);
    });
    // later sections count on the branches and on where one stands
    if (fatal.length > 0) return;
  }
}

/** Lists of commands are read by all commands, which no section knows; a list with a mistake is left out as a whole. */
function checkLists({ session }: Port, values: SavedValues, spare: Found[]): void {
  const read: ReadCommand = (line) => {
    const [word, args] = splitLine(line);
    const command = findCommand(word);
    return typeof command === 'string' ? command : { command, args };
  };
  const rows = (values.points ?? []) as readonly { readonly number: number; readonly commands: readonly string[] }[];
  const wrong = new Set<number>();
  for (const [i, { number, commands }] of rows.entries())
    for (const [k, line] of commands.entries()) {
      const why = lineError(read, line, k);
      if (why === null) continue;
      spare.push([['points', i, 'commands', k], why]);
      wrong.add(number);
    }
  session.change((draft) => {
    draft.points = draft.points.map((row) => (wrong.has(row.number) ? { ...row, commands: [] } : row));
  });
}

/** Opens the text of a session file. */
export function openSessionText(file: string, text: string, options: SavedOptions): OpenedSession {
  const parsed = parseSaved(file, text, options.screen);
  if (!parsed.ok) return parsed;
  const { values, problems } = parsed;
  const accept = options.acceptChanges === true;
  const fatal: Found[] = [];
  const spare: Found[] = [];
  const loaded = openOrigin(values, {
    folder: folderOf(file),
    refuse: (path, why) => fatal.push([path, why]),
    changed: (path, why) => spare.push([path, why]),
  });
  const failed = () => ({
    ok: false as const,
    errors: [...problems([...fatal, ...spare]), ...(fatal.length === 0 ? [`${file}: ${ADVICE}`] : [])],
  });
  if (loaded === null || fatal.length > 0 || (spare.length > 0 && !accept)) return failed();
  const port = new Port(loaded, options.budget === undefined ? {} : { budget: options.budget });
  runAgain(port, values, options.progress ?? (() => {}));
  readSections(port, values, fatal, spare);
  checkLists(port, values, spare);
  if (fatal.length > 0 || (spare.length > 0 && !accept)) return failed();
  const { screen } = values;
  port.session.screen = () => screen ?? {};
  // what was left out is in the file still: saving needs a name
  port.session.file = spare.length > 0 ? null : file;
  const warnings = problems(spare);
  port.session.say('event', warnings);
  return { ok: true, port, warnings };
}

/** Is the file a saved session? One that cannot be read is none. */
export function isSessionFile(file: string): boolean {
  const read = readTextFile(file, MOST_BYTES);
  return read.ok && looksSaved(read.text);
}

/** Opens a session file. */
export function openSession(file: string, options: SavedOptions): OpenedSession {
  const read = readTextFile(file, MOST_BYTES);
  if (!read.ok) return { ok: false, errors: [`${file}: cannot be read: ${read.why}`] };
  return openSessionText(file, read.text, options);
}
