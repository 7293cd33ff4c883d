// The view of a session: everything a screen shows, as plain values. Parts keep their identity while what they show stays.
import { label, stackOf } from '../../debugger/index.ts';
import { dumpPage } from '../../kernel/index.ts';
import { isRef, type Machine, runGet } from '../../machine/index.ts';
import { localsOf } from '../../vm/index.ts';
import { branchName } from '../branches.ts';
import { localText } from '../commands/look.ts';
import { stageNow } from '../commands/time.ts';
import { type CompareView, type Comparison, compareView } from '../compare/index.ts';
import { argumentsOf, threadState, whereOf } from '../describe.ts';
import { displayValue } from '../displays.ts';
import { formatValue, lastName } from '../format.ts';
import { bootOf } from '../load.ts';
import { variantName } from '../patch-files.ts';
import type { Cursor, PointRow, Session } from '../session.ts';
import type { FrameView, Glance, LocalView, PositionView, SessionView, ThreadView, WatchView } from '../view.ts';
import { mapViews } from './maps.ts';
import { memblockLines } from './memblock.ts';
import type { Memo } from './memo.ts';
import { paneViews } from './panes.ts';
import { sourceView } from './source.ts';
import { memmapView, WHOLE } from './strips.ts';
import { laneViews, timelineView } from './timeline.ts';
import { valuesIn } from './values.ts';

function positionView(session: Session): PositionView {
  const { cursor, direction } = session.state;
  const isOne = session.time.branches.length === 1;
  return {
    ...(isOne ? {} : { branch: branchName(session, cursor.branch) }),
    label: label(cursor.at),
    at: cursor.at.at,
    sub: cursor.at.sub,
    end: session.time.end(cursor.branch),
    ended: session.time.branch(cursor.branch).ended,
    stage: stageNow(session),
    direction,
  };
}

function stackView(session: Session): FrameView[] {
  return session.stack().map((frame, level) => ({
    level,
    function: frame.fn,
    args: argumentsOf(session, frame),
    file: session.place(frame).file,
    line: session.place(frame).line,
    selected: level === session.state.cursor.level,
  }));
}

/** The frame at the last stop that is the selected one: same thread, function and depth. */
function framesBefore(session: Session): ReturnType<Session['frame']> {
  const { cursor, previous } = session.state;
  const now = session.stack();
  const frame = now[cursor.level];
  if (frame === undefined) return null;
  const then = session.time.stateAt(previous.branch, previous.at);
  const stack = then === null ? [] : stackOf(then, cursor.thread);
  const found = stack[stack.length - (now.length - cursor.level)];
  return found?.fn === frame.fn ? found : null;
}

function localsView(session: Session): LocalView[] {
  const frame = session.frame();
  if (frame === null) return [];
  const { program } = session.kernel.linked;
  const before = framesBefore(session);
  const old = before === null ? new Map() : localsOf(program, before);
  return [...localsOf(program, frame)].map(([name, value]) => {
    const text = localText(session, value, name);
    const was = old.has(name) && !isRef(old.get(name) ?? null) ? formatValue(old.get(name), name) : null;
    return { name, value: text, was: was === null || was === text || isRef(value) ? null : was };
  });
}

function threadViews(session: Session): ThreadView[] {
  return session.now().threads.map((thread, i) => ({
    number: i + 1,
    name: thread.name,
    state: threadState(session, i),
    where: whereOf(session, i),
    selected: i === session.state.cursor.thread,
  }));
}

const NO_VALUE = formatValue(undefined, '');

function valueAt(session: Session, row: PointRow, cursor: Cursor): string {
  if (row.trigger.kind !== 'watch' && row.trigger.kind !== 'access') return '';
  const state = session.time.stateAt(cursor.branch, cursor.at);
  return state === null ? '' : formatValue(row.trigger.value(state, cursor.thread), lastName(row.what));
}

