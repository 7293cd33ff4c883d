// Kernel boot rules that look at more than one value or at known names: config, patches, actors, expectations.
// Knows nothing of memory.

import { didYouMean, nearest } from '../../vm/index.ts';
import { CONFIG_TABLE } from './config.ts';
import { type Doc, nodeAt } from './document.ts';
import type { Path } from './path.ts';
import type { Report } from './problem.ts';
import type { Known, TextKind } from './types.ts';
import { cmdlineError, stageError, stopError } from './words.ts';

/** A kernel boot of the file. */
interface BootDoc {
  readonly root: Doc;
  readonly path: Path;
  readonly report: Report;
}

const configOf = (path: Path): Path => [...path, 'config'];

type Options = ReadonlyMap<string, boolean | number>;

/** The options whose value is known: written rightly, or not written and so the default. */
function optionsOf({ root, path }: BootDoc): Options {
  const fields = nodeAt(root, configOf(path))?.fields ?? new Map();
  const misspelt = [...fields.keys()].filter((key) => !CONFIG_TABLE.some((row) => row.name === key));
  const options = new Map<string, boolean | number>();
  for (const row of CONFIG_TABLE) {
    const value: unknown = fields.get(row.name)?.doc.value;
    const wasMeant = value === undefined && misspelt.some((key) => nearest(key, [row.name]) !== null);
    if (value === undefined && !wasMeant) options.set(row.name, row.default);
    else if (typeof value === 'boolean' || typeof value === 'number') options.set(row.name, value);
  }
  return options;
}

function checkConfig({ root, path: boot, report }: BootDoc, options: Options): void {
  const config = configOf(boot);
  for (const row of CONFIG_TABLE) {
    const path = [...config, row.name];
    const value = options.get(row.name);
    if (row.refused !== undefined && value === row.refused.value)
      report.value(path, `cannot be: ${row.refused.because}; leave it out`);
    if (row.needs === undefined || value !== true || options.get(row.needs) !== false) continue;
    report.value(path, `needs ${row.needs}; set that to true or leave this out`);
    if (nodeAt(root, [...config, row.needs]) !== null)
      report.value([...config, row.needs], `goes against ${row.name}, which needs it; change one of the two`);
  }
}

/** Poison is what DEBUG_VM does to the memmap: each comes with the other. Both values are named if both are written. */
function checkFill({ root, path: boot, report }: BootDoc, debugVm: boolean | number | undefined): void {
  const fill = nodeAt(root, ['machine', 'fill'])?.value;
  if (typeof debugVm !== 'boolean' || (fill !== 'poison' && fill !== 'zero' && fill !== 'stale')) return;
  if (debugVm === (fill === 'poison')) return;
  const why = debugVm
    ? 'cannot be with CONFIG_DEBUG_VM, which poisons the memmap; leave fill out or turn that off'
    : 'cannot be without CONFIG_DEBUG_VM, which is what poisons the memmap; leave fill out or turn that on';
  report.value(['machine', 'fill'], why);
  const path = [...configOf(boot), 'CONFIG_DEBUG_VM'];
  if (nodeAt(root, path) !== null) report.value(path, `goes against fill "${fill}"; change one of the two`);
}

/** Reports a string that is in none of the known names. */
function checkName(root: Doc, path: Path, known: readonly string[], what: string, otherwise: string, report: Report) {
  const name = nodeAt(root, path)?.value;
  if (typeof name !== 'string' || name === '' || known.includes(name)) return;
  report.value(path, `is not ${what}${didYouMean(name, known, otherwise)}`);
}

/** What the kernel's Kconfig has against the options, unless the boot forces it; and a force that nothing needs. */
function checkKconfig({ root, path, report }: BootDoc, options: Options, known: Known): void {
  const kernel = nodeAt(root, [...path, 'kernel'])?.value;
  if (typeof kernel !== 'string' || !known.kernels.includes(kernel)) return;
  const forced = nodeAt(root, [...path, 'force'])?.items?.map((item) => item.value) ?? [];
  const conflicts = known.conflicts?.(kernel, (option) => options.get(option) === true) ?? [];
  for (const { option, why, advice, force } of conflicts) {
    if (force !== null && forced.includes(force)) continue;
    const written = [...configOf(path), option];
    if (nodeAt(root, written) !== null) report.value(written, `is not allowed by ${kernel} ${why}; ${advice}`);
    else report.value([...path, 'kernel'], `does not allow ${option} ${why}; ${advice}`);
  }
  forced.forEach((symbol, i) => {
    if (symbol === 'KEXEC_HANDOVER' && !conflicts.some(({ force }) => force === symbol))
      report.value([...path, 'force', i], `is not needed: ${kernel} allows this configuration; leave it out`);
  });
}

function checkPatches({ root, path, report }: BootDoc, known: Known): void {
  nodeAt(root, [...path, 'patches'])?.items?.forEach((patch, i) => {
    if (typeof patch.value === 'string' && !patch.value.includes('/'))
      checkName(root, [...path, 'patches', i], known.patches, 'a shipped patch', '; a path holds a /', report);
  });
}

