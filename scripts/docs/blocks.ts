// What documentation takes from the tables of the program: one function a block, by the name between the markers.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { KEYS, type KeyRow, SAVED_SCREEN } from '../../components/index.ts';
import { buildKernel, kernelIntrinsics, PROFILES, shippedPatches } from '../../src/kernel/index.ts';
import { makeConfig } from '../../src/machine/index.ts';
import { COMMANDS, INVARIANTS, OPEN, savedJsonSchema, TOPICS, VARIANTS } from '../../src/session/index.ts';
import { CONFIG_TABLE, STAGES, scenarioJsonSchema } from '../../src/session/scenario/index.ts';
import { type Intrinsics, REFUSALS } from '../../src/vm/index.ts';
import { coverage } from './coverage.ts';
import { code, table } from './markdown.ts';
import { scenarioTables } from './scenarios.ts';

type CommandGroup = (typeof COMMANDS)[number]['group'];

const COMMAND_GROUPS: Readonly<Record<CommandGroup, string>> = {
  running: 'Running, forwards and backwards',
  time: 'Positions in time',
  stops: 'Stops',
  looking: 'Looking',
  info: 'What is simulated',
  threads: 'Threads and schedule',
  variants: 'Kernels and patches',
  session: 'The session',
};

const KEY_GROUPS: Readonly<Record<KeyRow['group'], string>> = {
  move: 'Movement',
  time: 'Time',
  ask: 'Questions',
  frames: 'Frames and threads',
  stops: 'Stops',
  panes: 'Panes',
  session: 'Session',
};

/** The parts of a record, each under its title, empty ones left out. */
function sections<G extends string>(titles: Readonly<Record<G, string>>, part: (group: G) => string | null): string {
  const groups = Object.keys(titles) as G[];
  return groups
    .flatMap((group) => {
      const text = part(group);
      return text === null ? [] : [`### ${titles[group]}`, text];
    })
    .join('\n\n');
}

function commands(): string {
  return sections(COMMAND_GROUPS, (group) => {
    const rows = COMMANDS.filter((command) => command.group === group).map(({ names, usage, help }) => {
      const others = names.slice(1).map(code).join(' ');
      return [code(names[0] ?? ''), others, code(usage), help];
    });
    return rows.length === 0 ? null : table(['command', 'also', 'usage', 'what it does'], rows);
  });
}

function repeating(): string {
  const names = COMMANDS.filter((command) => command.repeats === true).map((command) => code(command.names[0] ?? ''));
  return `An empty line repeats these commands: ${names.join(', ')}.`;
}

function topics(): string {
  return table(
    ['topic', 'what it shows'],
    TOPICS.map(({ name, help }) => [code(`info ${name}`), help]),
  );
}

/** Keys that do the same are one row; the nine thread keys are another. */
function keys(): string {
  return sections(KEY_GROUPS, (group) => {
    const rows = new Map<string, string[]>();
    for (const { key, command, action, help } of KEYS.filter((row) => row.group === group)) {
      const thread = /^thread \d$/.test(command ?? '');
      const id = thread ? 'thread' : (command ?? action ?? key);
      const known = rows.get(id);
      if (known === undefined)
        rows.set(id, [
          thread ? `${code('1')} to ${code('9')}` : code(key),
          thread ? 'to that thread' : help,
          command === undefined ? '' : code(thread ? 'thread N' : command),
        ]);
      else if (!thread) known[0] = `${known[0]} ${code(key)}`;
    }
    return rows.size === 0 ? null : table(['key', 'what it does', 'command'], [...rows.values()]);
  });
}

function refusals(): string {
  return table(
    ['not accepted', 'write instead'],
    REFUSALS.map(({ what, instead }) => [what, instead]),
  );
}

const CONFIG = makeConfig(Object.fromEntries(CONFIG_TABLE.map((row) => [row.name, row.default])), 'zero', '');

/** Parameters and result of each intrinsic as kernel.d.ts declares them. */
function signatures(root: string): ReadonlyMap<string, string> {
  const text = readFileSync(join(root, 'src/kernel/kernel.d.ts'), 'utf8');
  const found = text.matchAll(/^declare function (\w+)(\(.*\): .*);$/gm);
  return new Map([...found].map(([, name = '', rest = '']) => [name, rest]));
}

