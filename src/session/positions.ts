// Positions as they are typed: `#N`, `#N.M`, `+N`, `-N`, `50%`, `start`, `end`, a stage, a checkpoint, a mark, a fault, a value, each
// also of another branch. Knows nothing of commands.
import { type Position, position } from '../debugger/index.ts';
import { didYouMean } from '../vm/index.ts';
import { branchesText, branchName, branchText, findBranch } from './branches.ts';
import { formatValue } from './format.ts';
import { STAGES } from './scenario/index.ts';
import type { Checkpoint, Cursor, Mark, Session } from './session.ts';
import type { Read } from './words.ts';

/** A position and its branch. `cursor`: thread and frame as well, where a checkpoint is meant. */
export interface Spot {
  readonly branch: number;
  readonly at: Position;
  readonly cursor?: Cursor;
}

/** A search for a position: it yields while it has to run on, so that it can be interrupted. */
export type Seeking = Generator<Position, Read<Spot>, boolean | undefined>;

/** What a position may be, for errors and help. */
export const POSITIONS =
  '#N, #N.M, +N, -N, 50%, start, end, a stage, cpN, markN, faultN or $VALUE, or BRANCH: and one of them';

const no = (error: string): Read<never> => ({ ok: false, error });
const INTERRUPTED = no('interrupted');

/** Runs the history on to its end, or to a position; false when it was interrupted. */
export function* runOn(
  session: Session,
  until: number,
  reached: () => boolean = () => false,
  branch: number = session.state.cursor.branch,
): Generator<Position, boolean, boolean | undefined> {
  const { time } = session;
  for (let n = 1; time.end(branch) < until && !time.branch(branch).ended && !reached(); n++) {
    if (!time.grow(branch)) return true;
    if (n % 512 === 0 && (yield position(time.end(branch))) === true) return false;
  }
  return true;
}

const TO_END = Number.POSITIVE_INFINITY;

/** A position asked of one branch. */
class Asked {
  constructor(
    readonly session: Session,
    readonly branch: number,
  ) {}

  get end(): number {
    return this.session.time.end(this.branch);
  }

  here(at: Position): Read<Spot> {
    return { ok: true, value: { branch: this.branch, at } };
  }

  runOn(until: number = TO_END, reached?: () => boolean): Generator<Position, boolean, boolean | undefined> {
    return runOn(this.session, until, reached, this.branch);
  }

  /** The first or last position of one boot, or of the whole history. */
  *border(name: 'start' | 'end', boot: number | null): Seeking {
    const starts = () => this.session.bootStarts(this.branch);
    const wanted = boot === null ? null : name === 'start' ? boot : boot + 1;
    const found = () => starts().find((one) => one.boot === wanted);
    if (boot === null && name === 'start') return this.here(position(0));
    if (!(yield* this.runOn(TO_END, () => found() !== undefined))) return INTERRUPTED;
    const at = found()?.at;
    if (at !== undefined) return this.here(position(name === 'start' ? at : at - 1));
    const known = boot === null || starts().some((one) => one.boot === boot);
    return name === 'end' && known ? this.here(position(this.end)) : no(`boot ${boot} is not reached`);
  }

  /** Runs on until `find` finds something among the stages and faults, which is asked when there is a new one. */
  *marked(find: () => Mark | undefined): Generator<Position, boolean, boolean | undefined> {
    let seen = -1;
    return yield* this.runOn(TO_END, () => {
      const { length } = this.session.marks(this.branch);
      if (length === seen) return false;
      seen = length;
      return find() !== undefined;
    });
  }

  /** Of the boots that have the stage: the one asked for, else the one in which one stands, else the last. */
  *stage(name: string, boot: number | null): Seeking {
    const here = boot ?? this.session.now().boot;
    const marks = () => this.session.marks(this.branch).filter((mark) => mark.kind === 'stage' && mark.label === name);
    const inBoot = () => marks().findLast((mark) => mark.boot === here);
    if (!(yield* this.marked(inBoot))) return INTERRUPTED;
    const { ended } = this.session.time.branch(this.branch);
    const mark = inBoot() ?? (boot === null && ended ? marks().at(-1) : undefined);
    return mark === undefined ? no(`the stage ${name} is not reached in this boot`) : this.here(position(mark.at));
  }