/** Does a boot (its object) run text that is not shipped? Only the kernel that is built then says what it declares. */
function runsOwnText(boot: Doc): boolean {
  const patches = boot.fields?.get('patches')?.doc.items ?? [];
  const actors = boot.fields?.get('actors')?.doc.items ?? [];
  return (
    patches.some(({ value }) => typeof value === 'string' && value.includes('/')) ||
    actors.some((actor) => actor.fields?.has('from') === true)
  );
}

/** Reports files of actors that are not written as paths below the scenario's folder. */
function checkFrom({ root, path: boot, report }: BootDoc): void {
  nodeAt(root, [...boot, 'actors'])?.items?.forEach((_, i) => {
    const path = [...boot, 'actors', i, 'from'];
    const from = nodeAt(root, path)?.value;
    if (typeof from !== 'string' || from === '') return;
    const steps = from.split('/');
    if (!from.startsWith('./')) report.value(path, 'is no file beside the scenario; write a path as in "./driver.ts"');
    else if (steps.includes('..')) report.value(path, "leads out of the scenario's folder; put the file into it");
    else if (!from.endsWith('.ts')) report.value(path, 'is no kernel text; its name ends in .ts');
  });
}

function checkActors({ root, path: boot, report }: BootDoc, known: Known): void {
  const whole = nodeAt(root, boot);
  if (whole === null || runsOwnText(whole)) return;
  nodeAt(root, [...boot, 'actors'])?.items?.forEach((actor, i) => {
    const path = [...boot, 'actors', i];
    checkName(root, [...path, 'call'], known.functions, 'a function of this kernel', '', report);
    const call = actor.fields?.get('call')?.doc.value;
    const arity = typeof call === 'string' ? known.arity?.get(call) : undefined;
    const args = actor.fields?.get('args');
    const count = args === undefined ? 0 : args.doc.items?.length;
    if (arity !== undefined && count !== undefined && count !== arity)
      report.place([...path, 'args'], `${count} given, but ${call} takes ${arity}`);
  });
}

type TextCheck = (text: string) => string | null;

/** Reports what `wrong` says of a text that is there and not empty. */
function checkText(root: Doc, path: Path, wrong: TextCheck, report: Report): void {
  const text = nodeAt(root, path)?.value;
  const what = typeof text === 'string' && text !== '' ? wrong(text) : null;
  if (what !== null) report.value(path, what, true);
}

/** Checks what a scenario says of its boots as a whole: `schedule`, `stops`, `expect`. */
export function checkWords(root: Doc, known: Known, report: Report): void {
  const boots = nodeAt(root, ['boots'])?.items ?? [];
  const withStages = boots.flatMap((boot, i) => (boot.fields?.has('handover') ? [] : [i + 1]));
  const ownText = boots.some(runsOwnText);
  const by = (kind: TextKind) => (text: string) => known.check?.(kind, text) ?? null;
  const stop = (text: string) => stopError(text) ?? by('stop')(text);
  checkText(root, ['schedule'], by('schedule'), report);
  nodeAt(root, ['stops'])?.items?.forEach((_, i) => {
    checkText(root, ['stops', i], stop, report);
  });
  nodeAt(root, ['expect'])?.items?.forEach((_, i) => {
    checkText(root, ['expect', i, 'at'], (text) => stageError(text, withStages), report);
    if (!ownText) checkText(root, ['expect', i, 'that'], by('expression'), report);
    checkText(root, ['expect', i, 'stop'], stop, report);
    checkText(root, ['expect', i, 'breaks'], by('invariant'), report);
    if (!ownText) checkName(root, ['expect', i, 'in'], known.functions, 'a function of this kernel', '', report);
  });
}

/**
 * Checks that a boot (by its number from 0) before another one goes on into that. With patches it may do so in any way, and
 * only the run shows it.
 */
export function checkKexec(root: Doc, number: number, report: Report): void {
  const path: Path = ['boots', number];
  if ((nodeAt(root, [...path, 'patches'])?.items?.length ?? 0) > 0) return;
  const actors = nodeAt(root, [...path, 'actors'])?.items ?? [];
  if (actors.some((actor) => actor.fields?.has('from') || actor.fields?.get('call')?.doc.value === 'kernel_kexec'))
    return;
  report.place(
    path,
    'nothing starts the boot after it: add the actor {"at": "userspace", "call": "kernel_kexec", "args": []}',
  );
}

/** Checks a kernel boot (by its number from 0) and `fill`; returns the bits of a node number, null if unsure. */
export function checkKernel(root: Doc, number: number, known: Known, report: Report): number | null {
  const path: Path = ['boots', number];
  const boot: BootDoc = { root, path, report };
  const options = optionsOf(boot);
  checkConfig(boot, options);
  checkFill(boot, options.get('CONFIG_DEBUG_VM'));
  const others = `; it has ${known.kernels.join(', ')}`;
  checkName(root, [...path, 'kernel'], known.kernels, 'a kernel khodbg has', others, report);
  checkKconfig(boot, options, known);
  checkPatches(boot, known);
  checkFrom(boot);
  checkActors(boot, known);
  checkText(root, [...path, 'cmdline'], cmdlineError, report);
  const shift = options.get('CONFIG_NODES_SHIFT');
  return typeof shift === 'number' && shift >= 1 ? shift : null;
}
