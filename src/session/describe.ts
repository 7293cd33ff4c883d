// How places and stops are worded, as gdb words them: frames with arguments, stop lines, positions in words.
import { type Hit, label, type Outcome, type Position } from '../debugger/index.ts';
import type { Frame } from '../vm/index.ts';
import { argumentsText } from './arguments.ts';
import { formatValue, lastName } from './format.ts';
import type { Cursor, PointRow, Session } from './session.ts';
import type { StopView } from './view.ts';

/** The arguments of a frame as they are now. */
export function argumentsOf(session: Session, frame: Frame, cursor: Cursor = session.state.cursor): string {
  return argumentsText(session.kernelAt(cursor).linked.program.fns[frame.fn], frame);
}

/** `kho_memory_init () at kernel/liveupdate/kexec_handover.ts:12`. */
export function frameText(session: Session, frame: Frame, cursor: Cursor = session.state.cursor): string {
  const { file, line } = session.place(frame, cursor);
  return `${frame.fn} (${argumentsOf(session, frame, cursor)}) at ${file}:${line}`;
}

/** `#9417  T4 kworker/u8:2  deferred_free_pages (pfn=…) at mm/mm_init.ts:12`, and the source line under it. */
export function placeLines(session: Session, cursor: Cursor): string[] {
  const thread = session.now(cursor).threads[cursor.thread];
  const frame = session.frame(cursor);
  const head = `${label(cursor.at)}  T${cursor.thread + 1} ${thread?.name ?? ''}`;
  if (frame === null) return [`${head}  has returned`];
  const { file, line } = session.place(frame, cursor);
  return [
    `${head}  ${frameText(session, frame, cursor)}`,
    `${line}\t${session.sourceLine(file, line, cursor).trimEnd()}`,
  ];
}

const kindOf = (row: PointRow): StopView['kind'] =>
  row.type === 'catchpoint' ? 'catchpoint' : row.type.includes('watchpoint') ? 'watchpoint' : 'breakpoint';

/** A watchpoint as gdb names it when it stops, where its lists say `acc watchpoint`. */
const watchName = (row: PointRow): string =>
  `Hardware ${row.type.replace('hw ', '').replace(/^acc /, 'access (read/write) ')}`;

function hitLines(row: PointRow, hit: Hit): string[] {
  const name = lastName(row.what);
  switch (hit.point.trigger.kind) {
    case 'location':
      return [`${row.temporary ? 'Temporary breakpoint' : 'Breakpoint'} ${row.number}, ${row.what}`];
    case 'page':
      return [`Breakpoint ${row.number}, ${row.what}: ${hit.matches.join(', ')}`];
    case 'watch':
      return [
        `Hardware watchpoint ${row.number}: ${row.what}  ${formatValue(hit.old, name)} → ${formatValue(hit.now, name)}`,
      ];
    case 'access': {
      const changed =
        formatValue(hit.old, name) === formatValue(hit.now, name)
          ? `value ${formatValue(hit.now, name)}`
          : `${formatValue(hit.old, name)} → ${formatValue(hit.now, name)}`;
      return [`${watchName(row)} ${row.number}: ${row.what}  ${changed}`, ...hit.matches];
    }
    case 'pages':
      return [`${watchName(row)} ${row.number}: ${row.what}`, ...hit.matches];
    default: {
      const [first = '', ...rest] = hit.matches;
      return [`Catchpoint ${row.number} (${row.what.split(' ')[0]}), ${first}`, ...rest];
    }
  }
}

const bootAt = (session: Session, at: Position): number | undefined =>
  session.time.stateAt(session.state.cursor.branch, at)?.boot;

/** The stop as it is shown, from what a search ended with. */
export function stopOf(session: Session, outcome: Outcome): StopView {
  switch (outcome.kind) {
    case 'hits': {
      const lines: string[] = [];
      let kind: StopView['kind'] = 'breakpoint';
      for (const hit of outcome.hits) {
        const row = session.state.points.find((p) => p.number === hit.point.number);
        if (row === undefined) continue;
        kind = kindOf(row);
        lines.push(...hitLines(row, hit));
      }
      return { kind, lines };
    }
    case 'fault': {
      const state = session.time.stateAt(session.state.cursor.branch, outcome.at);
      const death = state?.threads[outcome.thread]?.death;
      const name =
        death?.kind === 'oops' || death?.kind === 'BUG' || death?.kind === 'panic' || death?.kind === 'budget'
          ? death.kind
          : 'fault';
      return { kind: 'fault', lines: [`${name}: ${death?.what ?? ''} in ${death?.function ?? ''}`] };
    }
    case 'done':
      return { kind: 'step', lines: [] };
    case 'end':
      if (session.time.branch(session.state.cursor.branch).exhausted !== null)
        return { kind: 'end', lines: [`given up: ${session.exhausted}`] };
      return {
        kind: 'end',
        lines: [`end of boot ${bootAt(session, outcome.at)}: no thread can move; the boot has ended`],
      };
    case 'start':
      return {
        kind: 'start',
        lines: [`start of boot ${bootAt(session, outcome.at)}: no more reverse-execution history`],
      };
    case 'interrupted':
      return { kind: 'interrupted', lines: [`interrupted at ${label(outcome.at)}`] };
  }
}

/** What a thread does, for lists: its innermost function, or what it waits for. */
export function whereOf(session: Session, index: number): string {
  const thread = session.now().threads[index];
  if (thread === undefined || thread.top === null) return 'has returned';
  const { file, line } = session.place(thread.top);
  if (thread.death !== null) return `${thread.death.what} in ${thread.death.function}`;
  if (thread.waits !== null) return `${thread.top.fn}, waits for ${thread.waits.for} ${thread.waits.at}`;
  return `${thread.top.fn} at ${file}:${line}`;
}

/** A number that no thread has, and where those stand that there are. */
export const unknownThread = (number: number | string, count: number): string =>
  `Unknown thread ${number}. There ${count === 1 ? 'is 1' : `are ${count}`}: info threads lists them.`;

/** R moves next, r may move, D waits, X has ended, ! has died. */
export function threadState(session: Session, index: number): 'R' | 'r' | 'D' | 'X' | '!' {
  const state = session.now();
  const thread = state.threads[index];
  if (thread === undefined || thread.top === null) return 'X';
  if (thread.death !== null) return '!';
  if (!session.canMove(index)) return 'D';
  return session.mover(session.state.cursor.at) === index ? 'R' : 'r';
}
