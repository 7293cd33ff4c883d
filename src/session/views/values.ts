// What of a piece of text is a value that can be asked about where one stands: expressions of a source line, pages that a line
// of output names. Knows nothing of where the text is shown.
import { prepare } from '../expression.ts';
import type { Session } from '../session.ts';
import { readTarget } from '../targets.ts';
import type { ValueView } from '../view.ts';

/** A page by its pfn; a struct by number with its fields; a name with its fields. */
const CANDIDATE =
  /\b(?:page|pfn)[ =:]+0x[0-9a-f]+|\b(?:page|pageblock|node|zone)\([\w, ]*\)(?:(?:->|\.)\w+(?:\[\w+\])?)*|[A-Za-z_]\w*(?:(?:->|\.)[A-Za-z_]\w*(?:\[\w+\])?)*/g;

/** Words of the language, and what nothing can be asked of. */
const WORDS = new Set([
  'const',
  'let',
  'if',
  'else',
  'for',
  'while',
  'do',
  'return',
  'export',
  'function',
  'true',
  'false',
]);

/** Candidates of one text; more than a source line has. */
const MOST = 24;

/** Is a name a pfn: by itself, or as the function one stands in declares it? */
function isPfn(session: Session, name: string): boolean {
  if (/pfn$/i.test(name)) return true;
  const fn = session.kernel.linked.program.fns[session.frame()?.fn ?? ''];
  if (fn === undefined || !/^\w+$/.test(name)) return false;
  const text = (session.kernel.files[fn.file] ?? '').split('\n').slice(fn.line - 1, fn.end);
  return text.some((line) => new RegExp(`\\b${name}: pfn_t\\b`).test(line));
}

/** The page of a local variable that holds a pfn or a physical address. */
function pageOf(session: Session, name: string): string | null {
  const read = session.evaluate(name);
  if (!read.ok || typeof read.value !== 'number') return null;
  const pfn = /^(?:phys|paddr)$/.test(name) ? Math.floor(read.value / 4096) : isPfn(session, name) ? read.value : null;
  return pfn !== null && readTarget(session, `page ${pfn}`).ok ? `page 0x${pfn.toString(16)}` : null;
}

function askable(session: Session, text: string): Pick<ValueView, 'expression' | 'place'> | null {
  const page = /^(?:page|pfn)[ =:]+(0x[0-9a-f]+)$/i.exec(text)?.[1];
  const named = page === undefined ? text : `page ${page}`;
  if (readTarget(session, named).ok) return { expression: named, place: named };
  if (page !== undefined) return null;
  const scope = { state: session.now(), thread: session.state.cursor.thread, frame: session.frame() };
  const read = prepare(session.kernel, text, scope, session.variables());
  if (!read.ok || !read.prepared.readsMemory || !session.evaluate(text).ok) return null;
  return { expression: text, place: pageOf(session, text) };
}

/** The values that a text names, in its order, each once. */
export function valuesIn(session: Session, text: string): readonly ValueView[] {
  const code = text.replace(/\/\/.*$/, '');
  const out: ValueView[] = [];
  for (const found of [...code.matchAll(CANDIDATE)].slice(0, MOST)) {
    const [word] = found;
    const from = found.index;
    const called = /^\s*\(/.test(code.slice(from + word.length));
    if (called || WORDS.has(word)) continue;
    const value = askable(session, word);
    if (value !== null) out.push({ ...value, from, to: from + word.length });
  }
  return out;
}
