// What lies over the panes: help, long output, the list of completions. Knows nothing of keys.

import type { ReactNode } from 'react';
import { usePainting } from './hooks/use-painting.ts';
import type { Rect } from './layout.ts';
import { overlayBody, overlayTitle, paintOverlay } from './overlay-rows.ts';
import { Framed } from './Pane.tsx';
import { PaneBody } from './PaneBody.tsx';
import { paintCompletions } from './prompt/paint.ts';
import { useScreen } from './screen-context.ts';
import type { Overlay } from './state.ts';

const NOTHING: Overlay = { title: '', lines: [], scroll: 0, kind: 'output' };

/** Lines in a frame over the whole area of the panes. */
export function OverlayPane({ area, boxed }: { readonly area: Rect; readonly boxed: boolean }): ReactNode {
  const { ui, view, theme } = useScreen();
  const overlay = ui.overlay ?? NOTHING;
  const body = overlayBody(area, boxed);
  const rows = usePainting({
    deps: [overlay, overlay.kind === 'compare' ? view.comparison : null, body.w, body.h, theme],
    make: () => paintOverlay(overlay, view, body.w, body.h, theme),
  });
  const title = overlayTitle(overlay, view, body.w, body.h);
  const frame = boxed ? 'box' : 'rule';
  return <Framed rect={area} body={body} frame={frame} title={title} rows={rows} focused theme={theme} layer={1} />;
}

/** The words that Tab found, above the prompt. */
export function Completions({ area, bottom }: { readonly area: Rect; readonly bottom: number }): ReactNode {
  const { ui, theme } = useScreen();
  const words = ui.completions;
  const most = Math.max(1, Math.min(12, area.h));
  const rows = usePainting({
    deps: [words, area.w, most, theme],
    make: () => paintCompletions(words, area.w, most, theme),
  });
  const top = bottom - rows.length;
  return <PaneBody rows={rows} left={area.x} top={top} width={area.w} height={rows.length} layer={2} />;
}
