// The frames of the selected thread, and under them the locals of the selected frame. Knows nothing of threads.

import { paintRow } from '../row.ts';
import type { FrameView, LocalView } from '../session-view.ts';
import type { Theme } from '../theme.ts';
import { clampScroll, definePane, type PaneInput } from './pane.ts';

/** What the stack is painted from. */
export interface StackSlice {
  readonly stack: readonly FrameView[];
  readonly locals: readonly LocalView[];
  readonly scroll: number;
}

function paintFrame(frame: FrameView, w: number, theme: Theme): string {
  const mark = frame.selected ? '*' : ' ';
  const style = frame.selected ? 'selected' : 'plain';
  const args = frame.args === '' ? '()' : `(${frame.args})`;
  const at = `  ${frame.file.split('/').at(-1)}:${frame.line}`;
  const head = `${mark}#${String(frame.level).padEnd(2)} ${frame.function}`;
  const room = w - head.length - at.length;
  return args.length <= room
    ? paintRow(theme, w, [[style, head], args, ['dim', at]])
    : paintRow(theme, w, [
        [style, head],
        ['dim', args],
      ]);
}

function paintLocal(local: LocalView, names: number, w: number, theme: Theme): string {
  const name = `  ${local.name.padEnd(names)} = `;
  if (local.was === null) return paintRow(theme, w, [name, local.value]);
  return paintRow(theme, w, [name, ['changed', local.value], ['bold', ` (was ${local.was})`]]);
}

/** Frames in a row of the same function, none of them selected, or one frame. */
type Run = readonly FrameView[];

/** Joins three and more neighbouring frames of one function, so that a recursion takes one row. */
function runs(stack: readonly FrameView[]): readonly Run[] {
  const out: FrameView[][] = [];
  for (const frame of stack) {
    const last = out.at(-1);
    const joins = last?.[0]?.function === frame.function && !frame.selected && !last[0]?.selected;
    if (joins) last.push(frame);
    else out.push([frame]);
  }
  return out.flatMap((run) => (run.length < 3 ? run.map((frame) => [frame]) : [run]));
}

function paintRun(run: Run, w: number, theme: Theme): string {
  const [first] = run;
  const last = run.at(-1);
  if (!first || !last || run.length === 1) return first ? paintFrame(first, w, theme) : '';
  return paintRow(theme, w, [` #${first.level}..#${last.level} ${first.function}`, ['dim', `  ${run.length} frames`]]);
}

const localText = (local: LocalView): string =>
  `${local.name} = ${local.value}${local.was === null ? '' : ` (was ${local.was})`}`;

/** Locals side by side, as many in a row as fit. */
function packed(locals: readonly LocalView[], w: number): readonly (readonly LocalView[])[] {
  const lines: LocalView[][] = [];
  let used = 0;
  for (const local of locals) {
    const length = localText(local).length + 2;
    if (lines.length === 0 || used + length > w) {
      lines.push([]);
      used = 0;
    }
    lines.at(-1)?.push(local);
    used += length;
  }
  return lines;
}

/** How many rows go to the frames: all where the locals still fit side by side, else half of the pane at least. */
function frameRows(frames: number, locals: readonly LocalView[], w: number, h: number): number {
  const needed = Math.min(packed(locals, w).length, Math.floor(h / 2));
  return Math.max(1, Math.min(frames, h - needed));
}

function paintPacked(line: readonly LocalView[], w: number, theme: Theme): string {
  return paintRow(
    theme,
    w,
    line.flatMap((local) => [
      `  ${local.name} = `,
      [local.was === null ? 'plain' : 'changed', localText(local).slice(local.name.length + 3)] as const,
    ]),
  );
}

/** Frames as they are where they fit, recursions joined where they do not, else those round the selected one. */
function framesShown({ stack, locals, scroll }: StackSlice, w: number, h: number): readonly Run[] {
  const single = stack.map((frame) => [frame]);
  if (stack.length <= frameRows(stack.length, locals, w, h)) return single;
  const all = runs(stack);
  const count = frameRows(all.length, locals, w, h);
  const selected = all.findIndex((run) => run[0]?.selected);
  const first = clampScroll(scroll > 0 ? scroll : selected - count + 2, all.length, count);
  return all.slice(first, first + count);
}

/** Paints frames, a rule where there is room for it, and locals; changed ones are bold with their old value. */
export function paintStack(slice: StackSlice, w: number, h: number, theme: Theme): string[] {
  const { stack, locals } = slice;
  if (stack.length === 0) return [paintRow(theme, w, [['dim', 'no frames']])];
  const rows = framesShown(slice, w, h).map((run) => paintRun(run, w, theme));
  const level = stack.find((frame) => frame.selected)?.level ?? 0;
  if (rows.length + locals.length < h && locals.length > 0) {
    const label = `${theme.glyphs.rule.repeat(2)} locals of #${level} `;
    rows.push(paintRow(theme, w, [['dim', label + theme.glyphs.rule.repeat(Math.max(0, w - label.length))]]));
  }
  if (rows.length + locals.length > h) {
    const lines = packed(locals, w).slice(0, h - rows.length);
    return [...rows, ...lines.map((line) => paintPacked(line, w, theme))];
  }
  const names = Math.min(20, Math.max(0, ...locals.map((local) => local.name.length)));
  for (const local of locals) rows.push(paintLocal(local, names, w, theme));
  return rows;
}

function title({ view, ui, w, h }: PaneInput): string {
  const { thread, stack, locals } = view;
  const shown = framesShown({ stack, locals, scroll: ui.scroll.stack ?? 0 }, w, h).flat();
  const [first] = shown;
  const part =
    first && shown.length < stack.length ? `  #${first.level}-#${shown.at(-1)?.level} of ${stack.length}` : '';
  return `${thread ? `stack  T${thread.number} ${thread.name}` : 'stack'}${part}`;
}

/** The stack pane. */
export const STACK = definePane<StackSlice>({
  id: 'stack',
  name: 'stack and locals',
  help: [
    'The frames of the selected thread, the innermost first; * is the selected one (u and d).',
    'Below: its locals. What changed since the last stop is bold, with (was X).',
  ],
  length: (view) => view.stack.length,
  title,
  slice: ({ view, ui }) => ({ stack: view.stack, locals: view.locals, scroll: ui.scroll.stack ?? 0 }),
  paint: paintStack,
});
