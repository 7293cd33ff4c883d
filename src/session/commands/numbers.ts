// Numbers of points and displays as they are typed: `2`, `2-4`, `$bpnum`, several of them. Knows nothing of what is done to them.
import type { Session } from '../session.ts';

/** The numbers that are meant by `2`, `2-4`, `$bpnum`, several of them; a sentence when one is none. */
export function readNumbers(text: string, known: readonly number[], what: string): number[] | string {
  const out: number[] = [];
  for (const word of text.split(/[\s,]+/).filter((one) => one !== '')) {
    const [, first, last] = /^(\d+|\$bpnum)(?:-(\d+|\$bpnum))?$/.exec(word) ?? [];
    if (first === undefined) return `'${word}' is not a ${what} number`;
    const number = (given: string) => (given === '$bpnum' ? Math.max(0, ...known) : Number(given));
    const [from, to] = [number(first), number(last ?? first)];
    if (to < from) return `the range ${word} is the wrong way round`;
    for (let n = from; n <= to; n++) {
      if (!known.includes(n)) return `No ${what} number ${n}.`;
      out.push(n);
    }
  }
  return out;
}

/** The points that are meant; all where none is named. */
export function pointNumbers(session: Session, text: string): number[] | string {
  const known = session.state.points.map(({ number }) => number);
  return text.trim() === '' ? known : readNumbers(text, known, 'breakpoint');
}
