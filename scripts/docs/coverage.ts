// docs/coverage.md: every kernel name of test/fixtures/kernel-names.txt with where it is modelled and how many shipped
// scenarios execute it, or with the reason why it is not. What counts as modelled is asked of the program, not listed here.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  baseProgram,
  constantsOf,
  KERNELS,
  kernelIntrinsics,
  profilePatches,
  shippedPatch,
  shippedPatches,
  variablesOf,
} from '../../src/kernel/index.ts';
import { emptyMemblock, makeConfig } from '../../src/machine/index.ts';
import { loadScenario } from '../../src/session/index.ts';
import { runScenario } from '../../src/session/report/index.ts';
import { CONFIG_TABLE } from '../../src/session/scenario/index.ts';
import { code, table } from './markdown.ts';
import { NOT_MODELLED, UNDER_OTHER_NAMES } from './not-modelled.ts';

const CONFIG = makeConfig(Object.fromEntries(CONFIG_TABLE.map((row) => [row.name, row.default])), 'zero', '');

interface Subject {
  readonly title: string;
  readonly names: readonly { readonly name: string; readonly version: string | null }[];
}

/** The list by subject. */
function subjects(root: string): Subject[] {
  const text = readFileSync(join(root, 'test/fixtures/kernel-names.txt'), 'utf8');
  return text
    .split(/^## /m)
    .slice(1)
    .map((part) => {
      const [title = '', ...lines] = part.trimEnd().split('\n');
      const names = lines
        .filter((line) => line !== '')
        .map((line) => {
          const [name = '', version = null] = line.split(' ');
          return { name, version };
        });
      return { title, names };
    });
}

/** How many of the shipped scenarios execute each function of the kernel text. */
function executions(root: string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  const folder = join(root, 'scenarios');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.json'));
  for (const file of files) {
    const result = loadScenario(join(folder, file));
    if (!result.ok) throw new Error(result.errors.join('\n'));
    const seen = new Set<string>();
    runScenario(result.loaded, {
      // a call ends a turn, so every function is on top at the end or the start of one
      onTurn: ({ before, after, thread }) => {
        for (const state of [before, after]) {
          const top = state.threads[thread]?.top;
          if (top != null) seen.add(top.fn);
        }
      },
    });
    for (const fn of seen) counts.set(fn, (counts.get(fn) ?? 0) + 1);
  }
  return counts;
}

/** What the program knows by name. */
interface Known {
  readonly functions: Readonly<Record<string, { readonly file: string }>>;
  readonly counts: ReadonlyMap<string, number>;
  readonly intrinsics: ReturnType<typeof kernelIntrinsics>;
  readonly constants: ReadonlySet<string>;
  readonly variables: ReadonlySet<string>;
  /** struct.field */
  readonly fields: ReadonlySet<string>;
  /** structs that kernel.d.ts declares */
  readonly structs: ReadonlySet<string>;
  readonly parameters: ReadonlySet<string>;
  /** functions that the text of another profile has: its name */
  readonly profiles: ReadonlyMap<string, string>;
  /** functions that shipped patches add to the text: names of the patches */
  readonly patches: ReadonlyMap<string, readonly string[]>;
  /** functions and constants of the machine layer, with their files */
  readonly machine: ReadonlyMap<string, string>;
}

/** What the sources of the machine layer define at their outermost level. */
function machineNames(root: string): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const file of readdirSync(join(root, 'src/machine'))) {
    const text = readFileSync(join(root, 'src/machine', file), 'utf8');
    for (const [, name = ''] of text.matchAll(/^(?:export )?(?:function|const) (\w+)/gm)) names.set(name, file);
  }
  return names;
}

/** The functions that a patch adds or writes anew. */
const patchedFunctions = (text: string): string[] =>
  [...text.matchAll(/^\+function (\w+)/gm)].map(([, name = '']) => name);

function profileFunctions(): Map<string, string> {
  const found = KERNELS.flatMap((kernel) =>
    profilePatches(kernel).flatMap(({ text }) => patchedFunctions(text).map((name) => [name, kernel] as const)),
  );
  return new Map(found);
}

function patchFunctions(): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const patch of shippedPatches()) {
    for (const name of patchedFunctions(shippedPatch(patch))) found.set(name, [...(found.get(name) ?? []), patch]);
  }
  return found;
}

function known(root: string): Known {
  const program = baseProgram(CONFIG);
  const declarations = readFileSync(join(root, 'src/kernel/kernel.d.ts'), 'utf8');
  const fields = new Set<string>();
  for (const [, struct = '', body = ''] of declarations.matchAll(
    /^interface \w+ \{\n\treadonly \$s\?: "(\w+)";(.*?)^\}/gms,
  )) {
    for (const [, field = ''] of body.matchAll(/^\t(?:readonly )?(\w+): /gm)) fields.add(`${struct}.${field}`);
  }
  const texts = new Set(Object.values(program.fns).map((fn) => fn.file));
  const parameters = new Set<string>();
  for (const file of texts) {
    const text = readFileSync(join(root, 'src/kernel', file), 'utf8');
    for (const [, name = ''] of text.matchAll(/early_param\("(\w+)"\)/g)) parameters.add(`${name}=`);
  }
  const structs = [...declarations.matchAll(/^declare const (\w+): (\w+)(?:\[\])?;$/gm)]
    .filter(([, , type = '']) => declarations.includes(`interface ${type} {`))
    .map(([, name = '']) => name);
  return {
    functions: program.fns,
    counts: executions(root),
    intrinsics: kernelIntrinsics(CONFIG),
    constants: new Set([...Object.keys(constantsOf(CONFIG)), ...Object.keys(program.constants)]),
    variables: new Set([...Object.keys(variablesOf(CONFIG)), ...structs]),
    fields,
    structs: new Set([...declarations.matchAll(/readonly \$s\?: "(\w+)"/g)].map(([, name = '']) => name)),
    parameters,
    profiles: profileFunctions(),
    patches: patchFunctions(),
    machine: machineNames(root),
  };
}

