// `info …`: everything that is simulated, in the formats a kernel developer knows. One row a topic.
import { PROFILES } from '../../kernel/index.ts';
import { entries, freeBlocks, KernelFault, MIGRATETYPE_NAMES, NEVER_SET, names, runs } from '../../machine/index.ts';
import { threadState, whereOf } from '../describe.ts';
import { formatValue, structFields } from '../format.ts';
import { keepsBitmaps } from '../kho-memory.ts';
import type { Session } from '../session.ts';
import { fdtLines } from '../views/fdt.ts';
import { kpageflags } from '../views/kpageflags.ts';
import { memblockLines } from '../views/memblock.ts';
import { buddyinfo, pagetypeinfo, populatedZones, zoneHead, zoneinfo } from '../views/proc.ts';
import { radixLines } from '../views/radix.ts';
import { scratchLines, scratchView } from '../views/scratch.ts';
import { backedParts, blockLetter } from '../views/strips.ts';
import { readRange } from '../words.ts';
import { infoBranches, infoSchedule } from './branches.ts';
import { infoCheckpoints } from './checkpoints.ts';
import { type Command, type Output, type Running, refuse, say, usage } from './command.ts';
import { infoDisplay } from './display.ts';
import { infoDprintf } from './dprintf.ts';
import { infoHistory, infoMarks, infoStages } from './history.ts';
import { infoInvariants } from './invariants.ts';
import { argLines, backtrace, localLines } from './look.ts';
import { infoBreakpoints, infoWatchpoints } from './point-list.ts';

/** One topic of info. */
export interface Topic {
  readonly name: string;
  readonly help: string;
  /** its lines, an answer whose rows can be jumped to, or what is wrong with the words after it */
  lines(session: Session, args: string): string[] | string | Output | Running;
}

const hex = (n: number, width = 0) => `0x${n.toString(16).padStart(width, '0')}`;

function zones(session: Session): string[] {
  const out: string[] = [];
  for (const { nid, zid, fields } of populatedZones(session.now().machine)) {
    const n = (name: string) => Number(fields[name]);
    out.push(
      zoneHead(nid, zid),
      `  start_pfn:           ${hex(n('zone_start_pfn'))}`,
      `        spanned  ${n('spanned_pages')}`,
      `        present  ${n('present_pages')}`,
      `        managed  ${n('managed_pages')}`,
      `        cma      ${n('cma_pages')}`,
      `        free     ${n('nr_free_pages')} (cma ${n('nr_free_cma_pages')})`,
      `        contiguous ${fields.contiguous === true ? 'yes' : 'no'}`,
    );
  }
  return out.length === 0 ? ['no zones before free_area_init'] : out;
}

function pageblocks(session: Session, args: string): string[] | string {
  const { machine } = session.now();
  const size = 2 ** machine.config.pageblockOrder;
  let [first, last] = [0, 2 ** machine.pageblocks.bits];
  if (args !== '') {
    const range = readRange(args);
    if (!range.ok) return range.error;
    [first, last] = [Math.floor(range.value.start / size), Math.ceil(range.value.end / size)];
  }
  const out: string[] = [];
  for (const run of runs(machine.pageblocks, first, last)) {
    const whole = { start: run.start * size, end: run.end * size };
    const name = run.value === NEVER_SET ? 'never written (UNMOVABLE)' : (MIGRATETYPE_NAMES[run.value] ?? '');
    for (const part of run.value === NEVER_SET ? backedParts(machine, whole.start, whole.end) : [whole]) {
      const blocks = `pb ${hex(Math.floor(part.start / size))}..${hex(Math.ceil(part.end / size))}`;
      out.push(`${blocks}  pfn ${hex(part.start)}..${hex(part.end)}  ${blockLetter(run.value)} ${name}`);
    }
  }
  return out.length === 0 ? ['no pageblock has struct pages yet'] : out;
}

function nodes(session: Session): string[] {
  const { machine } = session.now();
  const out = names(machine.table, 'pglist_data').flatMap((nid) => {
    const fields = structFields(machine, { struct: 'pglist_data', at: Number(nid) }) ?? [];
    const cpus = machine.hardware.nodes.find((node) => node.node === Number(nid))?.cpus ?? 0;
    return [
      `Node ${nid}: ${cpus} CPU${cpus === 1 ? '' : 's'}`,
      ...fields
        .filter(([name]) => name !== 'node_id')
        .map(([name, value]) => `  ${name.padEnd(20)} ${formatValue(value, name)}`),
    ];
  });
  return out.length === 0 ? ['no nodes before initmem_init'] : out;
}

