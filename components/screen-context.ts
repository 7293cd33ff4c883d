// What every part of the screen shows, handed down past the components that only arrange: those need not render again.

import { createContext, use } from 'react';
import type { SessionView } from './session-view.ts';
import type { UiState } from './state.ts';
import type { Theme } from './theme.ts';

/** The session's view, the screen's own state, and how the terminal is written to. */
export interface ScreenValue {
  readonly view: SessionView;
  readonly ui: UiState;
  readonly theme: Theme;
}

/** Holds the value of the screen; null outside of one. */
export const ScreenContext = createContext<ScreenValue | null>(null);

/** The value of the screen that a component is part of. */
export function useScreen(): ScreenValue {
  const value = use(ScreenContext);
  if (value === null) throw new Error('useScreen: no screen around this component');
  return value;
}
