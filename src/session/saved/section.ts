// What a part of a session is that is saved under a key of its own: its shape, how it is written and how it is read back.
// Whoever gives a session something new to keep adds a section to the list. Knows no section.
import type * as z from 'zod';
import type { Path } from '../scenario/index.ts';
import type { Session } from '../session.ts';

/** Takes a reason why something cannot be honoured; the path leads to it from the section's own value. */
export type Refuse = (path: Path, why: string) => void;

/** A part of a session file. Sections are read in the order of the list, into a session that has not moved yet. */
export interface Section {
  readonly key: string;
  readonly schema: z.ZodType;
  /** plain JSON; undefined: nothing worth a line */
  write(session: Session): unknown;
  /** puts it into the session; what the history, the text or the machine does not have is refused and left out */
  read(session: Session, value: unknown, refuse: Refuse): void;
}

/** Makes a section of its parts; what `write` gives has to have the shape. */
export function section<S extends z.ZodType>(
  key: string,
  schema: S,
  write: (session: Session) => z.input<S> | undefined,
  read: (session: Session, value: z.output<S>, refuse: Refuse) => void,
): Section {
  return { key, schema, write, read: (session, value, refuse) => read(session, value as z.output<S>, refuse) };
}
