// The listing of the selected frame: stop points, what patches changed, how often each line was executed, and which lines this
// call has executed. Knows nothing of how it is shown.
import type { Program } from '../../vm/index.ts';
import { bootOf } from '../load.ts';
import { lineOf } from '../places.ts';
import type { Session } from '../session.ts';
import { linesOf } from '../text-lines.ts';
import type { PatchMark, SourceLine, SourceView } from '../view.ts';
import { patchMarksReader } from './patch-marks.ts';
import { tallyOf } from './tally.ts';

const marksOf = patchMarksReader();

/** The statements of one function: line and operation of each. */
interface Statements {
  readonly fn: string;
  readonly at: readonly (readonly [line: number, pc: number])[];
}

const STATEMENTS = new WeakMap<Program['fns'], Map<string, readonly Statements[]>>();

/** The statements of a file, by function. */
function statementsOf(fns: Program['fns'], file: string): readonly Statements[] {
  const files = STATEMENTS.get(fns) ?? new Map<string, readonly Statements[]>();
  STATEMENTS.set(fns, files);
  const known = files.get(file);
  if (known !== undefined) return known;
  const made = Object.values(fns)
    .filter((fn) => fn.file === file)
    .map(({ name, pos }) => ({
      fn: name,
      at: pos.flatMap(([line, , statement], pc) => (statement === 1 ? [[line, pc] as const] : [])),
    }));
  files.set(file, made);
  return made;
}

/** What is counted of a line: executions in all that is recorded, and whether the selected frame has executed it. */
interface Counted {
  hits: number;
  executed: boolean;
}

/** The turn before which everything has happened where one stands. */
function turnsBefore(session: Session): number {
  const { branch, at } = session.state.cursor;
  const columns = session.time.columns(branch);
  if (columns.length === 0) return 0;
  const turn = columns.turnAt(at.at);
  return columns.at(turn) < at.at || at.sub > 0 ? turn + 1 : turn;
}

/** The lines of a file that have statements, counted. */
function countedLines(session: Session, file: string): ReadonlyMap<number, Counted> {
  const { branch, thread, level } = session.state.cursor;
  const columns = session.time.columns(branch);
  const starts = session.bootStarts();
  const { boot } = session.now();
  const tally = tallyOf(
    columns,
    starts.map(({ at }) => at),
  );
  const first = columns.length === 0 ? 0 : columns.turnAt(starts.find((one) => one.boot === boot)?.at ?? 0);
  const executed = tally.executedBy(thread, session.stack().length - level, turnsBefore(session), first);
  const out = new Map<number, Counted>();
  for (const { fn, at } of statementsOf(session.kernel.linked.program.fns, file)) {
    const base = columns.code(boot, fn, 0);
    for (const [line, pc] of at) {
      const code = base < 0 ? -1 : base + pc;
      const known = out.get(line);
      const hits = tally.hitsOf(code);
      const done = executed(code);
      if (known === undefined) out.set(line, { hits, executed: done });
      else {
        known.hits += hits;
        known.executed ||= done;
      }
    }
  }
  return out;
}

function pointsIn(session: Session, file: string): ReadonlyMap<number, SourceLine['breakpoint']> {
  const { boot } = session.now();
  const out = new Map<number, SourceLine['breakpoint']>();
  for (const { trigger, enabled } of session.state.points) {
    if (trigger.kind !== 'location') continue;
    const place = trigger.places.get(boot);
    const at = place === undefined ? null : lineOf(session.kernel, place);
    if (at?.file === file) out.set(at.line, enabled ? 'enabled' : 'disabled');
  }
  return out;
}

const patchOf = (patch: PatchMark | undefined): { patch?: PatchMark } => (patch === undefined ? {} : { patch });

/** The lines of a listing without what a step changes, and those last shown, which most steps leave as they are. */
interface Listing {
  readonly of: readonly unknown[];
  readonly bare: readonly SourceLine[];
  shown: readonly SourceLine[];
}

/** The listing last asked for: a step stays in its file, as a rule. */
let listing: Listing | null = null;

/** The lines of a file with their stop points and patches. */
function listingOf(session: Session, file: string): Listing {
  const { kernel, state } = session;
  const marks = marksOf(bootOf(session.loaded, session.now()), file);
  const of = [kernel.files, file, marks, state.points, session.now().boot];
  if (listing !== null && of.every((one, i) => one === listing?.of[i])) return listing;
  const points = pointsIn(session, file);
  const bare = linesOf(kernel.files, file).map((text, i) => ({
    ...patchOf(marks.get(i + 1)),
    number: i + 1,
    text,
    breakpoint: points.get(i + 1) ?? null,
    current: false,
  }));
  if (bare.at(-1)?.text === '') bare.pop();
  listing = { of, bare, shown: bare };
  return listing;
}

/** The file of the selected frame; null where there is none. */
export function sourceView(session: Session): SourceView | null {
  const frame = session.frame();
  if (frame === null) return null;
  const { file, line, fn } = session.place(frame);
  const patched = marksOf(bootOf(session.loaded, session.now()), file).size;
  const counted = countedLines(session, file);
  const known = listingOf(session, file);
  const lines = known.bare.map((bare, i) => {
    const count = counted.get(i + 1);
    const was = known.shown[i];
    const current = i + 1 === line;
    const same = was?.hits === count?.hits && was?.executed === count?.executed && was?.current === current;
    return was !== undefined && same ? was : { ...bare, ...count, current };
  });
  known.shown = lines;
  return { file, function: fn, lines, patched, counted: true, currentLine: line };
}
