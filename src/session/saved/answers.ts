// What was asked last in a session file: the answer whose rows can be jumped to, where it is a short one; and since when the
// memmap counts changes.
import type { Position } from '../../debugger/index.ts';
import type { Results } from '../results.ts';
import { anyText, list, object, whole } from '../scenario/fields.ts';
import type { Session } from '../session.ts';
import { cursorIn, cursorSchema, cursorText, notThere, positionOf, positionSchema, positionText } from './cursors.ts';
import { section } from './section.ts';

/** A longer answer is asked for again sooner than it is read in a file. */
const MOST = 100;

const branchNumber = whole(0, 4096, 'the number of a branch');

const rowSchema = object('a row of an answer; write as in {"at": "#9417", "text": "..."}', {
  at: positionSchema.optional(),
  thread: whole(1, 999_999, 'the number of a thread').optional(),
  branch: branchNumber.optional(),
  depth: whole(0, 1000, 'a depth').default(0),
  text: anyText,
});

/** Why a row leads nowhere; null when it does, or says something only. */
function astray(session: Session, branch: number, at: Position | null): string | null {
  if (session.time.branches[branch] === undefined) return `there is no branch ${branch}`;
  return at === null || session.time.stateAt(branch, at) !== null ? null : notThere(session, branch, at);
}

/** The last answer. */
export const answerSection = section(
  'answer',
  object('an answer; write as in {"title": "...", "rows": []}', {
    title: anyText,
    branch: branchNumber.default(0),
    rows: list(rowSchema, 'rows', MOST),
  }),
  ({ state: { results } }) => {
    if (results === null || results.rows.length > MOST) return undefined;
    const rows = results.rows.map(({ at, thread, branch, depth, text }) => ({
      ...(at === null ? {} : { at: positionText(at) }),
      ...(thread === undefined ? {} : { thread: thread + 1 }),
      ...(branch === undefined ? {} : { branch }),
      ...(depth === 0 ? {} : { depth }),
      text,
    }));
    return { title: results.title, ...(results.branch === 0 ? {} : { branch: results.branch }), rows };
  },
  (session, { title, branch, rows }, refuse) => {
    const results: Results = {
      title,
      branch,
      rows: rows.map(({ at: text, thread, branch: own, depth, text: words }, i) => {
        const at = text === undefined ? null : positionOf(text);
        const wrong = astray(session, own ?? branch, at);
        if (wrong !== null) refuse(['rows', i], wrong);
        return {
          at: wrong === null ? at : null,
          ...(thread === undefined ? {} : { thread: thread - 1 }),
          ...(own === undefined ? {} : { branch: own }),
          depth,
          text: words,
        };
      }),
    };
    session.change((draft) => {
      draft.results = results;
    });
  },
);

/** Since when the memmap counts changes, where that is not the last stop. */
export const sinceSection = section(
  'since',
  object('a place since when changes count; write as in {"at": "#9417 T1", "label": "#9417"}', {
    at: cursorSchema,
    label: anyText,
  }),
  ({ state: { memmapSince } }) =>
    memmapSince === null ? undefined : { at: cursorText(memmapSince.cursor), label: memmapSince.label },
  (session, { at, label }, refuse) => {
    const cursor = cursorIn(session, at);
    if (typeof cursor === 'string') {
      refuse(['at'], cursor);
      return;
    }
    session.change((draft) => {
      draft.memmapSince = { cursor, label };
    });
  },
);
