#!/usr/bin/env node
// khodbg's command line: arguments and files in, screen or line mode or one report out, exit status as documented.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { checkAll } from './check-all.ts';
import { findScenarios } from './check-scenarios.ts';
import { type CompareOptions, dropWords, runCompare } from './compare-command.ts';
import { type ImportOptions, runImport } from './import-command.ts';
import { KERNELS } from './kernel/index.ts';
import { type Given, printFirstStop, printPlace, prompt, runCommands } from './line-mode.ts';
import { openFile } from './opening.ts';
import {
  BUDGET,
  CHECK_FORMATS,
  checkStatus,
  conform,
  galleryText,
  type LoadOptions,
  loadScenario,
  NEWEST,
  noKernel,
  type Port,
  printable,
  printableJson,
  readGallery,
  runReport,
  scenariosFolder,
  sourceOf,
  warningsOf,
} from './session/index.ts';

declare const KHODBG_VERSION: string | undefined;
const VERSION = typeof KHODBG_VERSION === 'string' ? KHODBG_VERSION : 'source';

const print = (text: string): void => {
  process.stdout.write(`${text}\n`);
};
const complain = (text: string): void => {
  process.stderr.write(`${text}\n`);
};

/** gdb's long options with one dash, as commander wants them. */
function gnuStyle(argv: readonly string[]): string[] {
  return dropWords(argv).map((word) => (word === '-ex' ? '--ex' : word === '-batch' ? '--batch' : word));
}

interface OpenOptions {
  readonly batch?: boolean;
  readonly patch: string[];
  readonly kernel?: string;
  readonly color: 'auto' | 'always' | 'never';
  readonly budget: number;
  readonly acceptChanges?: boolean;
}

function readCommands(file: string): Given[] | string {
  try {
    const text = readFileSync(file === '-' ? 0 : file, 'utf8');
    return text
      .split('\n')
      .map((line, i) => ({ line: line.trim(), origin: `${file}:${i + 1}` }))
      .filter(({ line }) => line !== '' && !line.startsWith('#'));
  } catch (error) {
    return `${file}: cannot be read: ${(error as NodeJS.ErrnoException).code ?? 'error'}; -x takes a file of commands, one a line`;
  }
}

function fail(lines: readonly string[]): number {
  for (const line of lines) complain(printable(line, 1000));
  return 2;
}

function warn(warnings: readonly string[]): void {
  for (const line of warnings) complain(`warning: ${printable(line, 1000)}`);
}

const interactive = (): boolean => process.stdin.isTTY === true && process.stdout.isTTY === true;

function changes({ patch, kernel }: { readonly patch: string[]; readonly kernel?: string }): LoadOptions {
  return kernel === undefined ? { patches: patch } : { patches: patch, kernel };
}

/** Opens a scenario or a saved session: the screen on a terminal, else line mode. */
async function open(file: string, options: OpenOptions, given: readonly (Given[] | string)[]): Promise<number> {
  const commands: Given[] = [];
  for (const part of given) {
    if (typeof part === 'string') return fail([part]);
    commands.push(...part);
  }
  const batch = options.batch === true || !interactive();
  const plain = batch || process.env.TERM === 'dumb';
  const { budget, acceptChanges = false } = options;
  const opened = await openFile(file, { ...changes(options), budget, acceptChanges }, plain ? null : process.stdout);
  if (!opened.ok) return fail(opened.errors);
  const { port } = opened;
  warn(opened.warnings);
  if (given.length > 0) {
    const { status, quit } = await runCommands(port, commands, plain ? print : () => {}, complain);
    if (quit || batch) return outcome(port, status);
  } else if (plain) {
    await (opened.saved ? printPlace : printFirstStop)(port, print);
    if (batch) return outcome(port, 0);
  }
  if (plain) return outcome(port, await prompt(port, print, complain));
  const { runScreen } = await import('../components/index.ts');
  return runScreen(port, { stdin: process.stdin, stdout: process.stdout, color: options.color });
}

/** Without a file: the gallery, to choose from on a terminal, else as text. Commands are for a scenario: the default one. */
async function openAny(options: OpenOptions, given: readonly (Given[] | string)[]): Promise<number> {
  const root = scenariosFolder();
  if (given.length > 0) return open(join(root, DEFAULT), options, given);
  const groups = readGallery(root);
  if (options.batch === true || !interactive() || process.env.TERM === 'dumb') {
    print(galleryText(groups));
    return 0;
  }
  const { runPicker } = await import('../components/index.ts');
  const picked = await runPicker(groups, { stdin: process.stdin, stdout: process.stdout, color: options.color });
  return 'status' in picked ? picked.status : open(join(root, `${picked.name}.json`), options, given);
}

