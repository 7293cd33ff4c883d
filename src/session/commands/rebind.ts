// Stop points carried from one kernel to another: a place in the text goes by function and text of its line, the others by
// what was typed. Knows nothing of how kernels are built.
import type { Place } from '../../debugger/index.ts';
import type { Kernel } from '../../kernel/index.ts';
import { prepare } from '../expression.ts';
import { lineOf } from '../places.ts';
import type { PointRow, Session } from '../session.ts';
import { catchTrigger } from './catch.ts';
import { watchTrigger } from './stops.ts';

/** Statements of a function by the text of their line: which pcs begin one with that text, in order of their lines. */
function linesWith(kernel: Kernel, name: string, text: string): number[][] {
  const fn = kernel.linked.program.fns[name];
  const lines = (kernel.files[fn?.file ?? ''] ?? '').split('\n');
  const byLine = new Map<number, number[]>();
  fn?.pos.forEach(([line, , statement], pc) => {
    if (statement !== 1 || lines[line - 1]?.trim() !== text) return;
    byLine.set(line, [...(byLine.get(line) ?? []), pc]);
  });
  return [...byLine].sort(([a], [b]) => a - b).map(([, pcs]) => pcs);
}

/** The same place in another kernel; null where its function or its line is gone. */
function samePlace(from: Kernel, to: Kernel, place: Place): Place | null {
  if (to.linked.program.fns[place.fn] === undefined) return null;
  // a breakpoint on a function stands at its first statement, whatever that is
  if (place.pcs.length === 1 && place.pcs[0] === 0) return place;
  const { file, line } = lineOf(from, place);
  const text = ((from.files[file] ?? '').split('\n')[line - 1] ?? '').trim();
  const was = linesWith(from, place.fn, text).findIndex((pcs) => pcs.includes(place.pcs[0] ?? -1));
  const now = linesWith(to, place.fn, text);
  const pcs = now[was] ?? now[0];
  return pcs === undefined ? null : { fn: place.fn, pcs };
}

/** The row with its trigger for the kernels of `to`, or why it has none there. */
function rebound(from: Session, to: Session, row: PointRow): PointRow | string {
  const { trigger } = row;
  const kernelIn = (session: Session, boot: number) => session.loaded.boots.find((one) => one.number === boot)?.kernel;
  if (trigger.kind === 'location') {
    const places = new Map<number, Place>();
    let what = row.what;
    for (const [boot, place] of trigger.places) {
      const [was, now] = [kernelIn(from, boot), kernelIn(to, boot)];
      const found = was === undefined || now === undefined ? null : samePlace(was, now, place);
      if (found === null || now === undefined) continue;
      places.set(boot, found);
      const { file, line } = lineOf(now, found);
      what = `${/^boot\d+:/.exec(row.what)?.[0] ?? ''}${found.fn} at ${file}:${line}`;
    }
    return places.size > 0 ? { ...row, what, trigger: { kind: 'location', places } } : 'its statement is not there';
  }
  if (row.type === 'catchpoint') {
    const [kind = '', ...words] = row.what.split(' ');
    const made = catchTrigger(to, kind, words);
    return typeof made === 'string' ? made : { ...row, trigger: made };
  }
  if (trigger.kind !== 'watch' && trigger.kind !== 'access') return row;
  const made = prepare(
    to.kernel,
    row.what,
    { state: to.now(), thread: to.state.cursor.thread, frame: to.frame() },
    from.variables(),
  );
  if (!made.ok) return made.error;
  return { ...row, trigger: watchTrigger(made.prepared, trigger.kind === 'watch' ? 'w' : trigger.mode) };
}

/** The points of one session for another, and a line for each that is lost. */
export function reboundPoints(from: Session, to: Session): { readonly points: PointRow[]; readonly lost: string[] } {
  const points: PointRow[] = [];
  const lost: string[] = [];
  for (const row of from.state.points) {
    const made = rebound(from, to, row);
    if (typeof made !== 'string') points.push({ ...made, at: to.state.cursor });
    else lost.push(`${row.type} ${row.number} (${row.what}) is gone: ${made}`);
  }
  return { points, lost };
}
