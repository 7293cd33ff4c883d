// Commands that look at where one stands: frames, locals, source, values, memory, struct pages.
import { dumpPage, rawWords } from '../../kernel/index.ts';
import { isRef, runGet, type Value } from '../../machine/index.ts';
import { localsOf } from '../../vm/index.ts';
import { argumentsOf, frameText } from '../describe.ts';
import { formatValue, printValue } from '../format.ts';
import { lineOf } from '../places.ts';
import { readFormat, valueText } from '../printed-value.ts';
import type { Session } from '../session.ts';
import { findFile, readLocation, readPfn } from '../words.ts';
import { type Command, type Output, refuse, say, usage } from './command.ts';

/** `bt 3`: the innermost three frames; `bt -3`: the outermost. */
export function backtrace(session: Session, args: string): Output {
  const frames = session.stack().map((frame, i) => `#${String(i).padEnd(3)}${frameText(session, frame)}`);
  if (frames.length === 0) return refuse('No stack.');
  if (args === '') return say(...frames);
  if (!/^-?[1-9]\d*$/.test(args)) return usage(backtraceCommand, `'${args}' is no number of frames`);
  const count = Number(args);
  if (count < 0) return say(...frames.slice(count));
  return say(...frames.slice(0, count), ...(count < frames.length ? ['(More stack frames follow...)'] : []));
}

const backtraceCommand: Command = {
  names: ['backtrace', 'bt', 'where'],
  group: 'looking',
  usage: 'backtrace [N | -N]',
  help: 'the stack of the selected thread, or its innermost or outermost frames',
  run: backtrace,
};

function selectFrame(session: Session, level: number, beyond: string): Output {
  const stack = session.stack();
  const frame = stack[level];
  if (frame === undefined) return refuse(stack.length === 0 ? 'No stack.' : beyond);
  session.change((draft) => {
    draft.trail = [...draft.trail.slice(-999), draft.cursor];
    draft.cursor = { ...draft.cursor, level };
    draft.listed = null;
  });
  const { file, line } = session.place(frame);
  return say(
    `#${String(level).padEnd(3)}${frameText(session, frame)}`,
    `${line}\t${session.sourceLine(file, line).trimEnd()}`,
  );
}

function byCount(names: string[], sign: 1 | -1, help: string): Command {
  const command: Command = {
    names,
    group: 'looking',
    usage: `${names[0]} [COUNT]`,
    help,
    repeats: true,
    run(session, args) {
      const n = args === '' ? 1 : Number(args);
      if (!Number.isInteger(n) || n < 1) return usage(command, `'${args}' is not a count`);
      const { level } = session.state.cursor;
      const beyond =
        sign > 0 ? "Initial frame selected; you can't go up." : "Bottom (innermost) frame selected; you can't go down.";
      const top = session.stack().length - 1;
      if ((sign > 0 && level >= top) || (sign < 0 && level === 0)) return refuse(beyond);
      return selectFrame(session, Math.min(top, Math.max(0, level + sign * n)), beyond);
    },
  };
  return command;
}

const frameCommand: Command = {
  names: ['frame', 'f'],
  group: 'looking',
  usage: 'frame [LEVEL]',
  help: 'shows or selects a frame',
  run(session, args) {
    const level = args === '' ? session.state.cursor.level : Number(args);
    if (!Number.isInteger(level) || level < 0) return usage(frameCommand, `'${args}' is not a frame number`);
    return selectFrame(session, level, `No frame at level ${level}.`);
  },
};

/** Names and values of the locals of the selected frame, parameters included. */
export function localLines(session: Session): string[] {
  const frame = session.frame();
  if (frame === null) return ['No frame selected.'];
  const params = new Set(session.kernel.linked.program.fns[frame.fn]?.params.map((p) => p.name));
  const locals = [...localsOf(session.kernel.linked.program, frame)].filter(([name]) => !params.has(name));
  return locals.length === 0
    ? ['No locals.']
    : locals.map(([name, value]) => `${name} = ${localText(session, value, name)}`);
}

/** A local's value; structs on the stack with their fields. */
export function localText(session: Session, value: Value, name: string): string {
  if (!isRef(value) || ['page', 'zone', 'pglist_data', 'fn'].includes(value.struct)) return formatValue(value, name);
  return printValue(session.now().machine, value, name);
}

