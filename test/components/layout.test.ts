// Rectangles at every size: inside the screen, none over another, the important ones never gone.

import { describe, expect, test } from 'vitest';
import { divide, focusOrder, type Layout, layout, type Rect } from '../../components/layout.ts';
import { PANE_IDS, TURNS } from '../../components/layout-spec.ts';

function rects(places: Layout): readonly Rect[] {
  const { status, stop, timeline, message, prompt, footer, panes } = places;
  return [
    status,
    stop,
    prompt,
    ...[timeline, message, footer].filter((rect) => rect !== null),
    ...panes.map((p) => p.rect),
  ];
}

function overlaps(a: Rect, b: Rect): boolean {
  return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}

describe('layout', () => {
  test('places lie inside the screen and beside each other at every size', () => {
    for (let cols = 40; cols <= 260; cols += 7) {
      for (let rows = 10; rows <= 90; rows += 3) {
        const all = rects(layout(cols, rows));
        for (const [i, rect] of all.entries()) {
          expect(rect.x >= 0 && rect.y >= 0 && rect.x + rect.w <= cols && rect.y + rect.h <= rows).toBe(true);
          for (const other of all.slice(i + 1)) expect(overlaps(rect, other)).toBe(false);
        }
      }
    }
  });

  test('80x24 shows source, stack, threads, watch and memmap', () => {
    expect(layout(80, 24).panes.map((pane) => pane.id)).toEqual(['source', 'stack', 'threads', 'watch', 'memmap']);
  });

  test.each([
    [120, 40, 'normal'],
    [200, 60, 'wide'],
    [300, 100, 'wide'],
  ] as const)('%ix%i shows every pane in a box, but for those that are called up', (cols, rows, mode) => {
    const places = layout(cols, rows);
    expect(places.mode).toBe(mode);
    const ids = PANE_IDS.filter((id) => id === 'log' || !TURNS.includes(id));
    expect(places.panes.map((pane) => pane.id).sort()).toEqual([...ids].sort());
    for (const pane of places.panes) expect(pane.body.h).toBeGreaterThanOrEqual(2);
  });

  test('panes fill the area between stop line and timeline', () => {
    for (const [cols, rows] of [
      [80, 24],
      [100, 30],
      [120, 40],
      [150, 70],
      [200, 60],
    ] as const) {
      const { panes, area } = layout(cols, rows);
      const cells = panes.reduce((sum, { rect }) => sum + rect.w * rect.h, 0);
      expect(cells).toBe(area.w * area.h);
    }
  });

  test.each(TURNS)('%s called up has at least six rows and 61 columns at every size', (id) => {
    for (const [cols, rows] of [
      [80, 24],
      [100, 30],
      [120, 40],
      [169, 49],
      [200, 60],
    ] as const) {
      const { panes, area } = layout(cols, rows, id, false, id);
      const body = panes.find((pane) => pane.id === id)?.body;
      expect(body?.h).toBeGreaterThanOrEqual(6);
      expect(body?.w).toBeGreaterThanOrEqual(60);
      expect(panes.map((pane) => pane.id)).toContain('source');
      expect(panes.reduce((sum, { rect }) => sum + rect.w * rect.h, 0)).toBe(area.w * area.h);
    }
  });

  test('a compact screen with more rows takes in the log, then the tables', () => {
    expect(layout(100, 30).panes.map((pane) => pane.id)).toContain('log');
    expect(layout(100, 50).panes.map((pane) => pane.id)).toContain('memblock');
  });

  test('zoom gives the focused pane the whole area', () => {
    const { panes, area } = layout(120, 40, 'watch', true);
    expect(panes.map((pane) => [pane.id, pane.rect])).toEqual([['watch', area]]);
  });

  test('below 80x24 one pane is left, below 40x10 none', () => {
    expect(layout(79, 24, 'threads').panes.map((pane) => pane.id)).toEqual(['threads']);
    expect(layout(60, 12).timeline).toBeNull();
    expect(layout(39, 24).mode).toBe('tiny');
    expect(layout(80, 9).panes).toEqual([]);
  });

  test('Tab goes through the panes in sight, or through all where one is shown', () => {
    expect(focusOrder(layout(80, 24), PANE_IDS)).toHaveLength(5);
    expect(focusOrder(layout(60, 20), PANE_IDS)).toEqual(PANE_IDS);
  });
});

describe('divide', () => {
  test('gives minima first, the rest by share, all of it', () => {
    expect(
      divide(20, [
        { min: 4, grow: 1 },
        { min: 4, grow: 3 },
      ]),
    ).toEqual([7, 13]);
  });

  test('takes from the last when there is too little', () => {
    expect(
      divide(5, [
        { min: 4, grow: 1 },
        { min: 4, grow: 1 },
      ]),
    ).toEqual([4, 1]);
  });
});