  /** The Nth fault of the history. */
  *fault(nth: number): Seeking {
    const find = () => this.session.marks(this.branch).filter((mark) => mark.kind === 'fault')[nth - 1];
    if (!(yield* this.marked(find))) return INTERRUPTED;
    const mark = find();
    const count = this.session.marks(this.branch).filter(({ kind }) => kind === 'fault').length;
    return mark === undefined
      ? no(count === 0 ? 'there is no fault in this history' : `there is no fault ${nth}; this history has ${count}`)
      : this.here(position(mark.at));
  }

  *percent(share: number): Seeking {
    if (!(yield* this.runOn())) return INTERRUPTED;
    return this.here(position(Math.round((this.end * share) / 100)));
  }

  *numbered(at: number, sub: number): Seeking {
    if (!(yield* this.runOn(at))) return INTERRUPTED;
    const p = position(at, sub);
    if (this.session.time.stateAt(this.branch, p) !== null) return this.here(p);
    const { end } = this;
    if (at > end) return no(`#${at} lies after the end of the boot, #${end}`);
    return no(`#${at}.${sub}: there is no range operation of more than ${sub} pages at #${at}`);
  }

  *relative(by: number): Seeking {
    const { at, branch } = this.session.state.cursor;
    if (by === 0 && branch === this.branch) return this.here(at);
    const back = by < 0 && at.sub > 0 ? 1 : 0;
    const to = Math.max(0, at.at + by + back);
    if (!(yield* this.runOn(to))) return INTERRUPTED;
    return this.here(position(Math.min(to, this.end)));
  }
}

/** The number behind one of the words, `cp2` or `checkpoint 2`; null where another word stands. */
function numberAfter(word: string, names: string): number | null {
  const found = new RegExp(`^(?:${names})\\s*(\\d+)$`).exec(word)?.[1];
  return found === undefined ? null : Number(found);
}

/** The checkpoints that are meant by a note: the whole of it, in quotes or not. */
function noted(session: Session, text: string): readonly Checkpoint[] {
  const note = /^"(.*)"$/.exec(text)?.[1] ?? text;
  return note === '' ? [] : session.state.checkpoints.filter((one) => one.note === note);
}

/** A checkpoint with its thread and frame; `branch`: the one that was named before it. */
function checkpoint(session: Session, { number, cursor }: Checkpoint, branch: number | null): Read<Spot> {
  if (branch !== null && branch !== cursor.branch)
    return no(`checkpoint ${number} lies in ${branchText(session, cursor.branch)}`);
  return { ok: true, value: { branch: cursor.branch, at: cursor.at, cursor } };
}

function numberedCheckpoint(session: Session, number: number, branch: number | null): Read<Spot> {
  const found = session.state.checkpoints.find((one) => one.number === number);
  return found === undefined ? no(`No checkpoint number ${number}.`) : checkpoint(session, found, branch);
}

function byNote(session: Session, text: string, branch: number | null): Read<Spot> | null {
  const [found, other] = noted(session, text);
  if (found === undefined) return text.startsWith('"') ? no(`no checkpoint has the note ${text}`) : null;
  if (other === undefined) return checkpoint(session, found, branch);
  const numbers = noted(session, text).map(({ number }) => `cp${number}`);
  return no(`several checkpoints have that note: ${numbers.join(', ')}`);
}

function mark(session: Session, number: number, asked: Asked): Read<Spot> {
  const found = session.stopMarks(asked.branch).find((one) => one.number === number);
  return found === undefined
    ? no(`no mark ${number} in ${branchText(session, asked.branch)}; info marks lists them`)
    : asked.here(position(found.at));
}

/** `$1`, `$_step`, `$1 + 20`: what is a position by its value. */
function valued(session: Session, word: string, asked: Asked): Seeking | Read<Spot> {
  const read = session.evaluate(word);
  if (!read.ok) return no(read.error);
  const { value } = read;
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0)
    return no(`${word} is ${formatValue(value)}, which is no position`);
  return asked.numbered(value, 0);
}

