// The whole screen from a session's view and the screen's own state. Knows nothing of the terminal.

import { Box } from 'ink';
import { memo, type ReactNode, useMemo } from 'react';
import { FooterBar, MessageBar, NoteBar, PromptBar, StatusBar, StopBar, TimelineBar } from './Bars.tsx';
import type { Controller } from './controller.ts';
import { useShown } from './hooks/use-shown.ts';
import { Keyboard } from './Keyboard.tsx';
import { isBoxed, type Layout, layout } from './layout.ts';
import { noteHeight } from './note.ts';
import { Completions, OverlayPane } from './Overlay.tsx';
import { Pane } from './Pane.tsx';
import { PaneBody } from './PaneBody.tsx';
import { paintRow } from './row.ts';
import { ScreenContext, type ScreenValue, useScreen } from './screen-context.ts';
import type { SessionPort } from './session-view.ts';
import type { UiAction, UiState } from './state.ts';
import type { Store } from './store.ts';
import type { Theme } from './theme.ts';

/** What the screen is made from. */
export interface AppProps {
  readonly port: SessionPort;
  readonly ui: Store<UiState, UiAction>;
  readonly controller: Controller;
  readonly theme: Theme;
}

/** Connects the screen to its session, its state and the keyboard. */
export function App({ port, ui, controller, theme }: AppProps): ReactNode {
  const shown = useShown(port, ui);
  return (
    <>
      <Keyboard controller={controller} />
      <Screen {...shown} theme={theme} />
    </>
  );
}

/** One screen, whatever its size. */
export function Screen({ view, ui, theme }: ScreenValue): ReactNode {
  const { size, focus, zoom, called, overlay, completions, note } = ui;
  const value = useMemo(() => ({ view, ui, theme }), [view, ui, theme]);
  const noteRows = noteHeight(note, size);
  const places = useMemo(
    () => layout(size.cols, size.rows, focus, zoom, called, noteRows),
    [size, focus, zoom, called, noteRows],
  );
  return (
    <ScreenContext value={value}>
      <Arrangement size={size} places={places} covered={overlay !== null} completing={completions.length > 0} />
    </ScreenContext>
  );
}

interface ArrangementProps {
  readonly size: UiState['size'];
  readonly places: Layout;
  readonly covered: boolean;
  readonly completing: boolean;
}

/** Everything in its place. Renders only when a place changes: Ink then has nothing to lay out on a mere step. */
const Arrangement = memo(function Arrangement({ size, places, covered, completing }: ArrangementProps): ReactNode {
  const { status, stop, area, panes, note, timeline, message, prompt, footer, mode } = places;
  if (mode === 'tiny') return <TooSmall size={size} />;
  return (
    <Box width={size.cols} height={size.rows}>
      <StatusBar rect={status} />
      <StopBar rect={stop} />
      {covered ? (
        <OverlayPane area={area} boxed={isBoxed(places)} />
      ) : (
        panes.map((place) => <Pane key={place.id} place={place} />)
      )}
      {note ? <NoteBar rect={note} /> : null}
      {timeline ? <TimelineBar rect={timeline} /> : null}
      {message ? <MessageBar rect={message} logged={panes.some((place) => place.id === 'log')} /> : null}
      <PromptBar rect={prompt} />
      {footer ? <FooterBar rect={footer} /> : null}
      {completing ? <Completions area={area} bottom={prompt.y} /> : null}
    </Box>
  );
});

function TooSmall({ size }: { readonly size: UiState['size'] }): ReactNode {
  const { theme } = useScreen();
  const { cols, rows } = size;
  const text = [paintRow(theme, cols, [`${cols}x${rows}: too small, 40x10 needed; C-d quits`])];
  return (
    <Box width={cols} height={rows}>
      <PaneBody rows={text} left={0} top={0} width={cols} height={1} />
    </Box>
  );
}
