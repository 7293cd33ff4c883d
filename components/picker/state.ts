// The state of the scenario picker and what keys do to it. Knows nothing of painting and of files.

import type { GalleryGroup, GalleryRow } from '../session-view.ts';

/** A line of the list: a thread's heading or one of its scenarios. */
export type PickerLine =
  | { readonly kind: 'heading'; readonly group: GalleryGroup }
  | { readonly kind: 'row'; readonly row: GalleryRow };

/** Everything the picker knows. */
export interface PickerState {
  readonly size: { readonly cols: number; readonly rows: number };
  readonly groups: readonly GalleryGroup[];
  /** only scenarios that have these words are listed */
  readonly filter: string;
  /** are letters words to look for? */
  readonly typing: boolean;
  /** number of the selected scenario among those that are listed */
  readonly at: number;
}

/** What can happen to it. */
export type PickerAction =
  | { readonly type: 'resized'; readonly cols: number; readonly rows: number }
  | { readonly type: 'moved'; readonly to: number }
  | { readonly type: 'typing'; readonly on: boolean }
  | { readonly type: 'filtered'; readonly text: string };

/** The picker as it opens. */
export const initialPicker = (groups: readonly GalleryGroup[], cols: number, rows: number): PickerState => ({
  size: { cols, rows },
  groups,
  filter: '',
  typing: false,
  at: 0,
});

function matches(group: GalleryGroup, row: GalleryRow, words: readonly string[]): boolean {
  const text = [row.name, row.title, row.about, row.kernel, ...row.patches, group.subject].join('\n').toLowerCase();
  return words.every((word) => text.includes(word));
}

/** The lines that are listed. */
export function pickerLines({ groups, filter }: Pick<PickerState, 'groups' | 'filter'>): readonly PickerLine[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  return groups.flatMap((group): PickerLine[] => {
    const rows = group.rows.filter((row) => matches(group, row, words));
    if (rows.length === 0) return [];
    return [{ kind: 'heading', group }, ...rows.map((row): PickerLine => ({ kind: 'row', row }))];
  });
}

/** The scenarios that are listed. */
export function pickerRows(state: Pick<PickerState, 'groups' | 'filter'>): readonly GalleryRow[] {
  return pickerLines(state).flatMap((line) => (line.kind === 'row' ? [line.row] : []));
}

/** The state after something happened. */
export function reducePicker(state: PickerState, action: PickerAction): PickerState {
  switch (action.type) {
    case 'resized':
      return { ...state, size: { cols: action.cols, rows: action.rows } };
    case 'moved': {
      const last = pickerRows(state).length - 1;
      return { ...state, at: Math.max(0, Math.min(last, action.to)) };
    }
    case 'typing':
      return { ...state, typing: action.on };
    case 'filtered': {
      const selected = pickerRows(state)[state.at];
      const kept = pickerRows({ ...state, filter: action.text }).findIndex((row) => row.name === selected?.name);
      return { ...state, filter: action.text, at: Math.max(0, kept) };
    }
  }
}

/** Where the first scenario of the next thread stands, or of the one before. */
function threadFrom({ groups, filter, at }: PickerState, by: 1 | -1): number {
  const starts: number[] = [];
  let n = 0;
  for (const line of pickerLines({ groups, filter })) {
    if (line.kind === 'heading') starts.push(n);
    else n++;
  }
  return (by === 1 ? starts.find((start) => start > at) : starts.findLast((start) => start < at)) ?? at;
}

/** Where a key of movement goes; null for other keys. `page`: rows of the list. */
export function pickerMove(state: PickerState, key: string, page: number): number | null {
  const { at } = state;
  if (key === 'Up' || (key === 'k' && !state.typing)) return at - 1;
  if (key === 'Down' || (key === 'j' && !state.typing)) return at + 1;
  if (key === 'PgUp') return at - page;
  if (key === 'PgDn') return at + page;
  if (key === 'Home') return 0;
  if (key === 'End') return Number.MAX_SAFE_INTEGER;
  if (key === 'Tab') return threadFrom(state, 1);
  return key === 'S-Tab' ? threadFrom(state, -1) : null;
}
