// What was set and printed in a session file: settings by their names, and the values of $1, $2 and so on.
import * as z from 'zod';
import { loadValue, saveValue } from '../../machine/index.ts';
import { SETTINGS } from '../commands/settings.ts';
import { HISTORY_BUDGET } from '../history-budget.ts';
import { list, object } from '../scenario/fields.ts';
import { section } from './section.ts';

const LOCKINGS = ['off', 'on', 'step', 'replay'] as const;
const SIZE = 'is no size; write as in "512M"';

/** A size as one types it. */
const sizeText = (bytes: number): string => (bytes % 2 ** 20 === 0 ? `${bytes / 2 ** 20}M` : String(bytes));

/** Settings, those that are as they always begin left out. */
export const settingsSection = section(
  'settings',
  object('settings; write as in {"scheduler-locking": "step"}', {
    'scheduler-locking': z.enum(LOCKINGS).optional(),
    'history-budget': z.string(SIZE).max(20, SIZE).optional(),
  }),
  ({ state: { locking }, historyBudget: { bytes } }) => {
    const changed = {
      ...(locking === 'off' ? {} : { 'scheduler-locking': locking }),
      ...(bytes === HISTORY_BUDGET ? {} : { 'history-budget': sizeText(bytes) }),
    };
    return Object.keys(changed).length === 0 ? undefined : changed;
  },
  (session, values, refuse) => {
    for (const { name, set } of SETTINGS) {
      const value = values[name as keyof typeof values];
      const wrong = value === undefined ? null : set(session, value);
      if (wrong !== null) refuse([name], wrong);
    }
  },
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
