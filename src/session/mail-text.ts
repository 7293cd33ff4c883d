// Where one stands as text for a mail: at most 72 columns, with the command line that comes back to the same position. Reads
// the session; changes nothing.
import { label } from '../debugger/index.ts';
import { dumpPage } from '../kernel/index.ts';
import { entries, runGet } from '../machine/index.ts';
import { BUDGET } from './budget.ts';
import { frameText } from './describe.ts';
import type { LoadedBoot } from './load.ts';
import { variantName } from './patch-files.ts';
import { printable } from './printable.ts';
import { shippedName } from './scenario-files.ts';
import type { Session } from './session.ts';

const COLUMNS = 72;
/** Lines of the console that are told: an oops with its call trace. */
const CONSOLE_LINES = 24;
/** Stops and checkpoints that are told, and rows of an answer, which are indented so many steps at most. */
const ROWS = 20;
const ANSWER = 60;
const DEEPEST = 8;

/** A line broken between words, or within one that is too long by itself; what follows the first begins with `rest`. */
function fold(text: string, rest: string): string[] {
  const lines: string[] = [];
  let line = text;
  while (line.length > COLUMNS) {
    const space = line.lastIndexOf(' ', COLUMNS);
    const at = space > rest.length + 8 ? space : COLUMNS;
    lines.push(line.slice(0, at).trimEnd());
    line = `${rest}${line.slice(at).trimStart()}`;
  }
  return [...lines, line];
}

