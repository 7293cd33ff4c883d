// A pane on the screen: its frame, its title, its painted body. Knows nothing of other panes.

import { Box } from 'ink';
import { memo, type ReactNode } from 'react';
import { type BoxStyle, boxStyle, boxTitle, ruleTitle } from './frame.ts';
import { usePainting } from './hooks/use-painting.ts';
import { useStickyTop } from './hooks/use-sticky-top.ts';
import type { Frame, Place, Rect } from './layout.ts';
import { PaneBody } from './PaneBody.tsx';
import type { PaneInput } from './panes/pane.ts';
import { PANES } from './panes/table.ts';
import { useScreen } from './screen-context.ts';
import type { Theme } from './theme.ts';

/** A box of lines; drawn anew only when it moves or changes its lines. */
const Border = memo(function Border({ x, y, w, h, borderStyle }: Rect & { readonly borderStyle: BoxStyle }): ReactNode {
  return <Box position="absolute" left={x} top={y} width={w} height={h} borderStyle={borderStyle} />;
});

interface FramedProps {
  readonly rect: Rect;
  readonly body: Rect;
  readonly frame: Frame;
  readonly title: string;
  readonly rows: readonly string[];
  readonly focused: boolean;
  readonly theme: Theme;
  readonly layer?: number;
}

/** Rows with a frame and a title round them. */
export function Framed({ rect, body, frame, title, rows, focused, theme, layer = 0 }: FramedProps): ReactNode {
  const boxed = frame === 'box';
  const width = Math.max(0, boxed ? rect.w - 4 : body.w);
  const text = boxed ? boxTitle(title, focused, width, theme) : ruleTitle(title, focused, width, theme);
  const titleRows = usePainting({ deps: [text], make: () => (text === null ? [] : [text]) });
  return (
    <>
      {boxed ? <Border {...rect} borderStyle={boxStyle(focused, theme)} /> : null}
      <PaneBody rows={titleRows} left={rect.x + (boxed ? 2 : 0)} top={rect.y} width={width} height={1} layer={layer} />
      <PaneBody rows={rows} left={body.x} top={body.y} width={body.w} height={body.h} layer={layer} />
    </>
  );
}

/** One pane of the table in its place. */
export function Pane({ place }: { readonly place: Place }): ReactNode {
  const { view, ui, theme } = useScreen();
  const { id, body } = place;
  const pane = PANES[id];
  const focused = ui.focus === id && ui.overlay === null;
  const top = useStickyTop(id === 'source' ? view.source : null, ui.cursor, body.h);
  const input: PaneInput = { view, ui, w: body.w, h: body.h, theme, focused, top };
  const rows = usePainting(pane.painting(input));
  const [title = ''] = usePainting({
    deps: [view, ui.scroll, ui.map, focused, body.w, body.h, theme],
    make: () => [pane.title(input)],
  });
  return <Framed {...place} title={title} rows={rows} focused={focused} theme={theme} />;
}
