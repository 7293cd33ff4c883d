// The rows above and below the panes: status and stop, timeline, message, prompt, footer. Knows nothing of panes.

import type { ReactNode } from 'react';
import { usePainting } from './hooks/use-painting.ts';
import { type KeyMode, paintFooter } from './keys/hints.ts';
import type { Rect } from './layout.ts';
import { paintNote } from './note.ts';
import { PaneBody } from './PaneBody.tsx';
import { paintStatus, paintStop } from './panes/status.ts';
import { PANES } from './panes/table.ts';
import { paintTimeline, timelineColumns } from './panes/timeline.ts';
import { paintMessage, paintPrompt } from './prompt/paint.ts';
import { type ScreenValue, useScreen } from './screen-context.ts';
import type { LaneView } from './session-view.ts';

/** Where a bar is. */
export interface BarProps {
  readonly rect: Rect;
}

interface RowsProps {
  readonly rect: Rect;
  readonly deps: readonly unknown[];
  readonly make: () => readonly string[];
  readonly cursor?: { readonly x: number; readonly y: number };
}

function Rows({ rect, deps, make, cursor }: RowsProps): ReactNode {
  const rows = usePainting({ deps: [...deps, rect.w, rect.h], make });
  return <PaneBody rows={rows} left={rect.x} top={rect.y} width={rect.w} height={rect.h} cursor={cursor ?? null} />;
}

/** The status row. */
export function StatusBar({ rect }: BarProps): ReactNode {
  const { view, theme } = useScreen();
  const { scenario, variant, position, thread } = view;
  const make = () => [paintStatus({ scenario, variant, position, thread }, rect.w, theme)];
  return <Rows rect={rect} deps={[scenario, variant, position, thread, theme]} make={make} />;
}

/** The stop row. */
export function StopBar({ rect }: BarProps): ReactNode {
  const { view, ui, theme } = useScreen();
  const { stop, thread, position, busy } = view;
  const { running } = ui;
  const make = () => [paintStop({ stop, thread, position, busy, running }, rect.w, theme)];
  return <Rows rect={rect} deps={[stop, thread, position, busy, running, theme]} make={make} />;
}

/** The note of a tour. */
export function NoteBar({ rect }: BarProps): ReactNode {
  const { ui, theme } = useScreen();
  const { note } = ui;
  return <Rows rect={rect} deps={[note, theme]} make={() => paintNote(note, rect.w, rect.h, theme)} />;
}

const NO_LANES: readonly LaneView[] = [];

/** The timeline. */
export function TimelineBar({ rect }: BarProps): ReactNode {
  const { view, theme } = useScreen();
  const { timeline } = view;
  const lanes = rect.h < 2 ? NO_LANES : view.lanes(timelineColumns(timeline, rect.w, theme));
  const make = () => paintTimeline(timeline, lanes, rect.w, rect.h, theme);
  return <Rows rect={rect} deps={[timeline, lanes, theme]} make={make} />;
}

/**
 * The message row; it repeats the last line of the log where neither a pane (`logged`) nor an overlay shows it. While a command
 * runs, a refusal in the log is of one before it.
 */
export function MessageBar({ rect, logged }: BarProps & { readonly logged: boolean }): ReactNode {
  const { view, ui, theme } = useScreen();
  const end = logged || ui.overlay !== null ? null : (view.log.at(-1) ?? null);
  const last = ui.running !== null && end?.kind === 'error' ? null : end;
  const make = () => [paintMessage(ui, last, view.points, rect.w, theme)];
  return <Rows rect={rect} deps={[ui.message, last, view.points, theme]} make={make} />;
}

/** The prompt; the terminal's cursor stands in it. */
export function PromptBar({ rect }: BarProps): ReactNode {
  const { ui, theme } = useScreen();
  const { row, cursor } = paintPrompt(ui, rect.w, theme);
  return <Rows rect={rect} deps={[row]} make={() => [row]} cursor={{ x: cursor, y: 0 }} />;
}

function keyMode({ view, ui }: ScreenValue): KeyMode {
  if (ui.mode === 'asking') return 'asking';
  if (ui.mode === 'finding') return 'finding';
  if (ui.mode === 'typing') return ui.editor.search ? 'search' : 'typing';
  if (view.busy !== null || ui.running !== null) return 'running';
  if (ui.overlay) return ui.overlay.kind === 'compare' ? 'compare' : 'overlay';
  if (ui.called !== ui.focus) return ui.focus === 'memmap' ? 'map' : 'keys';
  const { isList, hasCursor } = PANES[ui.focus];
  return isList ? 'results' : hasCursor ? 'tree' : 'called';
}

/** The keys that are valid now. */
export function FooterBar({ rect }: BarProps): ReactNode {
  const value = useScreen();
  const mode = keyMode(value);
  const { ui, theme } = value;
  const touring = ui.note !== null;
  return <Rows rect={rect} deps={[mode, touring, theme]} make={() => [paintFooter(mode, rect.w, theme, touring)]} />;
}
