// What was set and printed in a session file: settings by their names, and the values of $1, $2 and so on.
import * as z from 'zod';
import { loadValue, saveValue } from '../../machine/index.ts';
import { list, object } from '../scenario/fields.ts';
import { section } from './section.ts';

/** Settings, those that are as they always begin left out. */
export const settingsSection = section(
  'settings',
  object('settings; write as in {"scheduler-locking": "step"}', {
    'scheduler-locking': z.enum(['off', 'on', 'step', 'replay']).default('off'),
  }),
  ({ state: { locking } }) => (locking === 'off' ? undefined : { 'scheduler-locking': locking }),
  (session, { 'scheduler-locking': locking }) =>
    session.change((draft) => {
      draft.locking = locking;
    }),
);

const VALUE = 'is not a value of kernel text';
/** The newest values that are kept. */
const KEPT = 1000;

const valueSchema = z.union(
  [
    z.number(),
    z.string().max(10_000),
    z.boolean(),
    z.null(),
    z.strictObject({ n: z.string().regex(/^0x-?[0-9a-f]{1,64}$/) }),
    z.strictObject({ struct: z.string().max(100), at: z.union([z.number(), z.string().max(100)]) }),
  ],
  { error: VALUE },
);

/** What print has printed, for expressions that name it; where there is more than is kept, the first ones. */
export const valuesSection = section(
  'values',
  list(valueSchema, 'values', KEPT),
  ({ state: { values } }) => (values.length === 0 ? undefined : values.slice(0, KEPT).map(saveValue)),
  (session, values) =>
    session.change((draft) => {
      draft.values = values.map(loadValue);
    }),
);
