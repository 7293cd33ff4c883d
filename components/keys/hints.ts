// The footer: the keys that are valid now, as many as fit. Knows the key table and the state of the screen only.

import { paintRow, type Span } from '../row.ts';
import type { Theme } from '../theme.ts';
import { KEYS } from './table.ts';

/** What the screen is busy with, as far as keys are concerned. */
export type KeyMode =
  | 'keys'
  | 'called'
  | 'tree'
  | 'map'
  | 'results'
  | 'typing'
  | 'finding'
  | 'search'
  | 'overlay'
  | 'compare'
  | 'asking'
  | 'running';

type PaneMode = 'keys' | 'called' | 'tree' | 'map' | 'results';

const OTHER: Readonly<Record<Exclude<KeyMode, PaneMode>, readonly string[]>> = {
  typing: ['Enter|run', 'Esc|leave', 'Tab|complete', 'Up/Down|history', 'C-r|search', 'C-u|clear'],
  finding: ['Enter|find', 'Esc|leave', 'then C-n/C-p|next, previous'],
  search: ['Enter|run', 'C-r|older', 'Esc|cancel'],
  overlay: ['Esc|close', 'Up/Down|scroll', 'PgUp/PgDn|page', ':|command', '?|keys'],
  compare: ['Esc|close', 'Up/Down|scroll', 'Tab|other side', ':|command', '?|keys'],
  asking: ['y|yes', 'n|no'],
  running: ['C-c|stop', 'other keys|wait their turn'],
};

/** Before all others while a pane that was called up has the focus. */
const CALLED = ['q Esc|back', 'z|zoom', '< >|other panes', '/|find'];
const BEFORE: Readonly<Record<PaneMode, readonly string[]>> = {
  keys: [],
  called: CALLED,
  tree: ['Enter|open, close', ...CALLED],
  map: ['h l|cell', '+ -|zoom', 'Enter|into it', 'm|rows', '=|mark', 'Esc|all memory'],
  results: ['Enter|go there', 'q Esc|back', 'a|accesses', 'y|why', 'z|zoom', '/|find', 'M-Up M-Down|row before, next'],
};

/** Shown whatever else has to go. */
const ALWAYS = [':|command', '?|help'];
const QUIT = 'q|quit';

/** Before all others while a note of a tour is shown. */
const TOURING = ['.|next note', ',|note before'];

const isPane = (mode: KeyMode): mode is PaneMode => mode in BEFORE;

/** In a pane that was called up q leaves it. */
const alwaysIn = (mode: PaneMode): readonly string[] =>
  mode === 'keys' || mode === 'map' ? [...ALWAYS, QUIT] : ALWAYS;

/** The hints of a mode, `keys|word`, in the order in which they are given up, last first. */
export function hints(mode: KeyMode, touring = false): readonly string[] {
  const tour = touring ? TOURING : [];
  if (mode === 'overlay' || mode === 'compare') return [...tour, ...OTHER[mode]];
  if (!isPane(mode)) return OTHER[mode];
  const first = [...tour, ...BEFORE[mode]];
  const always = alwaysIn(mode);
  const taken = new Set([...first, ...always].map((hint) => hint.split('|')[0]));
  const rest = KEYS.flatMap((row) =>
    row.footer && !(touring && row.key === '.') && !taken.has(row.footer.split('|')[0]) ? [row.footer] : [],
  );
  return [...first, ...rest, ...always];
}

function fitting(list: readonly string[], width: number, always: number): readonly string[] {
  const kept = [...list];
  const length = () => kept.reduce((sum, hint) => sum + hint.length + 2, -2);
  while (length() > width && kept.length > always) kept.splice(kept.length - 1 - always, 1);
  return kept;
}

/** Paints the footer. */
export function paintFooter(mode: KeyMode, width: number, theme: Theme, touring = false): string {
  const list = fitting(hints(mode, touring), width, isPane(mode) ? alwaysIn(mode).length : 0);
  const spans: Span[] = list.flatMap((hint, i) => {
    const [keys = '', word = ''] = hint.split('|');
    return [i === 0 ? '' : '  ', ['key', keys], ` ${word}`];
  });
  return paintRow(theme, width, spans);
}
