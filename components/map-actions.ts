// Moving the cursor of the memmap and zooming, by what its pane shows. Knows nothing of keys.

import type { CommandQueue } from './command-queue.ts';
import type { PaneId } from './layout-spec.ts';
import { mapShape, memmapFor } from './panes/memmap.ts';
import { cellSize, type MapPlace, type MemmapView, type SessionPort, WHOLE } from './session-view.ts';
import { MAP_VIEWS, type UiAction, type UiState } from './state.ts';
import type { Store } from './store.ts';

interface Parts {
  readonly port: SessionPort;
  readonly ui: Store<UiState, UiAction>;
  readonly queue: CommandQueue;
  /** cells and rows of a pane's body; null where it is not shown */
  readonly bodyOf: (pane: PaneId) => { readonly w: number; readonly h: number } | null;
}

/** By how much one press zooms. */
const FACTOR = 4;
/** Pages of the smallest unit that larger cells consist of, for stretches that are asked for. */
const BLOCK = 512;

/** What a key does to the memmap. */
export interface MapActions {
  /** shows the pages [start, end), and gives the pane the focus */
  look(start: number, end: number): void;
  /** moves the cursor by cells and bands */
  move(cells: number, bands: number): void;
  /** moves it by all that is shown */
  page(by: 1 | -1): void;
  zoom(by: 1 | -1): void;
  /** into the cell of the cursor, at last to its page */
  enter(): void;
  /** back to all of memory; false when that is shown */
  whole(): boolean;
  nextView(): void;
  /** counts changes from here on, or from the last stop again */
  mark(): void;
}

interface Shown {
  readonly map: MemmapView;
  readonly perBand: number;
  readonly cells: number;
}

/** What the pane shows, or would show if there were room. */
function shown({ port, ui, bodyOf }: Parts): Shown {
  const { map, focus } = ui.get();
  const { w, h } = bodyOf('memmap') ?? { w: 64, h: 4 };
  const shape = mapShape(map, focus === 'memmap', w, h);
  return {
    map: memmapFor(port.view(), map, shape),
    perBand: shape.perBand,
    cells: shape.perBand * shape.bands,
  };
}

/** The page of the cursor, the first one shown where there is none. */
const cursorOf = (map: MemmapView): number => (map.at < 0 ? map.start : map.at);

/** A place in which so many pages are seen from `start` on; cells of more than a block are whole blocks. */
function placeFor(start: number, end: number, cells: number): MapPlace {
  const per = cellSize(Math.ceil((end - start) / cells), BLOCK);
  return { per, from: start, at: start };
}

/** Makes the actions on the memmap. */
export function createMapActions(parts: Parts): MapActions {
  const { port, ui, queue, bodyOf } = parts;
  const go = (place: MapPlace) => ui.dispatch({ type: 'mapped', place });
  const moveTo = (to: number) => {
    const { map } = shown(parts);
    const { start, end } = port.view().memmap(1, WHOLE);
    const at = Math.max(start, Math.min(end - 1, to));
    go({ per: map.whole ? null : map.pagesPerCell, from: map.whole ? null : map.start, at });
  };
  return {
    look: (start, end) => {
      if (bodyOf('memmap') === null) ui.dispatch({ type: 'called', pane: null });
      ui.dispatch({ type: 'focused', pane: 'memmap' });
      go(placeFor(start, end, shown(parts).cells));
    },
    move: (cells, bands) => {
      const { map, perBand } = shown(parts);
      moveTo(cursorOf(map) + (cells + bands * perBand) * map.pagesPerCell);
    },
    page: (by) => {
      const { map } = shown(parts);
      moveTo(cursorOf(map) + by * (map.end - map.start));
    },
    zoom: (by) => {
      const { map } = shown(parts);
      const { at } = ui.get().map;
      const power = 2 ** Math.floor(Math.log2(map.pagesPerCell));
      const per = by > 0 ? Math.max(1, power / FACTOR) : power * FACTOR;
      // the session knows how many pages show all: a place with that many, or more, is the whole
      go({ per, from: null, at });
      if (by < 0 && shown(parts).map.whole) go({ ...WHOLE, at });
    },
    enter: () => {
      const { map, cells } = shown(parts);
      const at = cursorOf(map);
      if (map.pagesPerCell === 1) queue.push(`page 0x${at.toString(16)}`);
      else {
        const first = map.start + Math.floor((at - map.start) / map.pagesPerCell) * map.pagesPerCell;
        const { per, from } = placeFor(first, first + map.pagesPerCell, cells);
        go({ per, from, at: first });
      }
    },
    whole: () => {
      const { per, at } = ui.get().map;
      if (per === null && at === null) return false;
      go(WHOLE);
      return true;
    },
    nextView: () => {
      const { view } = ui.get().map;
      const next = MAP_VIEWS[(MAP_VIEWS.indexOf(view) + 1) % MAP_VIEWS.length] ?? 'all';
      ui.dispatch({ type: 'map-viewed', view: next });
    },
    mark: () =>
      queue.push(() => {
        const { position, memmap } = port.view();
        return `memmap since ${memmap(1, WHOLE).since === position.label ? 'last' : 'here'}`;
      }),
  };
}
