// A moment of a run as plain data: place, stack, source with the lines that the other variant's kernel text has not.
// Knows nothing of why the moment matters.
import type { Moment } from '../../explore/index.ts';
import { type Frame, frames } from '../../vm/index.ts';
import { argumentsText } from '../arguments.ts';
import { bootOf, type Loaded } from '../load.ts';
import type { Recorded } from '../report/index.ts';
import { patchMarks } from '../views/patch-marks.ts';
import type { ComparedFrame, ComparedLine, ComparedMoment } from './types.ts';
import { effectWords } from './words.ts';

const AROUND = 3;

/** A run that was made. */
export interface Ran {
  readonly loaded: Loaded;
  readonly recorded: Recorded;
}

function placeOf({ loaded }: Ran, moment: Moment, frame: Frame): ComparedFrame {
  const fn = bootOf(loaded, moment.before).kernel.linked.program.fns[frame.fn];
  return {
    function: frame.fn,
    args: argumentsText(fn, frame),
    file: fn?.file ?? '',
    line: fn?.pos[frame.pc]?.[0] ?? 0,
  };
}

function sourceOf(ran: Ran, other: Ran, moment: Moment, place: ComparedFrame): ComparedLine[] {
  const text = bootOf(ran.loaded, moment.before).kernel.files[place.file] ?? '';
  const theirs = bootOf(other.loaded, moment.before).kernel.files[place.file] ?? '';
  const marks = patchMarks(theirs, text);
  const lines = text.split('\n');
  const first = Math.max(1, place.line - AROUND);
  const last = Math.min(lines.length, place.line + AROUND);
  return lines.slice(first - 1, last).map((words, i) => ({
    number: first + i,
    text: words.replaceAll('\t', '  '),
    current: first + i === place.line,
    changed: ['+', '~'].includes(marks.get(first + i) ?? ''),
  }));
}

function stageAt({ recorded }: Ran, boot: number, at: number): string {
  const record = recorded.boots.find((one) => one.boot.number === boot);
  return record?.stages.findLast((stage) => stage.at <= at)?.name ?? 'start';
}

/** A moment of a run; `other`: the run it is compared with. */
export function momentOf(ran: Ran, other: Ran, moment: Moment): ComparedMoment {
  const { before, thread, at } = moment;
  const mover = before.threads[thread];
  const stack = mover === undefined ? [] : frames(mover).map((frame) => placeOf(ran, moment, frame));
  const [top = { function: '', args: '', file: '', line: 0 }] = stack;
  return {
    at: `#${at}`,
    boot: before.boot,
    stage: stageAt(ran, before.boot, at),
    thread: `T${thread + 1} ${mover?.name ?? ''}`,
    ...top,
    effects: effectWords(moment.changes, moment.after.machine),
    stack,
    source: sourceOf(ran, other, moment, top),
  };
}