/** Names and values of the parameters. */
export function argLines(session: Session): string[] {
  const frame = session.frame();
  if (frame === null) return ['No frame selected.'];
  const text = argumentsOf(session, frame);
  return text === '' ? ['No arguments.'] : text.split(', ').map((arg) => arg.replace('=', ' = '));
}

function printCommandRun(session: Session, args: string): Output {
  const asked = readFormat(args);
  if (typeof asked === 'string') return usage(printCommand, asked);
  const read = session.evaluate(asked.text);
  if (!read.ok) return refuse(read.error);
  const { value } = read;
  session.change((draft) => {
    draft.values = [...draft.values, value];
  });
  const scope = { state: session.now(), thread: session.state.cursor.thread, frame: session.frame() };
  const shown = valueText(session, scope, { value, ...asked });
  return shown.ok ? say(`$${session.state.values.length} = ${shown.text}`) : refuse(shown.text);
}

const printCommand: Command = {
  names: ['print', 'p', 'inspect'],
  group: 'looking',
  usage: 'print[/x|/d|/t|/s|/r] EXPRESSION',
  help: "the value of an expression in the kernel text's language: page(0x18000).flags, zone(0, DMA32).managed_pages, pb[192].migratetype, node(0).first_deferred_pfn",
  run: printCommandRun,
  words: () => ['page(', 'pageblock(', 'pb[', 'zone(', 'node(', 'memblock.memory', 'memblock.reserved'],
};

const VMEMMAP = 0xffff_ea00_0000_0000n;

/** A 64-bit word at a vmemmap address, or of a page whose contents the machine keeps; null elsewhere. */
function wordAt(session: Session, address: bigint): bigint | null {
  const { machine } = session.now();
  if (address >= VMEMMAP && address < VMEMMAP + 2n ** 40n) {
    const pfn = Number((address - VMEMMAP) / 64n);
    const page = pfn < 2 ** machine.memmap.bits ? runGet(machine.memmap, pfn) : null;
    const word = page === null ? undefined : rawWords(machine, pfn, page)[Number((address - VMEMMAP) % 64n) / 8];
    return word === undefined ? null : BigInt.asUintN(64, word);
  }
  const phys = address >= 0xffff_8880_0000_0000n ? address - 0xffff_8880_0000_0000n : address;
  const pfn = Number(phys >> 12n);
  const page = pfn < 2 ** machine.phys.bits ? runGet(machine.phys, pfn) : null;
  return page === null ? null : (page.words[Number(phys & 0xfffn) / 8] ?? 0n);
}

function examine(session: Session, args: string): Output {
  const parsed = /^(?:\/(\d*)([xdg]*)\s+)?(.+)$/.exec(args);
  if (parsed?.[3] === undefined) return usage(xCommand, 'an address is missing');
  const count = Math.min(512, Number(parsed[1] || 1));
  const read = session.evaluate(/^0x[0-9a-f]{14,}$/i.test(parsed[3]) ? `${parsed[3]}n` : parsed[3]);
  if (!read.ok) return refuse(read.error);
  const start = addressOf(read.value);
  if (start === null) return refuse(`'${parsed[3]}' is not an address`);
  if (start % 8n !== 0n) return refuse(`0x${start.toString(16)} is not 8-byte aligned; x reads 64-bit words`);
  const lines: string[] = [];
  for (let i = 0; i < count; i += 2) {
    const at = start + BigInt(i * 8);
    const pair = [at, at + 8n].slice(0, Math.min(2, count - i)).map((address) => wordAt(session, address));
    if (pair[0] == null)
      return { ok: lines.length > 0, lines: [...lines, `Cannot access memory at address 0x${at.toString(16)}`] };
    lines.push(
      `0x${at.toString(16)}:\t${pair.map((w) => (w === null ? '?' : `0x${w.toString(16).padStart(16, '0')}`)).join('\t')}`,
    );
  }
  return say(...lines);
}

function addressOf(value: Value): bigint | null {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number') return BigInt(value);
  if (!isRef(value)) return null;
  if (value.struct === 'page') return VMEMMAP + 64n * BigInt(value.at);
  return value.struct.startsWith('kho_radix_') && typeof value.at === 'number' ? BigInt(value.at) : null;
}