/** The exit status of a session in line mode: 3 when nothing was refused, but a budget ran out on the way. */
function outcome({ session }: Port, status: number): number {
  const { exhausted } = session;
  if (status !== 0 || exhausted === null) return status;
  complain(printable(`${session.loaded.file}: ${exhausted}`, 1000));
  return 3;
}

interface RunOptions {
  readonly json?: boolean;
  readonly patch: string[];
  readonly kernel?: string;
  readonly budget: number;
}

function positive(text: string): number {
  const n = Number(text);
  if (Number.isSafeInteger(n) && n > 0) return n;
  throw new InvalidArgumentError('a whole number above 0 is expected.');
}

/** Runs a scenario to its end and prints the report. */
function run(file: string, options: RunOptions): number {
  const loaded = loadScenario(file, changes(options));
  if (!loaded.ok) return fail(loaded.errors);
  warn(warningsOf(loaded.loaded));
  const result = runReport(loaded.loaded, options.budget);
  if (!result.ok) return fail(result.errors);
  if (result.exhausted !== null) complain(printable(`${file}: ${result.exhausted}`, 1000));
  print(options.json === true ? printableJson(result.report) : result.text);
  return result.status;
}

interface SourceOptions {
  readonly patch: string[];
  readonly kernel: string;
}

/** Prints kernel text. */
function source(files: readonly string[], { patch, kernel }: SourceOptions): number {
  const { status, lines, complaints } = sourceOf(kernel, patch, files);
  for (const line of complaints) complain(printable(line, 1000));
  // a tab stays a tab; what a patch brought along besides cannot steer the terminal
  if (status === 0)
    print(
      lines
        .map((line) =>
          line
            .split('\t')
            .map((part) => printable(part, 10_000))
            .join('\t'),
        )
        .join('\n'),
    );
  return status;
}

interface ConformGiven {
  readonly patch: string[];
  readonly log?: true;
}

/** Compares with known answers and prints how far they agree. */
function runConform(paths: readonly string[], { patch, log }: ConformGiven): number {
  const { status, lines } = conform(paths, { patches: patch, log: log === true });
  if (status === 2) return fail(lines);
  print(lines.join('\n'));
  return status;
}

const OF_LAST_BOOT = 'kernel of the last boot, instead of its own';

function kernelName(name: string): string {
  if (KERNELS.some((known) => known === name)) return name;
  throw new InvalidArgumentError(`${noKernel(name)}.`);
}

interface CheckOptions {
  readonly format: string;
}

/** Checks scenarios, and all in folders, and prints what came of it. */
async function check(paths: readonly string[], options: CheckOptions): Promise<number> {
  const format = CHECK_FORMATS[options.format];
  const { files, errors } = findScenarios(paths);
  if (errors.length > 0 || format === undefined) return fail(errors);
  const results = await checkAll(files, (result) => {
    if (format.one !== undefined) print(format.one(result));
  });
  print(format.all(results));
  return checkStatus(results);
}

/** Runs a command of the command line, unless options that it takes stand before its word. */
type Runs = (name: string, example: string, work: () => number | Promise<number>) => void;

const DEFAULT = 'seed-000/uninit-boundary-before.json';

/** `check` as a command of the command line. */
function addCheck(root: Command, runs: Runs): void {
  root
    .command('check')
    .description(
      'runs scenarios, checks what they expect, their invariants and their tours; exit status 1 when one fails',
    )
    .argument('<path...>', 'scenarios, and folders whose .json files are scenarios')
    .addOption(new Option('--format <format>', 'how to say it').choices(Object.keys(CHECK_FORMATS)).default('text'))
    .exitOverride()
    .action((paths: string[], options: CheckOptions) =>
      runs('check', 'check PATH --format tap', () => check(paths, options)),
    );
}

/** `compare` as a command of the command line. */
function addCompare(root: Command, runs: Runs): void {
  root
    .command('compare')
    .description('runs variants to their ends: the first effect in which they differ, and what differs at the end')
    .argument(
      '<variant...>',
      'scenarios, and words that change the first: base, v7.2, +PATCH, -PATCH, CONFIG_X=n, by commas',
    )
    .option('--json', 'the comparison as JSON, a stable format')
    .option('--all', 'lists every row')
    .option('--exit-code', 'exit status 1 when they differ')
    .addOption(
      new Option('--budget <turns>', 'gives up after so many a variant, with exit status 3')
        .argParser(positive)
        .default(BUDGET),
    )
    .exitOverride()
    .action((operands: string[], options: CompareOptions) =>
      runs('compare', 'compare A.json B.json --json', () => runCompare(operands, options, print, complain)),
    );
}

