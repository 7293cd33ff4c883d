// Where everything stands on a screen of so many columns and rows. Pure arithmetic: knows nothing of Ink and views.

import { COMPACT, compactWith, EXTRA, normal, type PaneId, type Spec, wide } from './layout-spec.ts';

/** A rectangle in cells; x and y count from 0. */
export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

/** How much of a frame a pane has: a box round it, a titled rule above it. */
export type Frame = 'box' | 'rule';

/** A pane's place, and the rectangle inside its frame. */
export interface Place {
  readonly id: PaneId;
  readonly rect: Rect;
  readonly body: Rect;
  readonly frame: Frame;
}

/** All places of one screen. `tiny` has no places at all: only a message fits. */
export interface Layout {
  readonly mode: 'tiny' | 'single' | 'compact' | 'normal' | 'wide';
  readonly status: Rect;
  readonly stop: Rect;
  /** where the panes are, and what an overlay covers */
  readonly area: Rect;
  readonly panes: readonly Place[];
  /** the note of a tour */
  readonly note: Rect | null;
  readonly timeline: Rect | null;
  readonly message: Rect | null;
  readonly prompt: Rect;
  readonly footer: Rect | null;
}

/** Divides a length among parts: each its minimum, the rest by `grow`; when too short, later parts lose first. */
export function divide(total: number, parts: readonly { readonly min: number; readonly grow: number }[]): number[] {
  const sizes = parts.map((part) => part.min);
  let rest = total - sizes.reduce((sum, size) => sum + size, 0);
  for (let i = sizes.length - 1; i >= 0 && rest < 0; i--) {
    const give = Math.min(sizes[i] ?? 0, -rest);
    sizes[i] = (sizes[i] ?? 0) - give;
    rest += give;
  }
  let weights = parts.reduce((sum, part) => sum + part.grow, 0);
  for (const [i, part] of parts.entries()) {
    if (rest <= 0 || weights <= 0) break;
    const share = Math.round((rest * part.grow) / weights);
    sizes[i] = (sizes[i] ?? 0) + share;
    rest -= share;
    weights -= part.grow;
  }
  return sizes;
}

function bodyOf(rect: Rect, frame: Frame, cols: number): Rect {
  if (frame === 'box') {
    return { x: rect.x + 1, y: rect.y + 1, w: Math.max(0, rect.w - 2), h: Math.max(0, rect.h - 2) };
  }
  const gap = rect.x + rect.w < cols ? 1 : 0;
  return { x: rect.x, y: rect.y + 1, w: rect.w - gap, h: Math.max(0, rect.h - 1) };
}

function place(spec: Spec, rect: Rect, frame: Frame, cols: number): Place[] {
  if (spec.kind === 'pane') {
    const least = frame === 'box' ? 3 : 2;
    return rect.h < least || rect.w < 4 ? [] : [{ id: spec.id, rect, body: bodyOf(rect, frame, cols), frame }];
  }
  const across = spec.kind === 'columns';
  const sizes = divide(across ? rect.w : rect.h, spec.parts);
  let at = across ? rect.x : rect.y;
  return spec.parts.flatMap((part, i) => {
    const size = sizes[i] ?? 0;
    const inner = across ? { ...rect, x: at, w: size } : { ...rect, y: at, h: size };
    at += size;
    return place(part, inner, frame, cols);
  });
}

/** The compact stack of bands, with one more band for each that the rows have room for. */
function compact(rows: number, called: PaneId | null): Spec {
  if (called !== null) return compactWith(called);
  let room = rows - COMPACT.parts.reduce((sum, part) => sum + part.min, 0);
  const more: Spec[] = [];
  for (const band of EXTRA) {
    if (band.min > room) break;
    more.push(band);
    room -= band.min;
  }
  return { ...COMPACT, parts: [...COMPACT.parts, ...more] };
}

function modeOf(cols: number, rows: number): Layout['mode'] {
  if (cols < 40 || rows < 10) return 'tiny';
  if (cols < 80 || rows < 24) return 'single';
  if (cols < 110 || rows < 36) return 'compact';
  return cols < 170 || rows < 50 ? 'normal' : 'wide';
}

/** Rows from here on have room for branches and threads under the timeline. */
const TALL = 56;

/** Rows of the timeline: always the same on one screen, whatever there is to show, so that panes stay where they are. */
function timelineRows(mode: Layout['mode'], rows: number): number {
  if (mode === 'wide') return rows < TALL ? 2 : 7;
  return mode === 'normal' ? 2 : 1;
}

const SPECS = { normal, wide } as const;

/**
 * Lays out a screen. With `zoom`, or where there is room for one pane only, the focused pane has the whole area. `called`
 * is the pane called up to the lower right; `noteRows` are left free for the note of a tour.
 */
export function layout(
  cols: number,
  rows: number,
  focus: PaneId = 'source',
  zoom = false,
  called: PaneId | null = null,
  noteRows = 0,
): Layout {
  const mode = modeOf(cols, rows);
  const line = (y: number, h = 1): Rect => ({ x: 0, y, w: cols, h });
  const marks = timelineRows(mode, rows);
  const short = rows < 14;
  const noted = short ? 0 : noteRows;
  const below = noted + (short ? 0 : marks + 1) + 2;
  const area = line(2, Math.max(0, rows - 2 - below));
  const boxed = mode === 'normal' || mode === 'wide';
  const alone: Spec = { kind: 'pane', id: focus, min: 2, grow: 1 };
  const many = boxed ? SPECS[mode as 'normal' | 'wide'](called) : compact(area.h, called);
  const spec = zoom || mode === 'single' ? alone : many;
  const panes = mode === 'tiny' ? [] : place(spec, area, boxed ? 'box' : 'rule', cols);
  return {
    mode,
    status: line(0),
    stop: line(1),
    area,
    panes,
    note: noted === 0 ? null : line(rows - below, noted),
    timeline: short ? null : line(rows - 3 - marks, marks),
    message: short ? null : line(rows - 3),
    prompt: line(rows - 2),
    footer: line(rows - 1),
  };
}

/** Says whether panes have boxes round them, as on all but small screens. */
export function isBoxed({ mode }: Layout): boolean {
  return mode === 'normal' || mode === 'wide';
}

/** The order in which Tab goes through the panes of a screen. */
export function focusOrder(places: Layout, all: readonly PaneId[]): readonly PaneId[] {
  return places.panes.length > 1 ? places.panes.map((pane) => pane.id) : all;
}