const xCommand: Command = {
  names: ['x'],
  group: 'looking',
  usage: 'x[/COUNT] ADDRESS',
  help: '64-bit words of memory: struct pages at their vmemmap address, radix tables and leaves at their physical address',
  run: examine,
};

const pageCommand: Command = {
  names: ['page'],
  group: 'looking',
  usage: 'page PFN | phys:ADDRESS | STRUCT-PAGE-ADDRESS',
  help: 'a struct page as dump_page() prints it',
  run(session, args) {
    const pfn = readPfn(args);
    if (!pfn.ok) {
      const read = session.evaluate(args === '' ? 'page' : args);
      if (!read.ok) return usage(pageCommand, pfn.error);
      const value = isRef(read.value) && read.value.struct === 'page' ? (read.value.at as number) : read.value;
      if (typeof value !== 'number') return usage(pageCommand, pfn.error);
      return pageLines(session, value);
    }
    return pageLines(session, pfn.value);
  },
};

function pageLines(session: Session, pfn: number): Output {
  const { machine } = session.now();
  if (pfn < 0 || pfn >= 2 ** machine.memmap.bits) return refuse(`pfn 0x${pfn.toString(16)} is outside the machine`);
  const page = runGet(machine.memmap, pfn);
  const notes =
    page !== null && runGet(machine.inits, pfn) === 0
      ? [`pfn 0x${pfn.toString(16)} is not initialised in this boot: what follows is what its memory held`]
      : [];
  return say(...notes, ...dumpPage(machine, pfn, null));
}

const PAGE = 10;

function list(session: Session, args: string): Output {
  const frame = session.frame();
  const here = frame === null ? null : session.place(frame);
  let file = session.state.listed?.file ?? here?.file ?? 'init/main.ts';
  let first = session.state.listed === null ? Math.max(1, (here?.line ?? 1) - 5) : session.state.listed.line + 1;
  let last = first + PAGE - 1;
  const range = /^(\d+)\s*,\s*(\d+)$/.exec(args);
  if (range !== null) {
    [first, last] = [Number(range[1]), Number(range[2])];
    if (last < first) return usage(listCommand, `line ${last} comes before line ${first}`);
  } else if (args === '-') {
    first = Math.max(1, (session.state.listed?.line ?? first) - 2 * PAGE + 1);
    last = first + PAGE - 1;
  } else if (args !== '') {
    const whole = findFile(session.kernel, args);
    const place = whole === null ? readLocation(session.kernel, args, here) : null;
    if (place !== null && !place.ok) return usage(listCommand, place.error);
    const at = place === null ? null : lineOf(session.kernel, place.value);
    const named = place !== null && !args.includes(':') && !/^\d+$/.test(args);
    const line = named ? (session.kernel.linked.program.fns[place.value.fn]?.line ?? 1) : (at?.line ?? 6);
    file = whole ?? at?.file ?? file;
    first = Math.max(1, line - 5);
    last = first + PAGE - 1;
  }
  const text = (session.kernel.files[file] ?? '').split('\n');
  if (first > text.length - 1)
    return refuse(`Line number ${first} out of range; ${file} has ${text.length - 1} lines.`);
  const end = Math.min(last, text.length - 1);
  session.change((draft) => {
    draft.listed = { file, line: end };
  });
  const mark = (n: number) => (here?.file === file && here.line === n ? '=>' : '  ');
  return say(...text.slice(first - 1, end).map((line, i) => `${mark(first + i)}${first + i}\t${line}`));
}

const listCommand: Command = {
  names: ['list', 'l'],
  group: 'looking',
  usage: 'list [FUNCTION | FILE[:LINE] | LINE | FIRST,LAST | -]',
  help: 'lines of the kernel text as it runs, patches applied',
  repeats: true,
  run: list,
  words: (session) => [...Object.keys(session.kernel.files), ...Object.keys(session.kernel.linked.program.fns)],
};

/** The commands that look. */
export const lookCommands: readonly Command[] = [
  backtraceCommand,
  byCount(['up'], 1, 'the frame that called this one'),
  byCount(['down', 'dow'], -1, 'the frame called by this one'),
  frameCommand,
  listCommand,
  printCommand,
  xCommand,
  pageCommand,
];
