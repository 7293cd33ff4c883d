// Where one stands as text for a mail: at most 72 columns, with the command line that comes back to the same position. Reads
// the session; changes nothing.
import { label } from '../debugger/index.ts';
import { dumpPage } from '../kernel/index.ts';
import { entries, runGet } from '../machine/index.ts';
import { frameText } from './describe.ts';
import type { LoadedBoot } from './load.ts';
import { variantName } from './patch-files.ts';
import { printable } from './printable.ts';
import type { Session } from './session.ts';

const COLUMNS = 72;
/** Lines of the console that are told: an oops with its call trace. */
const CONSOLE_LINES = 24;

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

/** The command line, one word or option with its value a line where it is long. */
function commandLines(session: Session): string[] {
  const changes = session.loaded.boots.flatMap((boot) => changesOf(session, boot));
  const commands = [...changes, `seek ${label(session.state.cursor.at)}`];
  const words = [
    'node dist/cli.js --batch',
    ...commands.map((command) => `-ex ${quoted(command)}`),
    quoted(session.loaded.file),
  ];
  const whole = `  ${words.join(' ')}`;
  if (whole.length <= COLUMNS) return [whole];
  return words.map((word, i) => `  ${i === 0 ? '' : '  '}${word}${i < words.length - 1 ? ' \\' : ''}`);
}

function traceLines(session: Session): string[] {
  return session.stack().flatMap((frame) => fold(`  ${frameText(session, frame)}`, '      '));
}

/** The struct page that the frame is about, as dump_page() prints it. */
function pageLines(session: Session): string[] {
  const { machine } = session.now();
  const pfn = session.variables().$_pfn;
  if (typeof pfn !== 'number' || pfn < 0 || pfn >= 2 ** machine.memmap.bits) return [];
  if (runGet(machine.memmap, pfn) === null) return [];
  return ['', ...dumpPage(machine, pfn, null).flatMap((line) => fold(`  ${line}`, '      '))];
}

function consoleLines(session: Session): string[] {
  const last = entries(session.now().machine.console)
    .slice(-CONSOLE_LINES)
    .flatMap((line) => fold(`  ${line}`, '      '));
  return last.length === 0 ? [] : ['', 'Console, its last lines:', ...last];
}

function keptLines(session: Session): string[] {
  const { checkpoints } = session.state;
  if (checkpoints.length === 0) return [];
  const rows = checkpoints.flatMap(({ number, cursor, note }) =>
    fold(`  ${number}  ${label(cursor.at)}${note === '' ? '' : `  ${note}`}`, '     '),
  );
  return ['', 'Checkpoints:', ...rows];
}

/** The report, line by line; what could steer a terminal is escaped. */
export function mailText(session: Session): string[] {
  const { loaded, state } = session;
  const { title } = loaded.scenario;
  const boot = loaded.boots.find((one) => one.number === session.now().boot);
  const thread = session.now().threads[state.cursor.thread]?.name ?? '';
  const stop = state.stop.lines;
  const choices = session.time.branch(state.cursor.branch).choices.length;
  const head = [
    `Subject: [khodbg] ${stop[0] ?? title}`,
    '',
    `Scenario: ${title}`,
    `File: ${loaded.file}`,
    ...(boot === undefined
      ? []
      : [
          `Kernel of boot ${boot.number}: ${variantName(
            boot.variant.kernel,
            boot.variant.patches.map((one) => one.name),
          )}`,
        ]),
    '',
    `At ${label(state.cursor.at)}, in thread ${state.cursor.thread + 1} (${thread}):`,
    ...stop.map((line) => `  ${line}`),
  ].flatMap((line) => fold(line, '    '));
  const trace = traceLines(session);
  return [
    ...head,
    ...(trace.length > 0 ? ['', 'Call trace:', ...trace] : []),
    ...pageLines(session),
    ...consoleLines(session),
    ...keptLines(session),
    '',
    'To get there, in a checkout that is built:',
    '',
    ...commandLines(session),
    ...(choices === 0
      ? []
      : [
          '',
          'This branch of the history has choices of threads of its own, which',
          'the command does not make: info schedule lists them.',
        ]),
  ].map((line) => printable(line, 1000).trimEnd());
}
