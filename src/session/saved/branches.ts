// The schedule in a session file: one row for each branch, how far it is recorded, and for all but the first where it leaves
// which parent and who moves there.
import { runnable } from '../../vm/index.ts';
import { nameError } from '../branches.ts';
import { memoryFull } from '../budget.ts';
import { anyText, list, object, whole } from '../scenario/fields.ts';
import type { Session } from '../session.ts';
import { stepOf, stepSchema, stepText } from './cursors.ts';
import { type Refuse, section } from './section.ts';

const BRANCH = 'a branch; write as in {"end": "#39120"} or {"parent": 0, "at": "#12", "thread": 2, "end": "#390"}';
/** More branches than these are refused. */
const MOST = 4096;

const rowSchema = object(BRANCH, {
  parent: whole(0, MOST, 'the number of a branch').optional(),
  at: stepSchema.optional(),
  thread: whole(1, 999_999, 'the number of a thread').optional(),
  name: anyText.optional(),
  end: stepSchema,
});

type Row = ReturnType<typeof rowSchema.parse>;

/** Makes the branch of a row; why it cannot be made, or null. */
function fork(session: Session, { parent, at, thread }: Row): string | null {
  const { time } = session;
  if (parent === undefined || at === undefined || thread === undefined)
    return 'a branch says which parent it leaves, at which position, and which thread moves there';
  if (time.branches[parent] === undefined) return `its parent, branch ${parent}, does not stand before it`;
  const from = stepOf(at);
  const state = time.stateAt(parent, { at: from, sub: 0 });
  if (state === null) return `branch ${parent} does not reach ${at}; it ends at #${time.end(parent)}`;
  if (!runnable(session.kernel.linked, state, thread - 1))
    return `thread ${thread} cannot move at ${at} of branch ${parent}`;
  if (memoryFull()) return 'the memory of this process is used up; node --max-old-space-size raises it';
  time.fork(parent, from, thread - 1);
  return null;
}

/** Makes the branch of a row where it is not the first, which is there; why it cannot be made, or null. */
function made(session: Session, row: Row, i: number): string | null {
  if (i > 0) return fork(session, row);
  const given = row.parent !== undefined || row.at !== undefined || row.thread !== undefined;
  return given ? 'the first branch is the default schedule; it has no parent and no choice' : null;
}

function name(session: Session, id: number, word: string, refuse: Refuse): void {
  const wrong = nameError(session, id, word);
  if (wrong !== null) refuse([id, 'name'], wrong);
  else
    session.change((draft) => {
      draft.branchNames = { ...draft.branchNames, [id]: word };
    });
}

function read(session: Session, rows: readonly Row[], refuse: Refuse): void {
  const { time } = session;
  for (const [i, row] of rows.entries()) {
    const wrong = made(session, row, i);
    if (wrong !== null) {
      refuse([i], wrong);
      return;
    }
    if (row.name !== undefined) name(session, i, row.name, refuse);
    while (time.end(i) < stepOf(row.end)) if (!time.grow(i)) break;
    if (time.end(i) < stepOf(row.end))
      refuse([i, 'end'], `the branch was recorded up to ${row.end}, and ends at #${time.end(i)} now`);
  }
}

/** Who moved when, and how far it is known. */
export const branchesSection = section(
  'branches',
  list(rowSchema, 'branches', MOST, 1),
  ({ time, state: { branchNames } }) =>
    time.branches.map(({ id, parent, from, choices }) => {
      const last = { ...(branchNames[id] === undefined ? {} : { name: branchNames[id] }), end: stepText(time.end(id)) };
      const choice = choices.find(({ at }) => at === from);
      if (parent === null || choice === undefined) return last;
      return { parent, at: stepText(from), thread: choice.thread + 1, ...last };
    }),
  read,
);
