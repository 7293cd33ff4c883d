// Commands on who moves next and on the branches of the history that choices of threads make: none of them is ever overwritten.
import { type Branch, label, position } from '../../debugger/index.ts';
import { branchName, branchText, branchWith, findBranch, insteadOf, nameError } from '../branches.ts';
import { unknownThread, whereOf } from '../describe.ts';
import { sharedUpTo } from '../lineage.ts';
import type { Result } from '../results.ts';
import type { Session } from '../session.ts';
import { type Command, listed, type Output, refuse, say, usage } from './command.ts';
import { stand } from './time.ts';

/** Where a branch leaves its parent, and who moves there instead of whom. */
function departure(session: Session, branch: Branch): string {
  if (branch.parent === null) return 'the schedule without choices';
  const state = session.time.stateAt(branch.id, position(branch.from));
  const name = (index: number) => `T${index + 1} ${state?.threads[index]?.name ?? ''}`;
  const chosen = branch.choices.at(-1)?.thread ?? 0;
  const parent = branchName(session, branch.parent);
  return `leaves ${parent} at #${branch.from}: ${name(chosen)} moves instead of ${name(insteadOf(session, branch))}`;
}

/** Stages and faults that a branch has reached since it left its parent; the last stages only. */
function reachedIn(session: Session, branch: Branch): string {
  const own = session.marks(branch.id).filter((mark) => branch.parent === null || mark.at > branch.from);
  const stages = own.filter(({ kind }) => kind === 'stage').map(({ label: text }) => text);
  const faults = own.filter(({ kind }) => kind === 'fault').map((mark) => `${mark.label} at #${mark.at}`);
  const shown = [...(stages.length > 3 ? ['…'] : []), ...stages.slice(-3)].join(', ');
  return [shown, ...faults].filter((text) => text !== '').join('; ');
}

/** The lines of a branch: name, end and where it comes from; below what it has reached, and where one stands. */
function rowsOf(session: Session, branch: Branch): Result[] {
  const { cursor } = session.state;
  const { id } = branch;
  const stands = id === cursor.branch;
  const end = `#${session.time.end(id)}${branch.ended ? '' : ' …'}`;
  const at = position(branch.parent === null ? 0 : branch.from);
  const head = `${stands ? '*' : ' '} ${id}  ${branchName(session, id).padEnd(6)} to ${end.padEnd(9)} ${departure(session, branch)}`;
  const reached = reachedIn(session, branch);
  const last = position(session.time.end(id));
  return [
    { at, branch: id, depth: 0, text: head },
    ...(reached === '' ? [] : [{ at: last, branch: id, depth: 0, text: `       reached ${reached}` }]),
    ...(stands ? [{ at: cursor.at, branch: id, depth: 0, text: `       you stand at ${label(cursor.at)}` }] : []),
  ];
}

/** What `info branches` answers. */
export function infoBranches(session: Session): Output {
  return listed(
    session,
    'branches',
    session.time.branches.flatMap((branch) => rowsOf(session, branch)),
  );
}

/** What `info schedule` answers: the choices of the branch one stands in, each a place to go to. */
export function infoSchedule(session: Session): Output {
  const { branch: id } = session.state.cursor;
  const branch = session.time.branch(id);
  const rows = branch.choices.map(({ at, thread }): Result => {
    const name = session.time.stateAt(id, position(at))?.threads[thread]?.name ?? '';
    return { at: position(at), branch: id, depth: 0, text: `${label(position(at)).padEnd(10)} T${thread + 1} ${name}` };
  });
  const head = `${branchText(session, id)}: ${rows.length === 0 ? 'no choices, the default schedule' : `${rows.length} choice${rows.length === 1 ? '' : 's'} of thread`}`;
  return listed(session, 'schedule', [{ at: null, depth: 0, text: head }, ...rows]);
}

function schedule(session: Session, args: string): Output {
  const parsed = /^next\s+(\d+)$/.exec(args);
  if (parsed === null) {
    const missing = args === '' ? 'next is missing' : args === 'next' ? 'the number of a thread is missing' : null;
    return usage(scheduleCommand, missing ?? `'${args}' is not understood`);
  }
  const index = Number(parsed[1]) - 1;
  const { cursor } = session.state;
  const { length } = session.now().threads;
  if (index < 0 || index >= length) return refuse(unknownThread(index + 1, length));
  if (!session.canMove(index)) return refuse(`thread ${index + 1} cannot move: ${whereOf(session, index)}`);
  if (cursor.at.sub > 0) return refuse('inside a range operation; seek out of it first');
  const count = session.time.branches.length;
  const same = session.mover(cursor.at) === index;
  const branch = same ? cursor.branch : branchWith(session, cursor.branch, cursor.at.at, index);
  session.goto(
    { ...cursor, branch, thread: index, level: 0 },
    { kind: 'seek', lines: [`thread ${index + 1} moves next`] },
  );
  const name = branchText(session, branch);
  const made = `${name} from #${cursor.at.at}; ${branchText(session, cursor.branch)} stays as it is`;
  const told = same
    ? ' without a choice, too: no branch is made'
    : session.time.branches.length > count
      ? `: ${made}`
      : `: as in ${name}, which there is already`;
  const text = `Thread ${index + 1} moves next${told}.`;
  // which branch one then stands in is what the panes do not say
  return { ...say(text), told: [text] };
}

const scheduleCommand: Command = {
  names: ['schedule'],
  group: 'threads',
  usage: 'schedule next THREAD',
  help: 'lets another thread move next, in a branch of the history of its own; info threads lists them, info branches the branches',
  run: schedule,
  words: () => ['next'],
};

function goTo(session: Session, word: string): Output {
  const id = findBranch(session, word);
  if (id === null) return usage(branchCommand, `no branch '${word}'; info branches lists them`);
  const { cursor } = session.state;
  if (id === cursor.branch) return say(`[Current branch is ${id} (${branchName(session, id)})]`);
  const shared = sharedUpTo(session.time, cursor.branch, id);
  if (cursor.at.at <= shared && cursor.at.sub === 0) return stand(session, cursor.at, '', id);
  const from = `${branchText(session, id)}: the last position that both share`;
  return stand(session, position(Math.min(cursor.at.at, shared)), from, id);
}

function nameIt(session: Session, name: string): Output {
  const { branch } = session.state.cursor;
  if (name === '') return usage(branchCommand, 'a name is missing');
  const wrong = nameError(session, branch, name);
  if (wrong !== null) return usage(branchCommand, wrong);
  session.change((draft) => {
    draft.branchNames = { ...draft.branchNames, [branch]: name };
  });
  return say(`Branch ${branch} is ${name}.`);
}

const branchCommand: Command = {
  names: ['branch'],
  group: 'threads',
  usage: 'branch [NUMBER | NAME | name NEW-NAME]',
  help: 'lists the branches, goes to one at the position where one stands or the last that both share, or names the one one stands in',
  run(session, args) {
    const [word = '', ...rest] = args.split(/\s+/);
    if (word === '') return infoBranches(session);
    if (word === 'name') return nameIt(session, rest.join(' '));
    return rest.length > 0 ? usage(branchCommand, `'${rest.join(' ')}' is not expected`) : goTo(session, word);
  },
  words: (session) => ['name', ...session.time.branches.map(({ id }) => branchName(session, id))],
};

/** The commands of this file. */
export const branchCommands: readonly Command[] = [scheduleCommand, branchCommand];
