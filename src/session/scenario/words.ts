// The fixed vocabularies of scenario files: stages and stop commands. Knows nothing of what they do.

import { kstrtobool } from '../../machine/index.ts';
import { didYouMean } from '../../vm/index.ts';

/** Every stage of a boot, in boot order; a stage is where the function of that name has returned. */
export const STAGES: readonly string[] = [
  'kho_populate',
  'e820__memblock_setup',
  'initmem_init',
  'kho_memory_init_early',
  'free_area_init',
  'sparse_init',
  'memmap_init',
  'kho_release_scratch',
  'kho_memory_init',
  'memmap_init_reserved_pages',
  'memblock_free_all',
  'mm_core_init',
  'deferred_grow_zone',
  'deferred',
  'page_alloc_init_late',
  'kho_init',
  'restore',
  'end',
];

/** Commands that set a stop, with the abbreviations gdb users type. */
const STOP_COMMANDS: readonly string[] = ['break', 'tbreak', 'watch', 'rwatch', 'awatch', 'catch', 'b', 'br', 'tb'];

/** What `catch` can catch. */
export const CATCH_KINDS: readonly string[] = [
  'uninit',
  'reinit',
  'migratetype',
  'invariant',
  'oops',
  'warn',
  'bad-page',
  'stage',
  'thread',
];

const STOP_ADVICE = '; write break, tbreak, watch, rwatch, awatch or catch';
const CATCH_ADVICE = `; write catch and one of ${CATCH_KINDS.join(', ')}`;
const UNINIT_ADVICE = '; write catch uninit, then read, write or nothing';

/** Why a stage name, with or without `bootN:`, is wrong; null when it is right. `boots`: numbers of those that have stages. */
export function stageError(name: string, boots: readonly number[]): string | null {
  const prefix = /^boot(\d+):/.exec(name);
  if (prefix !== null && !boots.includes(Number(prefix[1])))
    return `has no stages in boot ${prefix[1]}; only ${boots.map((boot) => `boot${boot}:`).join(', ')} has`;
  const stage = prefix === null ? name : name.slice(prefix[0].length);
  if (STAGES.includes(stage)) return null;
  const otherwise = '; stages are named as the function that has returned, or deferred, restore, end';
  return `is not a stage${didYouMean(stage, STAGES, otherwise)}`;
}

/** Why a command cannot set a stop, as far as its first words tell; null when they are fine. */
export function stopError(command: string): string | null {
  const [verb = '', kind, more] = command.trim().split(/\s+/);
  if (!STOP_COMMANDS.includes(verb)) return `does not set a stop${didYouMean(verb, STOP_COMMANDS, STOP_ADVICE)}`;
  if (kind === undefined) return 'says nothing to stop at; write as in "catch uninit" or "break kho_memory_init"';
  if (verb !== 'catch') return null;
  if (!CATCH_KINDS.includes(kind)) return `catches nothing khodbg knows${didYouMean(kind, CATCH_KINDS, CATCH_ADVICE)}`;
  if (kind === 'stage' && more !== undefined && more !== 'if' && !STAGES.includes(more.replace(/^boot\d+:/, '')))
    return `names no stage${didYouMean(more, STAGES)}`;
  if (kind === 'uninit' && more !== undefined && !['read', 'write', 'if'].includes(more))
    return `catches reads, writes or both${didYouMean(more, ['read', 'write'], UNINIT_ADVICE)}`;
  return null;
}

/** Why a kernel command line is wrong; null when a kernel would take it. Unknown parameters are no mistake. */
export function cmdlineError(cmdline: string): string | null {
  for (const word of cmdline.match(/(?:"[^"]*"|[^\s"])+/g) ?? []) {
    const parameter = word.replaceAll('"', '');
    if (parameter === '--') return null;
    const [name, ...rest] = parameter.split('=');
    const value = rest.join('=');
    if (name === 'kho' && kstrtobool(value) === null) return 'gives kho no truth value; write kho=on or kho=off';
  }
  return null;
}
