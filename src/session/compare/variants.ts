// What is compared: scenarios, and words that change one. Reads operands; knows nothing of running.
import { basename } from 'node:path';
import { parse } from 'jsonc-parser';
import { KERNELS } from '../../kernel/index.ts';
import {
  type BootVariant,
  type Loaded,
  type LoadResult,
  lastBoot,
  loadScenario,
  loadScenarioText,
  warningsOf,
} from '../load.ts';
import { findPatch } from '../patch-files.ts';

/** A scenario with the kernel, patches and configuration it is run with. */
export interface Variant {
  /** as the operand names it: `uninit-before`, `base`, `v7.2,+mine` */
  readonly label: string;
  readonly loaded: Loaded;
}

export type VariantsResult =
  | { readonly ok: true; readonly variants: readonly Variant[] }
  | { readonly ok: false; readonly errors: readonly string[] };

interface Changes {
  kernel: string | undefined;
  readonly add: string[];
  readonly drop: string[];
  readonly config: Record<string, boolean | number>;
}

const CONFIG = /^(CONFIG_\w+)=(y|n|\d+)$/;

const isWord = (word: string): boolean =>
  word === 'base' || /^[+-]./.test(word) || word.startsWith('CONFIG_') || KERNELS.some((name) => name === word);

/** True for words that change a scenario, false for what can only be a file. */
function isWords(operand: string): boolean {
  return operand.split(',').every(isWord);
}

/** Reads `v7.2,+mine,-theirs,CONFIG_X=n`; a sentence when a word means nothing. */
function readWords(operand: string): Changes | string {
  const changes: Changes = { kernel: undefined, add: [], drop: [], config: {} };
  for (const word of operand.split(',')) {
    const config = CONFIG.exec(word);
    if (word === 'base') continue;
    else if (word.startsWith('+')) changes.add.push(word.slice(1));
    else if (word.startsWith('-')) changes.drop.push(word.slice(1));
    else if (KERNELS.some((name) => name === word)) changes.kernel = word;
    else if (config?.[1] !== undefined && config[2] !== undefined)
      changes.config[config[1]] = /^\d/.test(config[2]) ? Number(config[2]) : config[2] === 'y';
    else
      return `'${word}' is no change; write base, a kernel (${KERNELS.join(', ')}), +PATCH, -PATCH or CONFIG_X=y|n|NUMBER`;
  }
  return changes;
}

interface ScenarioText {
  boots?: { config?: Record<string, unknown> }[];
  stops?: unknown[];
  tour?: unknown[];
  expect?: { stop?: unknown }[];
}

/** Expectations that are asked of any kernel: a stop at a function may name one that a changed kernel lacks. */
const askedOfAny = ({ stop }: { stop?: unknown }): boolean => typeof stop !== 'string' || /^\s*catch\b/.test(stop);

/** The scenario with the configuration of its last boot changed, without what is about a session; null: it has no boot. */
function changedText(text: string, config: Changes['config']): ScenarioText | null {
  const scenario = parse(text, [], { allowTrailingComma: true }) as ScenarioText | null | undefined;
  const boot = scenario?.boots?.at(-1);
  if (scenario == null || typeof boot !== 'object' || boot === null) return null;
  if (Object.keys(config).length > 0) boot.config = { ...boot.config, ...config };
  delete scenario.stops;
  delete scenario.tour;
  scenario.expect = (scenario.expect ?? []).filter(askedOfAny);
  return scenario;
}

/** Kernel and patches of the last boot as the words make them; a sentence when there is nothing to drop. */
function changedVariant({ kernel, patches }: BootVariant, changes: Changes): BootVariant | string {
  let left = patches;
  for (const name of changes.drop) {
    const found = findPatch(left, name);
    if (found === undefined)
      return `no patch '${name}' to drop; in force are ${left.map((one) => one.name).join(', ') || 'none'}`;
    left = left.filter((one) => one !== found);
  }
  return {
    kernel: changes.kernel ?? kernel,
    patches: [...left, ...changes.add.map((name) => ({ name, folder: '' }))],
  };
}

/** Numbers of the expectations that errors are about; null when one is about something else. */
function expectationsIn(errors: readonly string[]): Set<number> | null {
  const numbers = errors.map((error) => /\bexpect\[(\d+)\]/.exec(error)?.[1]);
  return numbers.includes(undefined) ? null : new Set(numbers.map(Number));
}

