// The command memmap: prints the strips of the memmap, says which part a screen is to show, and since when changes count.
import { label, type Position } from '../../debugger/index.ts';
import { positionWords, readPosition } from '../positions.ts';
import type { Session, SessionState } from '../session.ts';
import type { MapPlace } from '../view.ts';
import { mapViews } from '../views/maps.ts';
import { Memo } from '../views/memo.ts';
import { cellSize, shownRange } from '../views/strips.ts';
import { readRange } from '../words.ts';
import { type Command, type Output, type Running, refuse, say, usage } from './command.ts';

/** Cells of a strip that is printed: of a mail's width, the name before it. */
const CELLS = 64;

const hex = (pfn: number): string => `0x${pfn.toString(16)}`;

const LEGEND = [
  'state: B buddy  + init  r reserved  K kho  · uninit  ? stale  n none  * mixed',
  'since: the state it came to  2 initialised again  t type  m memblock  w written',
];

/** The strips of a place as text. */
function stripLines(session: Session, place: MapPlace): string[] {
  const { memmap } = mapViews(session, new Memo());
  const map = memmap(CELLS, place);
  const pages = map.pagesPerCell === 1 ? '1 page' : `${map.pagesPerCell} pages`;
  return [
    `${map.nodes}  ${hex(map.start)}..${hex(map.end)}  1 cell = ${pages}`,
    ...map.rows.map((row) =>
      `${row.name.padEnd(6)}${row.cells}${row.name === 'since' ? `  since ${map.since}` : ''}`.trimEnd(),
    ),
    ...LEGEND,
  ];
}

/** A position as it is typed, with what it is called: checkpoints and stages by their names, too. */
function* markAt(
  session: Session,
  text: string,
): Generator<Position, NonNullable<SessionState['memmapSince']> | string, boolean | undefined> {
  const { cursor } = session.state;
  if (text === 'here') return { cursor, label: label(cursor.at) };
  const read = yield* readPosition(session, text);
  if (!read.ok) return read.error;
  const at = label(read.value.at);
  return { cursor: { ...cursor, ...read.value }, label: /^#?\d/.test(text) ? at : `${at} (${text})` };
}

function* since(session: Session, text: string): Running {
  if (text === '') return usage(memmapCommand, 'since when? last, here or a position');
  const mark = text === 'last' ? null : yield* markAt(session, text);
  if (typeof mark === 'string') return refuse(mark);
  session.change((draft) => {
    draft.memmapSince = mark;
  });
  return say(`The row since of the memmap counts from ${mark === null ? 'the last stop' : mark.label} on.`);
}

function show(session: Session, args: string): Output {
  const { machine } = session.now();
  const { start, end } = shownRange(machine);
  if (args === 'all' || args === '') {
    const lines = stripLines(session, { per: null, from: null, at: null });
    return args === 'all' ? { ...say(...lines), look: { start, end, instead: true } } : say(...lines);
  }
  const range = readRange(args);
  if (!range.ok) return usage(memmapCommand, range.error);
  const look = { ...range.value, instead: true };
  if (look.start < start || look.end > end)
    return refuse(`${args} is outside the machine, which is ${hex(start)}..${hex(end)}`);
  const per = cellSize(Math.ceil((look.end - look.start) / CELLS), 2 ** machine.config.pageblockOrder);
  return { ...say(...stripLines(session, { per, from: look.start, at: look.start })), look };
}

const memmapCommand: Command = {
  names: ['memmap'],
  group: 'info',
  usage: 'memmap [all | PFN | PFN..PFN | since last|here|POS]',
  help: 'the strips of the memmap, of all or of a part, which the pane then shows; since: from when on changes are shown',
  run(session, args) {
    const from = /^since\b\s*(.*)$/.exec(args)?.[1];
    return from === undefined ? show(session, args) : since(session, from);
  },
  words: (session) => ['all', 'since', 'last', 'here', ...positionWords(session)],
};

/** The commands of this file. */
export const memmapCommands: readonly Command[] = [memmapCommand];
