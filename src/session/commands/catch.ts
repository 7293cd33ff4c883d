// What `catch` can catch: from the words after it to a trigger, or to a sentence that says what is wrong with them.
import type { Trigger } from '../../debugger/index.ts';
import { MIGRATETYPE_LETTERS, MIGRATETYPE_NAMES } from '../../machine/index.ts';
import { didYouMean } from '../../vm/index.ts';
import { INVARIANT_NAMES, INVARIANTS, invariantError, sentence, turnReader } from '../invariants/index.ts';
import { kernelOf } from '../kernel-of.ts';
import { CATCH_KINDS, STAGES } from '../scenario/index.ts';
import type { Session } from '../session.ts';
import { stageEnds, stageReached } from '../stages.ts';

const MOST: Readonly<Record<string, number>> = { uninit: 1, stage: 1, invariant: 1, migratetype: 2 };

/** The number of a migratetype: U, MIGRATE_UNMOVABLE or UNMOVABLE; null when the word is none. */
function readMigratetype(word: string): number | null {
  const letter = word.length === 1 ? MIGRATETYPE_LETTERS.indexOf(word.toUpperCase()) : -1;
  const name = word.toUpperCase().replace(/^MIGRATE_/, '');
  const found = letter >= 0 ? letter : MIGRATETYPE_NAMES.map(String).indexOf(name);
  return found < 0 ? null : found;
}

function migratetype(words: readonly string[]): Trigger | string {
  if (words.length === 0) return { kind: 'migratetype', from: null, to: null };
  const [from, to] = words.map(readMigratetype);
  const names = [...MIGRATETYPE_LETTERS].map((letter, i) => `${letter} MIGRATE_${MIGRATETYPE_NAMES[i]}`).join(', ');
  const wrong = words.find((word) => readMigratetype(word) === null);
  if (wrong !== undefined) return `'${wrong}' is no migratetype; they are ${names}`;
  if (from === undefined || to === undefined || from === null || to === null)
    return 'migratetype is followed by two types, the old and the new one, or by nothing';
  if (from === to) return `a type that stays ${words[0]} is no change`;
  return { kind: 'migratetype', from, to };
}

function invariant(session: Session, name: string | undefined): Trigger | string {
  const wrong = name === undefined ? null : invariantError(name);
  if (wrong !== null) return `'${name}' ${wrong}`;
  const rows = INVARIANTS.filter((row) => name === undefined || row.name === name);
  const read = turnReader(rows, ({ before }) => kernelOf(session.loaded, before).linked.program);
  return {
    kind: 'invariant',
    broken: (piece) => read(piece, piece.start).map(({ row, violation }) => `${row.name}: ${sentence(violation)}`),
  };
}

function stage(session: Session, word: string): Trigger | string {
  const [, of, name = ''] = /^(?:boot(\d+):)?(.*)$/s.exec(word) ?? [];
  if (name !== '' && !STAGES.includes(name))
    return `'${name}' is no stage${didYouMean(name, STAGES)}; stages are ${STAGES.join(', ')}`;
  return {
    kind: 'stage',
    name: name === '' ? null : name,
    ends: stageEnds(session.loaded.boots.map(({ kernel }) => kernel.initcalls)),
    reached: ({ after, trace }) => {
      if (of !== undefined && after.boot !== Number(of)) return null;
      return stageReached(kernelOf(session.loaded, after).initcalls, after, trace.returned);
    },
  };
}

function uninit(word: string): Trigger | string {
  if (word !== '' && word !== 'read' && word !== 'write') return `'${word}': read, write or nothing follows uninit`;
  return { kind: 'uninit', rw: word === 'read' ? 'r' : word === 'write' ? 'w' : null };
}

/** The trigger that the words after `catch` ask for, or why there is none. */
export function catchTrigger(session: Session, kind: string, words: readonly string[]): Trigger | string {
  const extra = words[MOST[kind] ?? 0];
  const [first = ''] = words;
  if (CATCH_KINDS.includes(kind) && extra !== undefined) return `'${extra}' is one word too many`;
  switch (kind) {
    case 'uninit':
      return uninit(first);
    case 'reinit':
      return { kind: 'reinit' };
    case 'migratetype':
      return migratetype(words);
    case 'invariant':
      return invariant(session, words[0]);
    case 'warn':
      return { kind: 'note', note: 'WARN' };
    case 'bad-page':
      return { kind: 'note', note: 'bad-page' };
    case 'oops':
      return { kind: 'fault' };
    case 'thread':
      return { kind: 'thread' };
    case 'stage':
      return stage(session, first);
    default:
      return `'${kind}' cannot be caught${didYouMean(kind, CATCH_KINDS)}; ${CATCH_KINDS.join(', ')} can`;
  }
}

/** Words that can follow `catch`. */
export const CATCH_WORDS: readonly string[] = [...CATCH_KINDS, ...INVARIANT_NAMES];
