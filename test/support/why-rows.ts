// Rows of an answer of why, held against the history: each leads to where the statement that it names is next to be executed,
// and the locals are there what the row says.
import { expect } from 'vitest';
import type { Result } from '../../src/session/results.ts';
import type { Session } from '../../src/session/session.ts';
import { localsOf } from '../../src/vm/index.ts';

/** Values that a row says locals had: behind the colon that follows a test or a result. */
const saidOf = (text: string): (readonly [name: string, value: string])[] => {
  const said = /(?: is (?:true|false)| {2}= \S+): (.*)$/.exec(text)?.[1] ?? '';
  return [...said.matchAll(/(?<![.\w])(\w+) = (0x[0-9a-f]+|\d+|true|false)/g)].map(([, name = '', value = '']) => [
    name,
    value,
  ]);
};

/** Holds rows against the history of the branch where a session stands; how many named a statement. */
export function rowsLead(session: Session, rows: readonly Result[]): number {
  let checked = 0;
  for (const { at, text } of rows) {
    const named = /^(?:boot \d+: )?#(\d+) T(\d+) (\w+):(\d+)/.exec(text);
    if (at === null || named === null) continue;
    const [, position, thread, fn, line] = named;
    const state = session.time.stateAt(session.state.cursor.branch, at);
    const frame = state?.threads[Number(thread) - 1]?.top;
    const program = session.loaded.boots.find(({ number }) => number === state?.boot)?.kernel.linked.program;
    const pos = program?.fns[frame?.fn ?? '']?.pos[frame?.pc ?? 0];
    expect(`#${at.at} ${frame?.fn}:${pos?.[0]}`, text).toBe(`#${position} ${fn}:${line}`);
    const locals = program == null || frame == null ? null : localsOf(program, frame);
    for (const [name, value] of saidOf(text)) {
      const held = locals?.get(name);
      if (typeof held === 'number') expect(Number(value), `${name} in ${text}`).toBe(held);
      if (typeof held === 'boolean') expect(value, `${name} in ${text}`).toBe(String(held));
    }
    checked++;
  }
  return checked;
}
