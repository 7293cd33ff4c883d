// Branches of a history as the user knows them: their names, what two have in common, and the one in which a thread moves next,
// found before it is made. Knows nothing of commands.
import type { Branch, Choice } from '../debugger/index.ts';
import { runToBlock } from '../vm/index.ts';
import type { Session } from './session.ts';

/** Words that are no names: they mean something else where a branch may be named. */
const TAKEN = /^(?:name|start|end|main|boot\d*|b\d+|\d+)$/;

/** The name of a branch: its own, `main` of the first one, else `bN`. */
export function branchName(session: Session, id: number): string {
  return session.state.branchNames[id] ?? (id === 0 ? 'main' : `b${id}`);
}

/** A branch in a sentence: `branch 1`, or `branch` and its name. */
export function branchText(session: Session, id: number): string {
  return `branch ${session.state.branchNames[id] ?? id}`;
}

/** The branch that a number, `bN`, `main` or a name means; null when there is none. */
export function findBranch(session: Session, word: string): number | null {
  const { branches } = session.time;
  const number = /^b?(\d+)$/.exec(word)?.[1];
  const id = number === undefined ? branches.findIndex((_, i) => branchName(session, i) === word) : Number(number);
  if (word === 'main') return 0;
  return branches[id] === undefined ? null : id;
}

/** Which branches there are, for errors: `are main, b1`. */
export function branchesText(session: Session): string {
  const names = session.time.branches.map(({ id }) => branchName(session, id));
  return names.length === 1
    ? `is one branch, ${names[0]}; schedule next THREAD makes another`
    : `are ${names.join(', ')}`;
}

/** Why a branch cannot have that name; null when it can. */
export function nameError(session: Session, id: number, name: string): string | null {
  if (!/^[A-Za-z][\w-]*$/.test(name)) return `'${name}' is no name: letters, digits, - and _, a letter first`;
  if (TAKEN.test(name)) return `'${name}' means something else already`;
  const other = findBranch(session, name);
  return other === null || other === id ? null : `branch ${other} has that name`;
}

/** The thread that moves without a choice at the position where a branch leaves its parent. */
export function insteadOf(session: Session, { parent, from }: Branch): number {
  const state = parent === null ? null : session.time.stateAt(parent, { at: from, sub: 0 });
  if (state === null || parent === null) return -1;
  return session.time.mover(parent, from, state);
}

const isSame = (a: readonly Choice[], b: readonly Choice[]): boolean =>
  a.length === b.length && a.every(({ at, thread }, i) => at === b[i]?.at && thread === b[i]?.thread);

const TOLD = new WeakMap<Branch, readonly Choice[]>();

/** Choices that differ from what the schedule does without them. */
function told(session: Session, branch: Branch): readonly Choice[] {
  const { id, choices } = branch;
  const known = TOLD.get(branch);
  if (known !== undefined) return known;
  const found = choices.filter(({ at, thread }) => {
    const state = session.time.stateAt(id, { at, sub: 0 });
    return state === null || runToBlock(session.time.linked, state) !== thread;
  });
  TOLD.set(branch, found);
  return found;
}

/** The branch like `id` in which `thread` moves at a position and the schedule decides from there on: one there is, or a new one. */
export function branchWith(session: Session, id: number, at: number, thread: number): number {
  const { time } = session;
  const state = time.stateAt(id, { at, sub: 0 });
  const free = state !== null && runToBlock(session.time.linked, state) === thread;
  const before = told(session, time.branch(id)).filter((choice) => choice.at < at);
  const wanted = free ? before : [...before, { at, thread }];
  const known = time.branches.find((one) => isSame(told(session, one), wanted));
  return known?.id ?? time.fork(id, at, thread);
}
