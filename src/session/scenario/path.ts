// Names of places in a document, as messages write them. Knows nothing of documents.

import { printable } from '../printable.ts';

/** Steps from the root to a value: keys and indices. */
export type Path = readonly (string | number)[];

/** `boots[1].config.CONFIG_NUMA`; the prefix `machine.` is left out, as nothing outside it has the same names. */
export function pathText(path: Path): string {
  const short = path.length > 1 && path[0] === 'machine' ? path.slice(1) : path;
  let text = '';
  for (const step of short) {
    if (typeof step === 'number') text += `[${step}]`;
    else if (/^[\w$-]+$/.test(step)) text += `${text === '' ? '' : '.'}${printable(step, 60)}`;
    else text += `["${printable(step, 60)}"]`;
  }
  return text === '' ? 'the scenario' : text;
}
