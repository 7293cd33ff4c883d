// Styles by meaning and the escape codes they become. Letters and shapes carry the meaning, colour comes second.
// Palette: Okabe and Ito's, safe for colour-blind readers, with 256- and 16-colour and no-colour mappings.

/** How many colours may be written: none, 16, 256, or 24 bits. */
export type ColorLevel = 0 | 1 | 2 | 3;

interface Color {
  readonly rgb: readonly [number, number, number];
  readonly c256: number;
  /** SGR number of the foreground; the background is ten more */
  readonly c16: number;
}

const COLORS = {
  orange: { rgb: [0xe6, 0x9f, 0x00], c256: 214, c16: 33 },
  sky: { rgb: [0x56, 0xb4, 0xe9], c256: 74, c16: 36 },
  green: { rgb: [0x00, 0x9e, 0x73], c256: 36, c16: 32 },
  yellow: { rgb: [0xf0, 0xe4, 0x42], c256: 227, c16: 93 },
  blue: { rgb: [0x00, 0x72, 0xb2], c256: 25, c16: 34 },
  vermillion: { rgb: [0xd5, 0x5e, 0x00], c256: 166, c16: 31 },
  purple: { rgb: [0xcc, 0x79, 0xa7], c256: 175, c16: 35 },
  white: { rgb: [0xff, 0xff, 0xff], c256: 231, c16: 97 },
} as const satisfies Record<string, Color>;

interface Style {
  readonly attributes?: readonly Attribute[];
  readonly fg?: keyof typeof COLORS;
  readonly bg?: keyof typeof COLORS;
  /** attributes instead of the colours where there are none */
  readonly mono?: readonly Attribute[];
}

const ATTRIBUTES = { bold: '1', dim: '2', underline: '4', inverse: '7' } as const;
type Attribute = keyof typeof ATTRIBUTES;

const STYLES = {
  plain: {},
  dim: { attributes: ['dim'] },
  bold: { attributes: ['bold'] },
  title: { attributes: ['bold'] },
  focus: { attributes: ['bold', 'inverse'] },
  status: { attributes: ['bold'], fg: 'sky' },
  position: { attributes: ['bold'] },
  reverse: { attributes: ['bold'], fg: 'orange', mono: ['bold', 'inverse'] },
  stop: { attributes: ['bold'], fg: 'orange' },
  fault: { attributes: ['bold'], fg: 'white', bg: 'vermillion', mono: ['bold', 'inverse'] },
  error: { attributes: ['bold'], fg: 'vermillion' },
  current: { attributes: ['bold'], fg: 'white', bg: 'blue', mono: ['bold', 'inverse'] },
  cursor: { attributes: ['underline'] },
  breakpoint: { attributes: ['bold'], fg: 'vermillion' },
  number: { attributes: ['dim'] },
  keyword: { fg: 'sky' },
  comment: { attributes: ['dim'] },
  constant: { fg: 'purple' },
  changed: { attributes: ['bold'], fg: 'yellow' },
  selected: { attributes: ['bold'] },
  event: { fg: 'sky' },
  key: { attributes: ['bold'] },
  here: { attributes: ['bold', 'inverse'] },
  uninit: { attributes: ['dim'] },
  bad: { attributes: ['bold'], fg: 'vermillion' },
  kept: { attributes: ['bold'], fg: 'orange' },
  reserved: { fg: 'purple' },
  free: { fg: 'green' },
  ready: { fg: 'sky' },
  mixed: { attributes: ['bold'] },
} as const satisfies Record<string, Style>;

/** The name of a style: what the text means, not how it looks. */
export type StyleName = keyof typeof STYLES;

/** The signs that exist in two forms, for UTF-8 and for ASCII terminals. */
export interface Glyphs {
  readonly rule: string;
  readonly here: string;
  readonly more: string;
  readonly unset: string;
  readonly dots: string;
  /** where a boot begins on the timeline */
  readonly boot: string;
  /** where a branch leaves */
  readonly fork: string;
  /** checkpoints by number, from 1, and those beyond */
  readonly checkpoints: string;
  readonly checkpoint: string;
  /** a thread's part of a column: most of it, some */
  readonly laneMost: string;
  readonly laneSome: string;
}

/** What painters need to know of the terminal: escape codes by style, signs, and whether only ASCII may be written. */
export interface Theme {
  readonly level: ColorLevel;
  readonly ascii: boolean;
  readonly glyphs: Glyphs;
  /** the sequence that switches a style on; empty for plain */
  readonly sgr: Readonly<Record<StyleName, string>>;
}

function color(name: keyof typeof COLORS, level: ColorLevel, background: boolean): string {
  const { rgb, c256, c16 } = COLORS[name];
  if (level === 3) return `${background ? 48 : 38};2;${rgb.join(';')}`;
  if (level === 2) return `${background ? 48 : 38};5;${c256}`;
  return String(c16 + (background ? 10 : 0));
}

function sequence(style: Style, level: ColorLevel): string {
  const attributes = level === 0 ? (style.mono ?? style.attributes ?? []) : (style.attributes ?? []);
  const codes: string[] = attributes.map((name) => ATTRIBUTES[name]);
  if (level > 0 && style.fg) codes.push(color(style.fg, level, false));
  if (level > 0 && style.bg) codes.push(color(style.bg, level, true));
  return codes.length === 0 ? '' : `\x1b[${codes.join(';')}m`;
}

const UNICODE: Glyphs = {
  rule: '─',
  here: '▼',
  more: '…',
  unset: '·',
  dots: '…',
  boot: '║',
  fork: '├',
  checkpoints: '①②③④⑤⑥⑦⑧⑨',
  checkpoint: '◆',
  laneMost: '█',
  laneSome: '▄',
};
const PLAIN: Glyphs = {
  rule: '-',
  here: 'v',
  more: '~',
  unset: '.',
  dots: '...',
  boot: '#',
  fork: '+',
  checkpoints: '',
  checkpoint: '@',
  laneMost: '#',
  laneSome: '=',
};

/** Makes the theme for a number of colours and a character set. */
export function createTheme(level: ColorLevel, ascii: boolean): Theme {
  const names = Object.keys(STYLES) as StyleName[];
  const sgr = Object.fromEntries(names.map((name) => [name, sequence(STYLES[name], level)]));
  return { level, ascii, glyphs: ascii ? PLAIN : UNICODE, sgr: sgr as Record<StyleName, string> };
}