const KINDS: Readonly<Record<Intrinsics[string]['kind'], string>> = {
  pure: 'Values only',
  read: 'Reads of the machine',
  effect: 'Changes of the machine',
  range: 'Range operations',
};

function intrinsics(root: string): string {
  const declared = signatures(root);
  return sections(KINDS, (kind) => {
    const rows = Object.entries(kernelIntrinsics(CONFIG)).filter(([, row]) => row.kind === kind);
    return table(
      ['intrinsic', 'what it does'],
      rows.map(([name, { help }]) => [code(`${name}${declared.get(name) ?? '()'}`), help]),
    );
  });
}

function expressionNames(): string {
  const built = buildKernel(CONFIG, [], []);
  if (!built.ok) throw new Error(built.errors.join('\n'));
  const kernel = kernelIntrinsics(CONFIG);
  const own = Object.entries(built.kernel.linked.env.intrinsics).filter(([name]) => kernel[name] === undefined);
  const args = (count: number) => Array.from({ length: count }, (_, i) => 'abc'[i] ?? '').join(', ');
  return table(
    ['name', 'what it is'],
    own.map(([name, { arity, help }]) => [code(`${name}(${args(arity[1])})`), help]),
  );
}

const yes = (value: boolean | number): string => (value === true ? 'y' : value === false ? 'n' : String(value));

function config(): string {
  return table(
    ['option', 'default', 'values', 'what it does'],
    CONFIG_TABLE.map((row) => {
      const values = row.range === undefined ? 'true, false' : `${row.range[0]} to ${row.range[1]}`;
      const needs = row.needs === undefined ? '' : `; needs ${code(row.needs)}`;
      const refused =
        row.refused === undefined ? '' : `; ${code(String(row.refused.value))} is refused: ${row.refused.because}`;
      return [code(row.name), yes(row.default), values, `${row.help}${needs}${refused}`];
    }),
  );
}

function invariants(): string {
  return table(
    ['invariant', 'what must hold', 'taken from', 'checked whole at'],
    INVARIANTS.map(({ name, text, source, stages }) => [code(name), text, source, stages.map(code).join(', ')]),
  );
}

function open(): string {
  return table(
    ['figures', 'why they are not compared'],
    OPEN.map(({ what, reason }) => [what, reason]),
  );
}

function variants(): string {
  return table(
    ['word', 'patches', 'options'],
    Object.entries(VARIANTS).map(([word, { patches = [], options = {} }]) => [
      code(word),
      patches.map(code).join(', '),
      Object.entries(options)
        .map(([name, value]) => code(`${name}=${yes(value)}`))
        .join(', '),
    ]),
  );
}

/** A part for each kernel profile, as `info kernels` has it. */
function kernels(): string {
  return PROFILES.map(({ name, what, differs, known, forbidsDeferred }, i) => {
    const newer = PROFILES[i - 1]?.name;
    const kconfig = forbidsDeferred
      ? ['', 'Its Kconfig entry of KHO says `depends on !DEFERRED_STRUCT_PAGE_INIT`.']
      : [];
    const rows =
      newer === undefined
        ? []
        : ['', `Where it differs from ${code(newer)}:`, '', ...differs.map((text) => `- ${text}`)];
    return [`### ${name}`, '', what, ...kconfig, ...rows, '', `How well it is known: ${known}.`].join('\n');
  }).join('\n\n');
}

/** Every block by name. `root` is the checkout. */
export const BLOCKS: Readonly<Record<string, (root: string) => string>> = {
  commands,
  repeating,
  topics,
  keys,
  refusals,
  intrinsics,
  'expression-names': expressionNames,
  config,
  invariants,
  kernels,
  open,
  variants,
  stages: () => STAGES.map(code).join(', '),
  patches: () => shippedPatches().map(code).join(', '),
  scenarios: scenarioTables,
};

/** Files that are generated as a whole. */
export const WHOLE: Readonly<Record<string, (root: string) => string>> = {
  'docs/coverage.md': coverage,
  'docs/scenario.schema.json': () => `${JSON.stringify(scenarioJsonSchema(), null, 2)}\n`,
  'docs/session.schema.json': () => `${JSON.stringify(savedJsonSchema(SAVED_SCREEN), null, 2)}\n`,
};