/** Rows under a watch: of a struct page its dump, of a pageblock the pages it covers. */
function watchDetails(session: Session, row: PointRow): string[] {
  const { machine } = session.now();
  if (row.trigger.kind === 'pages') return dumpPage(machine, row.trigger.start, null).slice(0, 2);
  const page = /page\(\s*(0x[0-9a-f]+|\d+)\s*\)/i.exec(row.what)?.[1];
  if (page === undefined || /pageblock\(/.test(row.what)) return [];
  const pfn = Number(page);
  if (pfn >= 2 ** machine.memmap.bits || runGet(machine.memmap, pfn) === null) return ['not backed by memory'];
  const state = runGet(machine.inits, pfn) === 0 ? ['not initialised in this boot'] : [];
  return [...state, ...dumpPage(machine, pfn, null).slice(0, 2)];
}

/** What display shows, where it has a meaning; the value at the last stop in the same frame. */
function displayViews(session: Session): WatchView[] {
  const { previous, displays } = session.state;
  const then = session.time.stateAt(previous.branch, previous.at);
  const frame = framesBefore(session);
  return displays.flatMap((row) => {
    const value = displayValue(session, row, session.now(), session.frame());
    if (value === null) return [];
    const was = then === null ? null : displayValue(session, row, then, frame);
    const changed = was !== null && was !== value && !was.startsWith('<error');
    const expression = row.format === '' ? row.expression : `/${row.format} ${row.expression}`;
    const { number, enabled } = row;
    return [{ number, display: true, expression, value, was: changed ? was : null, details: [], enabled }];
  });
}

function watchViews(session: Session): WatchView[] {
  const { cursor, previous } = session.state;
  const watched = session.state.points
    .filter((p) => p.type.startsWith('hw'))
    .map((row) => {
      const value = valueAt(session, row, cursor);
      const was = valueAt(session, row, previous);
      return {
        number: row.number,
        expression: row.what,
        value,
        // before there was a memmap, a struct page held nothing
        was: was === value || was === NO_VALUE ? null : was,
        details: watchDetails(session, row),
        enabled: row.enabled,
      };
    });
  return [...watched, ...displayViews(session)];
}

function pointsText(session: Session): string {
  const count = (test: (p: PointRow) => boolean) => session.state.points.filter(test).length;
  const breaks = count((p) => p.type.endsWith('breakpoint'));
  const watches = count((p) => p.type.startsWith('hw'));
  const catches = count((p) => p.type === 'catchpoint');
  const prints = count((p) => p.prints !== null);
  return `breakpoints ${breaks}  catch ${catches}  watch ${watches}${prints === 0 ? '' : `  dprintf ${prints}`}`;
}

/** Kernel and patches of the boot in which one stands. */
function variantOf(session: Session): string {
  const { boot, patches } = bootOf(session.loaded, session.now());
  return variantName(boot.kernel, patches);
}

/** What compare found last: its first pair. */
function comparisonView(comparison: Comparison | null): CompareView | null {
  const [pair] = comparison?.pairs ?? [];
  return comparison === null || pair === undefined ? null : compareView(comparison, pair);
}

/** A memmap without a history. */
const ALONE = { place: WHOLE, touched: -1, before: null, mark: null };

/** What tells what a command came to; its parts are those of the view. */
export function buildGlance(session: Session, memo: Memo): Glance {
  const { state, time } = session;
  const { cursor, direction, points, stop, results, comparison } = state;
  const where = [cursor, time.end(cursor.branch), time.branch(cursor.branch).ended];
  const pointsNow = memo.get('points', [points], () => pointsText(session));
  return {
    position: memo.get(
      'position',
      [...where, direction, session.marks().length, time.branches.length, state.branchNames],
      () => positionView(session),
    ),
    stop,
    results,
    comparison: memo.get('comparison', [comparison], () => comparisonView(comparison)),
    selection: `${cursor.thread} ${cursor.level} ${pointsNow}`,
  };
}

/** The view of a session as it stands. */
export function buildView(session: Session, memo: Memo): SessionView {
  const { state, loaded } = session;
  const { cursor, previous, points, busy, locking } = state;
  const { position, stop, results, comparison } = buildGlance(session, memo);
  const where = [cursor, session.time.end(cursor.branch), session.time.branch(cursor.branch).ended];
  const columns = session.time.columns(cursor.branch);
  const ends = session.time.branches.map(({ id }) => session.time.end(id)).join();
  const timeline = memo.get('timeline', [...where, ends, state.marks, state.checkpoints, session.marks().length], () =>
    timelineView(session),
  );
  const machine: Machine = session.now().machine;
  const threads = memo.get('threads', [cursor, locking], () => threadViews(session));
  return {
    scenario: loaded.file.split('/').at(-1) ?? loaded.file,
    title: loaded.scenario.title,
    variant: memo.get('variant', [loaded, session.kernel], () => variantOf(session)),
    position,
    stop,
    thread: threads[cursor.thread] ?? null,
    source: memo.get('source', [cursor, points, columns.length], () => sourceView(session)),
    tourSteps: loaded.scenario.tour.length,
    stack: memo.get('stack', [cursor], () => stackView(session)),
    locals: memo.get('locals', [cursor, previous], () => localsView(session)),
    threads,
    schedulerLocking: locking,
    watches: memo.get('watches', [cursor, previous, points, state.displays], () => watchViews(session)),
    memblock: memo.get('memblock', [machine.memblock], () => memblockLines(machine)),
    log: state.log,
    timeline,
    lanes: (cells) =>
      memo.get('lanes', [cursor.branch, cursor.thread, columns.length, cells, timeline.axis], () =>
        laneViews(session, cells, timeline.axis),
      ),
    points: memo.get('points', [points], () => pointsText(session)),
    busy,
    results,
    comparison,
    comparedMemmaps: (cells) =>
      memo.get(`compared memmaps ${cells}`, [state.comparedEnds], () => {
        const [a, b] = state.comparedEnds?.() ?? [];
        return a === undefined || b === undefined
          ? null
          : ([memmapView(a, cells, ALONE), memmapView(b, cells, ALONE)] as const);
      }),
    values: (text) => memo.get('values', [cursor, text], () => valuesIn(session, text)),
    ...mapViews(session, memo),
    ...paneViews(machine, memo),
  };
}