function kho(session: Session): string[] {
  const { machine } = session.now();
  const fields = structFields(machine, { struct: 'kho_in', at: 0 }) ?? [];
  const { handover } = machine.hardware;
  const blocks = (handover?.preserved ?? []).map(
    (b) => `preserved  phys ${hex(b.start)}  order ${b.order}  pfn ${hex(b.start / 4096)}`,
  );
  const out = (keepsBitmaps(machine) ? (structFields(machine, { struct: 'kho_out', at: 0 }) ?? []) : []).map(
    ([name, value]) => `kho_out.${name} = ${formatValue(value, name)}`,
  );
  return [...fields.map(([name, value]) => `kho_in.${name} = ${formatValue(value, name)}`), ...out, ...blocks];
}

/** A row per profile; those of the boots of this scenario are marked. */
function kernels(session: Session): string[] {
  const used = (name: string) => session.loaded.boots.filter(({ boot }) => boot.kernel === name);
  return PROFILES.flatMap(({ name, what, differs, known, forbidsDeferred }) => {
    const boots = used(name).map(({ number }) => `boot ${number}`);
    return [
      `${name.padEnd(6)} ${what}${boots.length === 0 ? '' : ` (${boots.join(', ')})`}`,
      ...(forbidsDeferred ? ['       Kconfig: KHO depends on !DEFERRED_STRUCT_PAGE_INIT; "force" overrides it'] : []),
      ...differs.map((text) => `       - ${text}`),
      `       known: ${known}`,
    ];
  });
}

function threads(session: Session): string[] {
  const state = session.now();
  const lines = ['  Id  Name              S  Where'];
  state.threads.forEach((thread, i) => {
    const mark = i === session.state.cursor.thread ? '*' : ' ';
    lines.push(
      `${mark} ${String(i + 1).padEnd(3)} ${thread.name.padEnd(17)} ${threadState(session, i)}  ${whereOf(session, i)}`,
    );
  });
  return lines;
}

function variables(session: Session): string[] {
  return (structFields(session.now().machine, { struct: 'var', at: 0 }) ?? []).map(
    ([name, value]) => `${name} = ${formatValue(value, name)}`,
  );
}

function freeLists(session: Session): string[] {
  const { machine } = session.now();
  return Object.keys(machine.buddy.lists).map((key) => {
    const [zone, order, mt] = key.split('/').map(Number) as [number, number, number];
    const blocks = freeBlocks(machine.buddy, zone, order, mt);
    const shown = blocks
      .slice(0, 8)
      .map((pfn) => hex(pfn))
      .join(' ');
    return `${zoneHead(zone >> 3, zone & 7)} order ${String(order).padStart(2)} ${(MIGRATETYPE_NAMES[mt] ?? `pcp ${mt - MIGRATETYPE_NAMES.length}`).padEnd(11)} ${String(blocks.length).padStart(6)}: ${shown}${blocks.length > 8 ? ' …' : ''}`;
  });
}

function patches(session: Session): string[] {
  const here = session.now().boot;
  return session.loaded.boots.flatMap(({ number, boot, kernel, patches: names }) => [
    `${number === here ? '*' : ' '} boot ${number}  ${boot.kernel}${names.length === 0 ? ', no patches' : ''}`,
    ...names.map((name) => `    ${name}`),
    ...kernel.warnings.map((warning) => `    warning: ${warning}`),
  ]);
}

const config = (session: Session) =>
  Object.entries(session.kernel.config.symbols).map(
    ([name, value]) => `${name}=${value === true ? 'y' : value === false ? 'n' : value}`,
  );

