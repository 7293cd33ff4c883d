// Expressions that are shown at every stop, in a session file.
import * as z from 'zod';
import { readFormat } from '../printed-value.ts';
import { anyText, list, object, whole } from '../scenario/fields.ts';
import type { Display, Session } from '../session.ts';
import { section } from './section.ts';

const displaySchema = object('a display; write as in {"number": 1, "expression": "page(0x18000).flags"}', {
  number: whole(1, 999_999, 'the number of a display'),
  expression: anyText,
  format: z.string().max(1).default(''),
  fn: anyText.optional(),
  enabled: z.boolean('is neither true nor false; write one of them').default(true),
});

type Saved = z.output<typeof displaySchema>;

/** What is wrong with which key of a display, or null. */
function problem(session: Session, { number, expression, format, fn }: Saved): readonly [keyof Saved, string] | null {
  if (session.state.displays.some((one) => one.number === number))
    return ['number', `there are two displays ${number}; give one of them another number`];
  const letter = readFormat(format === '' ? expression : `/${format} ${expression}`);
  if (typeof letter === 'string') return ['format', letter];
  const known = ({ kernel }: Session['loaded']['boots'][number]) => kernel.linked.program.fns[fn ?? ''] !== undefined;
  if (fn !== undefined) return session.loaded.boots.some(known) ? null : ['fn', `no kernel has a function "${fn}"`];
  const value = session.evaluate(expression);
  return value.ok || /^Cannot access memory/.test(value.error) ? null : ['expression', value.error];
}

/** Displays, in their order. */
export const displaysSection = section(
  'displays',
  list(displaySchema, 'displays', 1000),
  ({ state: { displays } }) =>
    displays.length === 0
      ? undefined
      : displays.map(({ number, expression, format, fn, enabled }) => ({
          number,
          expression,
          ...(format === '' ? {} : { format }),
          ...(fn === null ? {} : { fn }),
          ...(enabled ? {} : { enabled }),
        })),
  (session, rows, refuse) => {
    for (const [i, row] of rows.entries()) {
      const wrong = problem(session, row);
      if (wrong !== null) {
        refuse([i, wrong[0]], wrong[1]);
        continue;
      }
      const made: Display = { ...row, fn: row.fn ?? null };
      session.change((draft) => {
        draft.displays = [...draft.displays, made];
        draft.nextDisplay = Math.max(draft.nextDisplay, made.number + 1);
      });
    }
  },
);
