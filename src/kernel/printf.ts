// The kernel's printf, as far as boot messages need it (lib/vsprintf.c, v7.3). Knows nothing of where the text goes.
import { isRef, PHYS_ADDR_MAX, ULONG_MAX, type Value } from '../machine/index.ts';

const ERRNO: Readonly<Record<number, string>> = {
  12: 'ENOMEM',
  14: 'EFAULT',
  17: 'EEXIST',
  22: 'EINVAL',
  2: 'ENOENT',
  34: 'ERANGE',
  99: 'EADDRNOTAVAIL',
};

const asBig = (value: Value): bigint => {
  if (typeof value === 'bigint') return value;
  if (value === ULONG_MAX || value === PHYS_ADDR_MAX) return 0xffff_ffff_ffff_ffffn;
  return BigInt(Math.trunc(Number(value ?? 0)));
};

function digits(kind: string, alternate: boolean, value: Value): string {
  switch (kind) {
    case 'd':
    case 'i':
    case 'u':
      return asBig(value).toString();
    case 'x':
      return (alternate ? '0x' : '') + BigInt.asUintN(64, asBig(value)).toString(16);
    case 'X':
      return (alternate ? '0X' : '') + BigInt.asUintN(64, asBig(value)).toString(16).toUpperCase();
    case 'pa':
      return `0x${BigInt.asUintN(64, asBig(value)).toString(16).padStart(16, '0')}`;
    case 'pe':
      return `-${ERRNO[-Number(value)] ?? -Number(value)}`;
    default:
      if (isRef(value)) return String(value.at);
      return value === null ? '(null)' : String(value);
  }
}

function padded(text: string, flags: string, width: number): string {
  if (text.length >= width) return text;
  if (flags.includes('-')) return text.padEnd(width);
  if (!flags.includes('0')) return text.padStart(width);
  const sign = /^(-|0x)/i.exec(text)?.[0] ?? '';
  return sign + text.slice(sign.length).padStart(width - sign.length, '0');
}

/** What printk() keeps of a message (LOG_LINE_MAX), and so the widest field. */
const LINE_MAX = 1024;

/** `format` with its arguments, cut where printk() cuts; %d %u %x with l, ll, L, z, the flags - 0 #, a width, %s %pa %pe %c %%. */
export function printf(format: string, args: readonly Value[]): string {
  let next = 0;
  const text = format
    .slice(0, LINE_MAX)
    .replace(
      /%([-0#+ ]*)(\d*)(?:hh|h|ll|l|L|z|t)?(pa|pe|[diuxXsc%])/g,
      (_all, flags: string, width: string, kind: string) => {
        if (kind === '%') return '%';
        const value = args[next++] ?? null;
        return padded(digits(kind, flags.includes('#'), value), flags, Math.min(LINE_MAX, Number(width || 0))).slice(
          0,
          LINE_MAX,
        );
      },
    );
  return text.slice(0, LINE_MAX);
}