const quoted = (word: string): string => (/^[\w./:=@+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);

/** How one comes from the file to the kernel of a boot: commands, none when it is the file's own. */
function changesOf(session: Session, { number, boot, variant }: LoadedBoot): string[] {
  const own = boot.patches.map(({ name }) => name);
  const now = variant.patches.map(({ name }) => name);
  const given = session.loaded.scenario.boots[number - 1];
  const kernel = given?.kind === 'kernel' ? given.kernel : variant.kernel;
  return [
    ...(variant.kernel === kernel ? [] : [`kernel ${variant.kernel} boot ${number}`]),
    ...own.filter((name) => !now.includes(name)).map((name) => `patch drop ${name} boot ${number}`),
    ...now.filter((name) => !own.includes(name)).map((name) => `patch add ${name} boot ${number}`),
  ];
}

/** The scenario's file as a checkout has it: a shipped one by its path there, another as it was named. */
function fileOf({ loaded: { file } }: Session): string {
  const shipped = shippedName(file);
  return shipped === null ? file : `scenarios/${shipped}.json`;
}

/** How one comes to where one stands: other kernels, the choices of threads of the branch, the position, thread and frame. */
function commandsTo(session: Session): string[] {
  const { branch, at, thread, level } = session.state.cursor;
  const choices = session.time
    .branch(branch)
    .choices.flatMap((choice) => [`seek #${choice.at}`, `schedule next ${choice.thread + 1}`]);
  return [
    ...session.loaded.boots.flatMap((boot) => changesOf(session, boot)),
    ...choices,
    `seek ${label(at)}`,
    ...(thread === session.mover(at, branch) ? [] : [`thread ${thread + 1}`]),
    ...(level === 0 ? [] : [`frame ${level}`]),
  ];
}

/** The command line, one word or option with its value a line where it is long. */
function commandLines(session: Session): string[] {
  const words = [
    'node dist/cli.js --batch',
    ...(session.budget === BUDGET ? [] : [`--budget ${session.budget}`]),
    ...commandsTo(session).map((command) => `-ex ${quoted(command)}`),
    quoted(fileOf(session)),
  ];
  const whole = `  ${words.join(' ')}`;
  if (whole.length <= COLUMNS) return [whole];
  return words.map((word, i) => `  ${i === 0 ? '' : '  '}${word}${i < words.length - 1 ? ' \\' : ''}`);
}

/** Files that the command takes and no checkout has. */
function ownFiles({ loaded }: Session): string[] {
  const patches = loaded.boots.flatMap(({ sums }) => Object.keys(sums));
  const files = [...(shippedName(loaded.file) === null ? [loaded.file] : []), ...new Set(patches)];
  return files.length === 0
    ? []
    : ['', 'It takes these files:', ...files.flatMap((file) => fold(`  ${file}`, '      '))];
}

function traceLines(session: Session): string[] {
  return session.stack().flatMap((frame) => fold(`  ${frameText(session, frame)}`, '      '));
}

/** The page that the stop names, or the one that the frame is about. */
function pfnOf(session: Session): number | null {
  const named = /\bpages? ?\(?(0x[0-9a-f]+)/.exec(session.state.stop.lines.join(' '))?.[1];
  const pfn = named === undefined ? session.variables().$_pfn : Number(named);
  const { memmap } = session.now().machine;
  if (typeof pfn !== 'number' || pfn < 0 || pfn >= 2 ** memmap.bits) return null;
  return runGet(memmap, pfn) === null ? null : pfn;
}

/** The page that the next statement reports as a bad one, and why; null when it reports none. */
function badPage({ state: { cursor }, time }: Session): { readonly pfn: number; readonly reason: string } | null {
  const notes = time.pieceFrom(cursor.branch, cursor.at)?.trace.notes ?? [];
  const bad = notes.find(({ kind }) => kind === 'bad-page');
  return bad === undefined || bad.pfn === null ? null : { pfn: bad.pfn, reason: bad.text };
}

/** That struct page, as dump_page() prints it. */
function pageLines(session: Session): string[] {
  const bad = badPage(session);
  const pfn = bad?.pfn ?? pfnOf(session);
  if (pfn === null) return [];
  const lines = dumpPage(session.now().machine, pfn, bad?.reason ?? null);
  return ['', ...lines.flatMap((line) => fold(`  ${line}`, '      '))];
}

function consoleLines(session: Session): string[] {
  const last = entries(session.now().machine.console)
    .slice(-CONSOLE_LINES)
    .flatMap((line) => fold(`  ${line}`, '      '));
  return last.length === 0 ? [] : ['', 'Console, its last lines:', ...last];
}

/** Rows under a heading, the newest of them where there are many. */
function listed(heading: string, rows: readonly string[]): string[] {
  if (rows.length === 0) return [];
  const left = rows.length - ROWS;
  const earlier = left > 0 ? [`  … ${left} earlier`] : [];
  return ['', heading, ...earlier, ...rows.slice(-ROWS).flatMap((row) => fold(`  ${row}`, '      '))];
}

/** Where something stopped or died on the way here, in this branch. */
function stopRows(session: Session): string[] {
  const { branch } = session.state.cursor;
  const faults = session.marks(branch).filter(({ kind }) => kind === 'fault');
  const stops = session.stopMarks(branch).filter(({ label: text }) => !/^checkpoint \d/.test(text));
  return [...faults, ...stops].sort((a, b) => a.at - b.at).map(({ at, label: text }) => `#${at}  ${text}`);
}

function checkpointRows({ state }: Session): string[] {
  const { branch } = state.cursor;
  return state.checkpoints.map(({ number, cursor, note }) => {
    const other = cursor.branch === branch ? '' : ` in branch ${cursor.branch}`;
    return `${number}  ${label(cursor.at)}${other}${note === '' ? '' : `  ${note}`}`;
  });
}

/** The last answer, as it was asked of this branch: rows of a chain keep their depth. */
function answerLines({ state: { results, cursor } }: Session): string[] {
  if (results === null || results.rows.length === 0) return [];
  const rows = results.rows.slice(0, ANSWER).map(({ at, branch = results.branch, depth, text }) => {
    const other = branch === cursor.branch ? '' : ` in branch ${branch}`;
    const place = at === null || text.includes(label(at)) ? '' : `${label(at)}${other}  `;
    return { text: `${place}${text}`, indent: '  '.repeat(Math.min(depth, DEEPEST) + 1) };
  });
  const left = results.rows.length - rows.length;
  return [
    '',
    ...fold(results.title, '    '),
    ...rows.flatMap(({ text, indent }) => fold(`${indent}${text}`, `${indent}    `)),
    ...(left > 0 ? [`  … ${left} more`] : []),
  ];
}

/** The report, line by line; what could steer a terminal is escaped. */
export function mailText(session: Session): string[] {
  const { loaded, state } = session;
  const { title } = loaded.scenario;
  const boot = loaded.boots.find((one) => one.number === session.now().boot);
  const thread = session.now().threads[state.cursor.thread]?.name ?? '';
  const stop = state.stop.lines;
  const { choices } = session.time.branch(state.cursor.branch);
  const order = choices.length === 0 ? '' : ', in an order of threads of its own';
  const head = [
    `Subject: [khodbg] ${stop[0] ?? title}`,
    '',
    `Scenario: ${title}`,
    `File: ${fileOf(session)}`,
    ...(boot === undefined
      ? []
      : [
          `Kernel of boot ${boot.number}: ${variantName(
            boot.variant.kernel,
            boot.variant.patches.map((one) => one.name),
          )}`,
        ]),
    '',
    `At ${label(state.cursor.at)}, in thread ${state.cursor.thread + 1} (${thread})${order}:`,
    ...stop.map((line) => `  ${line}`),
  ].flatMap((line) => fold(line, '    '));
  const trace = traceLines(session);
  // before the page is looked for, which may run the next statement
  const stops = stopRows(session);
  return [
    ...head,
    ...(trace.length > 0 ? ['', 'Call trace:', ...trace] : []),
    ...pageLines(session),
    ...consoleLines(session),
    ...answerLines(session),
    ...listed('Stops:', stops),
    ...listed('Checkpoints:', checkpointRows(session)),
    '',
    'To get there, in a checkout that is built:',
    '',
    ...commandLines(session),
    ...ownFiles(session),
  ].map((line) => printable(line, 1000).trimEnd());
}