/** Every topic, in the order of the help. */
export const TOPICS: readonly Topic[] = [
  {
    name: 'breakpoints',
    help: 'stop points with conditions, hit counts and commands [NUMBER…]',
    lines: (session, args) => infoBreakpoints(session, args),
  },
  { name: 'watchpoints', help: 'those that watch [NUMBER…]', lines: infoWatchpoints },
  { name: 'dprintf', help: 'what a dprintf would have printed in the history so far [NUMBER]', lines: infoDprintf },
  { name: 'display', help: 'expressions that are shown at every stop', lines: infoDisplay },
  { name: 'threads', help: 'threads: R moves next, r may move, D waits, X ended, ! died', lines: threads },
  { name: 'stack', help: 'the stack of the selected thread, as backtrace [N | -N]', lines: backtrace },
  { name: 'locals', help: 'locals of the selected frame', lines: localLines },
  { name: 'args', help: 'parameters of the selected frame', lines: argLines },
  {
    name: 'stages',
    help: 'stages reached so far, with their positions',
    lines: infoStages,
  },
  {
    name: 'marks',
    help: 'where something stopped, checkpoints and faults, with their words as positions',
    lines: infoMarks,
  },
  {
    name: 'memblock',
    help: 'memory and reserved regions as debugfs prints them [memory|reserved]',
    lines: (session, args) => memblockInfo(session, args),
  },
  {
    name: 'invariants',
    help: 'what must hold: held, broken at #N, or not checked so far [NAME: all of one]',
    lines: infoInvariants,
  },
  { name: 'nodes', help: 'node descriptors, first_deferred_pfn among them', lines: nodes },
  { name: 'zones', help: 'zones that have memory, their counters and whether they are contiguous', lines: zones },
  {
    name: 'buddyinfo',
    help: 'free blocks as /proc/buddyinfo prints them',
    lines: (session) => buddyinfo(session.now().machine),
  },
  {
    name: 'pagetypeinfo',
    help: 'free blocks and pageblocks by migratetype as /proc/pagetypeinfo prints them',
    lines: (session) => pagetypeinfo(session.now().machine),
  },
  {
    name: 'zoneinfo',
    help: 'zones as /proc/zoneinfo prints them, the lines that are modelled',
    lines: (session) => zoneinfo(session.now().machine),
  },
  { name: 'freelists', help: 'the blocks of each free list, head first', lines: freeLists },
  { name: 'pageblocks', help: 'runs of pageblocks of one migratetype [PFN..PFN]', lines: pageblocks },
  {
    name: 'kpageflags',
    help: 'runs of struct pages by their flags, as page-types -l prints them [PFN..PFN]',
    lines: kpageflags,
  },
  {
    name: 'radix',
    help: 'the KHO radix trees with the state of every preserved block [in|out]',
    lines: (session, args) => radixLines(session.now().machine, args),
  },
  {
    name: 'scratch',
    help: 'scratch areas and what became of them, extended scratch',
    lines: (session) => scratchLines(scratchView(session.now().machine), true),
  },
  {
    name: 'fdt',
    help: 'the KHO FDTs, handed over and for the next kernel',
    lines: (session) => fdtLines(session.now().machine),
  },
  { name: 'kho', help: 'kho_in and the preserved blocks', lines: kho },
  {
    name: 'console',
    help: 'what the kernel has printed so far',
    lines: (session) => entries(session.now().machine.console),
  },
  { name: 'variables', help: 'kernel variables', lines: variables },
  { name: 'history', help: 'where back and forward go', lines: infoHistory },
  { name: 'checkpoints', help: 'places kept with checkpoint', lines: infoCheckpoints },
  {
    name: 'branches',
    help: 'histories by choice of thread, where each leaves its parent and what it reached',
    lines: infoBranches,
  },
  {
    name: 'schedule',
    help: 'the choices of the branch one stands in',
    lines: infoSchedule,
  },
  { name: 'config', help: 'the kernel configuration', lines: config },
  {
    name: 'kernels',
    help: 'kernel profiles: what each is, where it differs from the next newer one, how well it is known',
    lines: kernels,
  },
  {
    name: 'patches',
    help: 'kernels of all boots and the patches on their text, * where one stands',
    lines: patches,
  },
  { name: 'source', help: 'files of the kernel text', lines: (session) => Object.keys(session.kernel.files) },
];

function memblockInfo(session: Session, args: string): string[] | string {
  const { memory, reserved } = memblockLines(session.now().machine);
  if (args === 'memory') return [...memory];
  if (args === 'reserved') return [...reserved];
  if (args !== '') return `'${args}': memory or reserved`;
  return ['memory', ...memory, 'reserved', ...reserved];
}

/** Abbreviations that gdb has, where a prefix alone would mean several. */
const SHORT: Readonly<Record<string, string>> = { b: 'breakpoints', br: 'breakpoints', s: 'stack' };

function info(session: Session, args: string): Output | Running {
  const [word = '', ...rest] = args.split(/\s+/);
  if (word === '') return say('info TOPIC:', ...TOPICS.map((t) => `  ${t.name.padEnd(14)} ${t.help}`));
  const exact = TOPICS.find((t) => t.name === (SHORT[word] ?? word));
  const found = exact === undefined ? TOPICS.filter((t) => t.name.startsWith(word)) : [exact];
  if (found.length > 1) return usage(infoCommand, `'${word}' is ambiguous: ${found.map((t) => t.name).join(', ')}`);
  const [topic] = found;
  if (topic === undefined) return refuse(`Undefined info command: "${word}".  Try "help info".`);
  try {
    const lines = topic.lines(session, rest.join(' '));
    if (typeof lines === 'string') return usage(infoCommand, lines);
    return Array.isArray(lines) ? say(...lines) : lines;
  } catch (error) {
    if (error instanceof KernelFault) return refuse(error.message);
    throw error;
  }
}

/** The info command. */
export const infoCommand: Command = {
  names: ['info', 'i', 'inf'],
  group: 'info',
  usage: 'info TOPIC [ARGS]',
  help: 'what is simulated: info alone lists the topics',
  run: info,
  words: () => TOPICS.map((t) => t.name),
};