/** Splits the branch off, where one is named. A note may have a colon as well. */
function branchOf(session: Session, text: string): Read<{ readonly branch: number | null; readonly word: string }> {
  const [, name, word = ''] = /^([\w-]+):(?!:)\s*(.*)$/s.exec(text) ?? [];
  if (name === undefined || /^boot\d+$/.test(name)) return { ok: true, value: { branch: null, word: text } };
  const branch = findBranch(session, name);
  if (branch !== null) return { ok: true, value: { branch, word } };
  return no(`'${name}' is no branch; there ${branchesText(session)}`);
}

/** Reads a position and runs the history on as far as it takes. */
export function* readPosition(session: Session, text: string): Seeking {
  const given = text.trim();
  // a note may have a colon; else it comes after all that are positions by themselves
  const note = /[:"]/.test(given) ? byNote(session, given, null) : null;
  if (note?.ok) return note;
  const split = branchOf(session, given);
  if (!split.ok) return split;
  const { branch } = split.value;
  const boot = /^boot(\d+):/.exec(split.value.word)?.[1];
  const word = split.value.word.replace(/^boot\d+:/, '');
  const asked = new Asked(session, branch ?? session.state.cursor.branch);
  const of = boot === undefined ? null : Number(boot);
  if (word === '' && branch !== null) return yield* asked.relative(0);
  if (word === 'start' || word === 'end') return yield* asked.border(word, of);
  if (STAGES.includes(word)) return yield* asked.stage(word, of);
  const exact = /^#?(\d+)(?:\.(\d+))?$/.exec(word);
  if (exact !== null) return yield* asked.numbered(Number(exact[1]), Number(exact[2] ?? 0));
  const relative = /^([+-])\s*(\d+)$/.exec(word);
  if (relative !== null) return yield* asked.relative(Number(relative[2]) * (relative[1] === '-' ? -1 : 1));
  const share = /^(\d+(?:\.\d+)?)%$/.exec(word);
  if (share !== null) return yield* asked.percent(Math.min(100, Number(share[1])));
  const kept = numberAfter(word, 'checkpoint|cp');
  if (kept !== null) return numberedCheckpoint(session, kept, branch);
  const marked = numberAfter(word, 'mark');
  if (marked !== null) return mark(session, marked, asked);
  const fault = numberAfter(`${word}${word === 'fault' ? '1' : ''}`, 'fault');
  if (fault !== null) return yield* asked.fault(fault);
  if (word.startsWith('$')) {
    const value = valued(session, word, asked);
    return 'next' in value ? yield* value : value;
  }
  return byNote(session, word, branch) ?? no(unknown(session, given, word));
}

function unknown(session: Session, given: string, word: string): string {
  if (session.kernel.linked.program.fns[word] !== undefined)
    return `'${given}' is a function and no position; go ${word} lists its executions, to choose from`;
  return `'${given}' is no position; write ${POSITIONS}${didYouMean(word, positionWords(session))}`;
}

/** Splits several positions: words, or words with a number after them, or a note in quotes. */
export function splitPositions(text: string): string[] {
  return text.match(/(?:[\w-]+:)*(?:(?:checkpoint|cp|mark|fault)\s+\d+|"[^"]*"|\S+)/g) ?? [];
}

/** Words that complete a position; of other branches, with their names before them. */
export function positionWords(session: Session): string[] {
  const { checkpoints, cursor } = session.state;
  const notes = checkpoints.flatMap(({ note }) => (/^[\w-]+$/.test(note) ? [note] : []));
  const own = [...STAGES, 'start', 'end', 'fault', ...checkpoints.map(({ number }) => `cp${number}`), ...notes];
  const marks = session.stopMarks().flatMap(({ number }) => (number === undefined ? [] : [`mark${number}`]));
  const others = session.time.branches.filter(({ id }) => id !== cursor.branch);
  const there = others.flatMap(({ id }) =>
    ['', 'start', 'end', ...STAGES].map((word) => `${branchName(session, id)}:${word}`),
  );
  return [...own, ...marks, ...there];
}
