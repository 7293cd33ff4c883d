// A value as print and display show it, in the format that was asked for. Knows nothing of commands.
import { rawWords } from '../kernel/index.ts';
import { isRef, KernelFault, type Machine, runGet, type Value } from '../machine/index.ts';
import { evaluate, faultWording, type Scope } from './expression.ts';
import { formatAs, lastName, printValue } from './format.ts';
import { bootOf } from './load.ts';
import type { Session } from './session.ts';

/** The letters that may follow print/ and display/. */
const FORMATS: readonly string[] = ['', 'x', 'd', 't', 's', 'r'];

/** Splits `/x EXPR`; a sentence when the format is none. */
export function readFormat(args: string): { readonly letter: string; readonly text: string } | string {
  const [, letter = '', text = ''] = /^(?:\/([a-z]+)(?:\s+|$))?(.*)$/s.exec(args) ?? [];
  if (text.startsWith('/')) return `no format ${/^\S+/.exec(text)?.[0]}; there are /x /d /t /s /r`;
  if (text.trim() === '') return 'an expression is missing';
  return FORMATS.includes(letter) ? { letter, text: text.trim() } : `no format /${letter}; there are /x /d /t /s /r`;
}

/** The words of a struct page in hex, as dump_page() prints them raw. */
export function pageWords(machine: Machine, pfn: number): string[] {
  const page = runGet(machine.memmap, pfn);
  const words = page === null ? [] : rawWords(machine, pfn, page);
  return words.map((w) => BigInt.asUintN(64, w).toString(16).padStart(16, '0'));
}

const BLOCK_TYPE = /\.(migratetype|mt)\s*$/;

function neverWritten(session: Session, scope: Scope, text: string): boolean {
  if (!BLOCK_TYPE.test(text)) return false;
  const { kernel } = bootOf(session.loaded, scope.state);
  const written = evaluate(kernel, text.replace(BLOCK_TYPE, '.written'), scope, session.variables());
  return written.ok && written.value === false;
}

/** The value of an expression as text; not `ok` where its parts cannot be read. */
export function valueText(
  session: Session,
  scope: Scope,
  { value, text, letter }: { readonly value: Value; readonly text: string; readonly letter: string },
): { readonly ok: boolean; readonly text: string } {
  const { machine } = scope.state;
  if (letter === 'r' && isRef(value) && value.struct === 'page')
    return { ok: true, text: pageWords(machine, value.at as number).join(' ') };
  if (letter !== '' && letter !== 's') return { ok: true, text: formatAs(value, letter, lastName(text)) };
  try {
    const never = neverWritten(session, scope, text) ? ' (never written)' : '';
    return { ok: true, text: printValue(machine, value, lastName(text)) + never };
  } catch (error) {
    if (!(error instanceof KernelFault)) throw error;
    return { ok: false, text: faultWording(error) };
  }
}
