// The maps of memory of a session's view: where one stands, where one looks, since when changes count. Made when a pane asks.
import { comparePositions, label } from '../../debugger/index.ts';
import { isRef, type Machine } from '../../machine/index.ts';
import { localsOf } from '../../vm/index.ts';
import type { Session } from '../session.ts';
import type { MapPlace, SessionView } from '../view.ts';
import { Since } from './map-since.ts';
import type { Memo } from './memo.ts';
import { cellView, memmapView, pageblockView, type StripOptions, WHOLE } from './strips.ts';

/** The page the screen centres on: the first page among the locals, the first page watched, or none. */
function touchedPage(session: Session): number {
  const frame = session.frame();
  if (frame !== null) {
    for (const name of ['page', 'buddy', 'start_page', 'pfn', 'spfn', 'start_pfn']) {
      const value = localsOf(session.kernel.linked.program, frame).get(name);
      if (typeof value === 'number') return value;
      if (value !== undefined && isRef(value) && value.struct === 'page') return value.at as number;
    }
  }
  const pages = session.state.points.find((p) => p.trigger.kind === 'pages' || p.trigger.kind === 'page');
  return pages?.trigger.kind === 'pages' || pages?.trigger.kind === 'page' ? pages.trigger.start : -1;
}

/** Remembers what changed since the last stop, and since the mark: one answer each. */
interface Answers {
  readonly stop: Since;
  readonly mark: Since;
}

/** The machine at the last stop; null where one stands there still. */
function stopped({ state, time }: Session): Machine | null {
  const { previous, cursor } = state;
  if (previous.branch === cursor.branch && comparePositions(previous.at, cursor.at) === 0) return null;
  return time.stateAt(previous.branch, previous.at)?.machine ?? null;
}

/** Since when changes are shown: the mark that was asked for, else the last stop. */
function markOf(session: Session, memo: Memo, answers: Answers): StripOptions['mark'] {
  const { memmapSince, previous } = session.state;
  const { machine } = session.now();
  if (memmapSince === null)
    return { machine: stopped(session) ?? machine, since: answers.mark, label: `last stop ${label(previous.at)}` };
  // kept: looked up at each step, it would be made anew from a keyframe each time
  const then = memo.get('machine at the mark', [memmapSince, session.time], () => {
    const { branch, at } = memmapSince.cursor;
    return session.time.stateAt(branch, at)?.machine ?? null;
  });
  return then === null ? null : { machine: then, since: answers.mark, label: memmapSince.label };
}

/** The memmap and the pageblocks of a session where it stands. */
export function mapViews(session: Session, memo: Memo): Pick<SessionView, 'memmap' | 'memmapCell' | 'pageblocks'> {
  const { cursor, previous, points, memmapSince } = session.state;
  const { machine } = session.now();
  const answers = memo.get('map answers', [], (): Answers => ({ stop: new Since(), mark: new Since() }));
  const touched = () => memo.get('touched page', [cursor, points], () => touchedPage(session));
  const memmap = (cells: number, place: MapPlace = WHOLE) =>
    memo.get(`memmap ${cells}`, [machine, previous, cursor, points, memmapSince, place], () => {
      const before = stopped(session);
      return memmapView(machine, cells, {
        place,
        touched: touched(),
        before: before === null ? null : { machine: before, since: answers.stop },
        mark: markOf(session, memo, answers),
      });
    });
  return {
    memmap,
    memmapCell: (cells, place) => {
      const map = memmap(cells, place);
      return memo.get('memmap cell', [map], () => cellView(machine, map, markOf(session, memo, answers)));
    },
    pageblocks: (columns, rows, place = WHOLE) =>
      memo.get(
        `pageblocks ${columns} ${rows}`,
        [machine.pageblocks, machine.memmap, previous, cursor, points, place.at],
        () => pageblockView(machine, stopped(session), columns, rows, place.at ?? touched(), place.at !== null),
      ),
  };
}