function program(given: (Given[] | string)[], exit: (status: number | Promise<number>) => void): Command {
  const collect = (value: string, previous: string[]) => [...previous, value];
  const patches = () =>
    new Option('--patch <patch>', 'a shipped patch by NAME, or a unified diff by path')
      .argParser(collect)
      .default([] as string[]);
  const kernels = (what: string) => new Option('--kernel <name>', what).argParser(kernelName);
  const budget = () =>
    new Option('--budget <turns>', 'gives up after so many, with exit status 3').argParser(positive).default(BUDGET);
  const root = new Command('khodbg')
    .description(
      'Steps, forwards and backwards, through a simulated Linux boot with KHO and deferred struct page initialisation.',
    )
    .version(VERSION)
    .argument(
      '[file]',
      `scenario, the name of a shipped one, or a saved session; without it, the gallery; with commands, ${DEFAULT}`,
    )
    .addOption(
      new Option('-x, --command <file>', 'executes the commands of a file (- for standard input)').argParser(
        (file: string) => {
          given.push(readCommands(file));
          return file;
        },
      ),
    )
    .addOption(
      new Option('--ex <command>', 'executes a command (also -ex); may be given again').argParser((line: string) => {
        given.push([{ line, origin: '-ex' }]);
        return line;
      }),
    )
    .option('--batch', 'line mode: exits after the commands; a refused command ends it with 2')
    .addOption(patches())
    .addOption(kernels(OF_LAST_BOOT))
    .addOption(budget())
    .option('--accept-changes', 'opens a saved session although its scenario, a patch or the kernel text has changed')
    .addOption(
      new Option('--color <when>', 'colour on the screen').choices(['auto', 'always', 'never']).default('auto'),
    )
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({ writeErr: (text) => complain(text.trimEnd()) })
    .action((file: string | undefined, options: OpenOptions) =>
      exit(file === undefined ? openAny(options, given) : open(file, options, given)),
    );
  const runs: Runs = (name, example, work) => {
    const { patch, kernel, batch } = root.opts<OpenOptions>();
    const limited = root.getOptionValueSource('budget') === 'cli';
    const early = patch.length > 0 || kernel !== undefined || given.length > 0 || batch === true || limited;
    exit(early ? fail([`options of ${name} stand after the word ${name}: khodbg ${example}`]) : work());
  };
  root
    .command('run')
    .description('runs a scenario to its end and prints what happened; exit status 1 when an expectation failed')
    .argument('<file>', 'scenario')
    .option('--json', 'the report as JSON, a stable format')
    .addOption(budget())
    .addOption(patches())
    .addOption(kernels(OF_LAST_BOOT))
    .exitOverride()
    .action((file: string, options: RunOptions) => runs('run', 'run FILE --patch NAME', () => run(file, options)));
  root
    .command('import')
    .description('makes a scenario of a console log, a folder of /proc files, or a capture; says what it had to assume')
    .argument('<path>', 'log (also .gz), folder, or truth.json')
    .option('-o, --output <file>', 'writes the scenario there instead of to standard output')
    .option('--force', 'overwrites that file')
    .exitOverride()
    .action((path: string, options: ImportOptions) =>
      runs('import', 'import PATH -o FILE', () => runImport(path, options, print, complain)),
    );
  root
    .command('conform')
    .description('compares with known answers of real kernels, row by row; exit status 1 when one differs')
    .argument('<path...>', 'files of known answers, captures, or folders of them')
    .addOption(patches())
    .option('--log', 'imports the console log of a capture alone; what no log contains is named')
    .exitOverride()
    .action((paths: string[], options: ConformGiven) =>
      runs('conform', 'conform PATH --patch NAME', () => runConform(paths, options)),
    );
  root
    .command('source')
    .description('prints kernel text, whole files; without a file, which there are and how many lines they have')
    .argument('[file...]', 'file by a suffix of its path; .c is read as .ts')
    .addOption(kernels('kernel whose text it is').default(NEWEST))
    .addOption(patches())
    .exitOverride()
    .action((files: string[], options: SourceOptions) =>
      runs('source', 'source --kernel v7.2', () => source(files, options)),
    );
  addCheck(root, runs);
  addCompare(root, runs);
  return root;
}

async function main(): Promise<number> {
  let status: number | Promise<number> = 0;
  const given: (Given[] | string)[] = [];
  try {
    await program(given, (s) => {
      status = s;
    }).parseAsync(gnuStyle(process.argv.slice(2)), { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? 0 : 2;
  }
  return status;
}

process.stderr.on('error', () => {});
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(process.exitCode ?? 0);
  throw error;
});

main().then(
  (status) => {
    process.exitCode = status;
    if (process.stdout.isTTY) process.exit(status);
  },
  (error: unknown) => {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    complain(
      `khodbg: a bug in khodbg, not in your scenario; please report it with the scenario and these lines\n${text}`,
    );
    process.exit(70);
  },
);
