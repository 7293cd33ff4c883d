// Style numbers for cells: reads SGR parameters, keeps each distinct look once. Knows nothing of rows and frames.

interface Look {
  readonly attributes: ReadonlySet<number>;
  readonly fg: string;
  readonly bg: string;
}

const PLAIN: Look = { attributes: new Set(), fg: '', bg: '' };

/** Which attributes a number between 22 and 29 switches off. */
const OFF: Readonly<Record<number, readonly number[]>> = {
  22: [1, 2],
  23: [3],
  24: [4],
  25: [5],
  27: [7],
  28: [8],
  29: [9],
};

function extended(parameters: readonly number[], at: number): { color: string; next: number } {
  const long = parameters[at + 1] === 2;
  const next = at + (long ? 5 : 3);
  return { color: parameters.slice(at, next).join(';'), next };
}

function apply(look: Look, parameters: readonly number[]): Look {
  let { attributes, fg, bg } = look;
  for (let i = 0; i < parameters.length; ) {
    const code = parameters[i] ?? 0;
    if (code === 38 || code === 48) {
      const { color, next } = extended(parameters, i);
      if (code === 38) fg = color;
      else bg = color;
      i = next;
      continue;
    }
    if (code === 0) ({ attributes, fg, bg } = PLAIN);
    else if (code < 10) attributes = new Set([...attributes, code]);
    else if (code < 30) attributes = new Set([...attributes].filter((a) => !OFF[code]?.includes(a)));
    else if (code === 39) fg = '';
    else if (code === 49) bg = '';
    else if (code < 40 || (code >= 90 && code < 98)) fg = String(code);
    else bg = String(code);
    i++;
  }
  return { attributes, fg, bg };
}

function sequenceOf(look: Look): string {
  const codes = [...look.attributes].sort((a, b) => a - b).map(String);
  return ['0', ...codes, look.fg, look.bg].filter((code) => code !== '').join(';');
}

/** A table of looks by number; number 0 is the plain one. */
export interface StyleTable {
  /** the style after an SGR sequence with these parameters (the text between `[` and `m`) */
  after(style: number, parameters: string): number;
  /** the whole sequence that leads to a style from any other */
  sequence(style: number): string;
}

/** Makes an empty table of looks. */
export function createStyleTable(): StyleTable {
  const looks: Look[] = [PLAIN];
  const sequences: string[] = ['\x1b[0m'];
  const numbers = new Map<string, number>([['0', 0]]);
  const steps = new Map<string, number>();
  return {
    after(style, parameters) {
      const step = `${style}:${parameters}`;
      const known = steps.get(step);
      if (known !== undefined) return known;
      const look = apply(looks[style] ?? PLAIN, parameters.split(';').map(Number));
      const key = sequenceOf(look);
      let number = numbers.get(key);
      if (number === undefined) {
        number = looks.length;
        looks.push(look);
        sequences.push(`\x1b[${key}m`);
        numbers.set(key, number);
      }
      steps.set(step, number);
      return number;
    },
    sequence: (style) => sequences[style] ?? '\x1b[0m',
  };
}
