// The one component that shows rows of ANSI text: painted by the frame sink where there is one, else as plain text.
// Knows nothing of what the rows say.

import { Box, type DOMElement, Text } from 'ink';
import { memo, type ReactNode, type RefObject, use, useLayoutEffect, useRef } from 'react';
import { SinkContext } from './sink/sink-context.ts';

/** Rows for a rectangle, each exactly as wide as it. */
export interface PaneBodyProps {
  readonly rows: readonly string[];
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly cursor?: { readonly x: number; readonly y: number } | null;
  /** higher ones lie above lower ones; panes are 0 */
  readonly layer?: number;
}

type BoxProps = Pick<PaneBodyProps, 'left' | 'top' | 'width' | 'height'> & {
  readonly box: RefObject<DOMElement | null>;
  readonly children?: ReactNode;
};

/** The rectangle alone. It stays as it is while rows change, so that Ink has nothing to lay out anew. */
const Rectangle = memo(function Rectangle({ box, children, ...at }: BoxProps): ReactNode {
  return (
    <Box ref={box} position="absolute" flexDirection="column" {...at}>
      {children}
    </Box>
  );
});

/** Shows rows in a rectangle of the screen. */
export function PaneBody({ rows, left, top, width, height, cursor = null, layer = 0 }: PaneBodyProps): ReactNode {
  const sink = use(SinkContext);
  const box = useRef<DOMElement>(null);
  // Not in an effect: an effect that runs makes Ink draw its whole frame again, which takes longer than all the rest.
  sink?.put(box, { rows, cursor, layer });
  useLayoutEffect(() => () => sink?.remove(box), [sink]);
  const at = { box, left, top, width, height };
  if (sink) return <Rectangle {...at} />;
  const lines = rows.slice(0, height).map((row, index) => <Line key={lineKey(index)} text={row} />);
  return <Rectangle {...at}>{lines}</Rectangle>;
}

function lineKey(index: number): string {
  return `row-${index}`;
}

function Line({ text }: { readonly text: string }): ReactNode {
  return <Text wrap="truncate">{text === '' ? ' ' : text}</Text>;
}