/** The variant that words make of a scenario. Expectations that a changed kernel cannot be asked are left out. */
function loadWords(base: Loaded, operand: string): LoadResult {
  const label = operand.replace(/^base,/, '');
  const no = (why: string): LoadResult => ({ ok: false, errors: [`${label}: ${why}`] });
  const changes = readWords(operand);
  if (typeof changes === 'string') return { ok: false, errors: [changes] };
  const last = lastBoot(base);
  const variant = changedVariant(last.variant, changes);
  if (typeof variant === 'string') return no(variant);
  const scenario = changedText(base.text, changes.config);
  if (scenario === null) return no('the scenario has no boot to change');
  const now = Object.fromEntries(base.boots.map((boot) => [boot.number, boot.variant]));
  const load = () =>
    loadScenarioText(base.file, JSON.stringify(scenario), { boots: { ...now, [last.number]: variant } });
  let loaded = load();
  const unasked = loaded.ok ? null : expectationsIn(loaded.errors);
  if (unasked !== null) {
    scenario.expect = (scenario.expect ?? []).filter((_, i) => !unasked.has(i));
    loaded = load();
  }
  if (loaded.ok) return loaded;
  const unplaced = loaded.errors.map((error) => error.replace(`${base.file}:`, '').replace(/^\d+:\d+: /, ''));
  return { ok: false, errors: unplaced.map((error) => `${label}: ${error}`) };
}

const fileLabel = (file: string): string => basename(file).replace(/\.jsonc?$/, '');

/** The scenario that words are about: the one that is open, or the first file. */
function baseOf(files: readonly string[], open: Loaded | null): LoadResult {
  if (open !== null) return { ok: true, loaded: open };
  const [file] = files;
  if (file !== undefined) return loadScenario(file);
  return {
    ok: false,
    errors: ['a scenario is missing; write khodbg compare FILE FILE, or FILE and words such as v7.2 or +PATCH'],
  };
}

/** Reads operands: files, and words that change the first file, or the scenario that is open. */
export function readOperands(operands: readonly string[], open: Loaded | null = null): VariantsResult {
  const files = operands.filter((operand) => !isWords(operand));
  const base = baseOf(files, open);
  if (!base.ok) return base;
  const others =
    open === null && operands.includes('base') ? operands.filter((operand) => operand !== files[0]) : operands;
  const wanted = others.length < 2 ? operands : others;
  if (wanted.length < 2)
    return {
      ok: false,
      errors: [`two variants at least are compared; add a scenario, or words such as ${KERNELS.at(-1)} or +PATCH`],
    };
  const load = (operand: string): LoadResult => {
    if (operand === 'base' || (open === null && operand === files[0])) return base;
    return isWords(operand) ? loadWords(base.loaded, operand) : loadScenario(operand);
  };
  const found = wanted.map((operand) => ({
    label: isWords(operand) ? operand.replace(/^base,/, '') : fileLabel(operand),
    result: load(operand),
  }));
  const errors = found.flatMap(({ result }) => (result.ok ? [] : result.errors));
  if (errors.length > 0) return { ok: false, errors: [...new Set(errors)] };
  return {
    ok: true,
    variants: found.flatMap(({ label, result }) => (result.ok ? [{ label, loaded: result.loaded }] : [])),
  };
}

const plain = (value: unknown): string => JSON.stringify(value);

/** What differs between what two variants are given, a line each. */
export function givenDifferences(variants: readonly Variant[]): string[] {
  const out: string[] = [];
  const scenarios = variants.map(({ loaded }) => loaded.scenario);
  const differ = (what: string, values: readonly string[]) => {
    if (new Set(values).size > 1) out.push(`${what}: ${values.join('  |  ')}`);
  };
  for (const { label, loaded } of variants) out.push(...warningsOf(loaded).map((text) => `warning: ${label}: ${text}`));
  const numbers = [...new Set(variants.flatMap(({ loaded }) => loaded.boots.map((boot) => boot.number)))];
  for (const number of numbers) {
    const boots = variants.map(({ loaded }) => loaded.boots.find((boot) => boot.number === number));
    const where = numbers.length > 1 ? `boot ${number} ` : '';
    differ(
      `${where}kernel`,
      boots.map((boot) => boot?.variant.kernel ?? 'none'),
    );
    differ(
      `${where}patches`,
      boots.map((boot) => boot?.patches.join(' ') || 'none'),
    );
    // of a boot that only one has, more would be noise
    if (boots.includes(undefined)) continue;
    const names = [...new Set(boots.flatMap((boot) => Object.keys(boot?.boot.config ?? {})))];
    for (const name of names)
      differ(
        `${where}${name}`,
        boots.map((boot) => configText(boot?.boot.config[name])),
      );
    differ(
      `${where}command line`,
      boots.map((boot) => boot?.boot.cmdline || 'empty'),
    );
    const rest = boots.map((boot) =>
      boot === undefined ? '' : plain([boot.boot.reserved, boot.boot.earlyAllocations, boot.boot.placements]),
    );
    if (new Set(rest).size > 1) out.push(`${where}reservations and early allocations differ`);
    if (new Set(boots.map((boot) => plain(boot?.boot.actors))).size > 1) out.push(`${where}actors differ`);
  }
  if (new Set(scenarios.map(({ machine }) => plain(machine))).size > 1) out.push('the machines differ');
  if (new Set(variants.map(({ loaded }) => plain(loaded.handover))).size > 1) out.push('the handovers differ');
  return out;
}

function configText(value: boolean | number | string | undefined): string {
  return typeof value === 'boolean' ? (value ? 'y' : 'n') : String(value ?? 'none');
}
