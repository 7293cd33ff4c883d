// How many colours and which characters a terminal takes, read from the environment. Knows nothing of styles.

import type { ColorLevel } from './theme.ts';

/** Environment variables by name, as in process.env. */
export type Environment = Readonly<Record<string, string | undefined>>;

function forced(value: string | undefined): ColorLevel | null {
  if (value === undefined) return null;
  if (value === '0' || value === 'false') return 0;
  if (value === '2') return 2;
  return value === '3' ? 3 : 1;
}

function offered(env: Environment): ColorLevel {
  if (/^(truecolor|24bit)$/i.test(env.COLORTERM ?? '')) return 3;
  return /256|direct|kitty|alacritty/i.test(env.TERM ?? '') ? 2 : 1;
}

/** Decides the colours: `--color` first, then NO_COLOR, then FORCE_COLOR, then what TERM and COLORTERM say. */
export function colorLevel(color: 'auto' | 'always' | 'never', env: Environment): ColorLevel {
  if (color === 'never') return 0;
  const force = forced(env.FORCE_COLOR);
  if (color === 'always') return force || offered(env);
  if (env.NO_COLOR) return 0;
  if (force !== null) return force;
  return env.TERM === 'dumb' ? 0 : offered(env);
}

/** Says whether the locale takes UTF-8; an unset locale is POSIX and does not. */
export function isUtf8(env: Environment): boolean {
  if (env.WT_SESSION) return true;
  return /utf-?8/i.test(env.LC_ALL || env.LC_CTYPE || env.LANG || '');
}
