// `info invariants`: the invariants as the history so far shows them, or all that is known of one.
import { label } from '../../debugger/index.ts';
import { INVARIANTS, invariantError } from '../invariants/index.ts';
import type { Session } from '../session.ts';
import { type Running, refuse, say } from './command.ts';

const WIDTH = Math.max(...INVARIANTS.map(({ name }) => name.length)) + 2;

/** One line for each invariant; of the one that is named, everything. The first time it runs the history again. */
export function* infoInvariants(session: Session, name: string): Running {
  const wrong = name === '' ? null : invariantError(name);
  if (wrong !== null) return refuse(`info invariants: '${name}' ${wrong}`);
  const { branch, at } = session.state.cursor;
  if (!(yield* session.invariants.read(branch, at))) return refuse('interrupted');
  const rows = session.invariants.standings(branch, at);
  const state = (one: (typeof rows)[number]) => (one.state === 'broken' ? `broken at ${label(one.at)}` : one.state);
  if (name === '') return say(...rows.map((one) => `${one.row.name.padEnd(WIDTH)}${state(one)}`));
  const lines = rows
    .filter(({ row }) => row.name === name)
    .flatMap((one) => [
      `${one.row.name}: ${state(one)}`,
      ...(one.state === 'broken' ? [`  ${one.what}`] : []),
      `  ${one.row.text}`,
      `  from      ${one.row.source}`,
      `  broken by ${one.row.writers.join(', ')}`,
      ...(one.row.stages.length === 0 ? [] : [`  whole at  ${one.row.stages.join(', ')}`]),
    ]);
  return say(...lines);
}
