// Connects Ink's keyboard to a controller. Shows nothing.

import { useInput, usePaste } from 'ink';
import { memo } from 'react';
import type { Controller } from './controller.ts';

/**
 * Sends keys and pastes to the controller for as long as it is there. It is a component of its own because Ink's hooks
 * make Ink draw its whole frame again whenever the component that uses them renders.
 */
export const Keyboard = memo(function Keyboard({ controller }: { readonly controller: Controller }): null {
  useInput((input, key) => controller.input(input, key));
  usePaste((text) => controller.paste(text));
  return null;
});
