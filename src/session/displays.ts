// Expressions that are shown at every stop, as display makes them: their values where one stands. Knows nothing of commands and
// of the screen.
import type { Frame, State } from '../vm/index.ts';
import { evaluate, isGlobal } from './expression.ts';
import { bootOf } from './load.ts';
import { valueText } from './printed-value.ts';
import type { Display, Session } from './session.ts';

/** The function whose locals an expression needs where one stands; null: none. */
export function functionOf(session: Session, expression: string): string | null {
  return isGlobal(session.kernel, expression, session.variables()) ? null : (session.frame()?.fn ?? null);
}

/** The value of a display as text in a state and frame; null where it has no meaning. */
export function displayValue(session: Session, display: Display, state: State, frame: Frame | null): string | null {
  if (display.fn !== null && display.fn !== frame?.fn) return null;
  const { kernel } = bootOf(session.loaded, state);
  const scope = { state, thread: session.state.cursor.thread, frame };
  const read = evaluate(kernel, display.expression, scope, session.variables());
  if (!read.ok) return `<error: ${read.error}>`;
  const { ok, text } = valueText(session, scope, {
    value: read.value,
    text: display.expression,
    letter: display.format,
  });
  return ok ? text : `<error: ${text}>`;
}

/** `1: expr = value`, `2: /x expr = value`. */
export function displayText(session: Session, display: Display): string | null {
  const value = displayValue(session, display, session.now(), session.frame());
  const format = display.format === '' ? '' : `/${display.format} `;
  return value === null ? null : `${display.number}: ${format}${display.expression} = ${value}`;
}

/** What is shown at a stop. */
export function displayLines(session: Session): string[] {
  return session.state.displays.flatMap((one) => (one.enabled ? (displayText(session, one) ?? []) : []));
}