interface Row {
  readonly name: string;
  /** null: not modelled */
  readonly how: string | null;
  readonly where: string;
  /** scenarios that execute it; null for what cannot be executed */
  readonly scenarios: number | null;
}

const plain = (name: string, how: string, where = ''): Row => ({ name, how, where, scenarios: null });

function rowOf(name: string, k: Known): Row {
  const fn = Object.hasOwn(k.functions, name) ? k.functions[name] : undefined;
  if (fn !== undefined) return { name, how: 'text', where: code(fn.file), scenarios: k.counts.get(name) ?? 0 };
  const profile = k.profiles.get(name);
  if (profile !== undefined) return plain(name, 'other profile', `Text of profile ${code(profile)}.`);
  const patches = k.patches.get(name);
  if (patches !== undefined)
    return plain(name, 'patch', `Text that ${patches.map(code).join(', ')} add${patches.length === 1 ? 's' : ''}.`);
  if (Object.hasOwn(k.intrinsics, name)) return plain(name, 'intrinsic', k.intrinsics[name]?.help);
  if (k.variables.has(name)) return plain(name, 'variable');
  if (name.startsWith('CONFIG_') && CONFIG_TABLE.some((row) => row.name === name)) return plain(name, 'option');
  if (k.parameters.has(name)) return plain(name, 'parameter');
  if (k.constants.has(name)) return plain(name, 'constant');
  if (k.fields.has(name)) return plain(name, 'field');
  if (k.structs.has(name)) return plain(name, 'struct');
  const other = UNDER_OTHER_NAMES[name];
  if (other !== undefined) return plain(name, 'other name', other);
  const file = k.machine.get(name);
  if (file !== undefined) return plain(name, 'machine', code(`src/machine/${file}`));
  if (memblockField(name)) return plain(name, 'machine', 'kept with the arrays of memblock');
  return { name, how: null, where: NOT_MODELLED[name] ?? '', scenarios: null };
}

const memblockField = (name: string): boolean =>
  Object.hasOwn(emptyMemblock({ max_numnodes: 64, page_size: 4096 }), name);

const HEAD = `# Coverage of the kernel

Names of Linux 7.3 that KHO and deferred struct page initialisation are about, and what khodbg has under the same name.
*text* is kernel text that can be stepped, patched and watched; *intrinsic* is one operation of it
([list](intrinsics.md)); *machine* is what intrinsics are made of; *other name* is there, but called or kept
differently; *other profile* is text of that profile only, and *patch* text that shipped patches add; structs, fields,
variables, constants, options and boot parameters are there to be read and set. For the text, the last column says how
many of the shipped scenarios execute it. What is left out as a whole, and what follows from that,
is in [fidelity.md](fidelity.md).`;

function summary(rows: readonly Row[], scenarios: number): string {
  const modelled = rows.filter(({ how }) => how !== null).length;
  const text = rows.filter(({ how }) => how === 'text');
  const idle = text.filter(({ scenarios }) => scenarios === 0).map(({ name }) => code(name));
  const run = `Of the ${text.length} functions of kernel text among them the ${scenarios} shipped scenarios execute`;
  const none = idle.length === 0 ? ' all' : ` all but ${idle.length}:\n${idle.join(', ')}`;
  return `Of ${rows.length} names ${modelled} are modelled, ${rows.length - modelled} are not.\n${run}${none}.`;
}

const cells = ({ name, how, where, scenarios }: Row, version: string | null): string[] => [
  version === null ? code(name) : `${code(name)} (${version})`,
  how ?? '**not modelled**',
  where,
  scenarios === null ? '' : String(scenarios),
];

/** The page. */
export function coverage(root: string): string {
  const k = known(root);
  const list = subjects(root).map(({ title, names }) => ({
    title,
    rows: names.map(({ name, version }) => ({ row: rowOf(name, k), version })),
  }));
  const all = list.flatMap(({ rows }) => rows.map(({ row }) => row));
  const unexplained = all.filter(({ how, where }) => how === null && where === '').map(({ name }) => name);
  if (unexplained.length > 0) {
    const names = unexplained.join(', ');
    throw new Error(`coverage: not modelled, and no reason in scripts/docs/not-modelled.ts: ${names}`);
  }
  const files = readdirSync(join(root, 'scenarios'), { recursive: true, encoding: 'utf8' });
  const parts = list.map(({ title, rows }) => {
    const head = ['name', 'how', 'where, or why not', 'scenarios'];
    return `## ${title}\n\n${table(
      head,
      rows.map(({ row, version }) => cells(row, version)),
    )}`;
  });
  const shipped = files.filter((name) => name.endsWith('.json')).length;
  return `${[HEAD, summary(all, shipped), ...parts].join('\n\n')}\n`;
}
