// The shipped scenarios by the thread they belong to: what the picker lists and the table in the README says. Reads titles
// only; knows nothing of what scenarios do.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { printable } from './printable.ts';

/** A folder of scenarios: the mail or the matter it is about. */
interface Thread {
  readonly folder: string;
  readonly subject: string;
  /** of the mail; null where it is about none */
  readonly date: string | null;
}

/** The folders in the order in which they are shown; others follow under their own names. */
const THREADS: readonly Thread[] = [
  { folder: 'seed-000', subject: '[PATCH v2] kho: add support for deferred struct page init', date: '2026-02-10' },
  { folder: 'seed-001', subject: '[PATCH v7 2/3] kho: fix deferred init of kho scratch', date: '2026-03-22' },
  {
    folder: 'seed-002',
    subject: 'Re: [PATCH] kho: initialize tail pages for higher order folios properly',
    date: '2025-06-11',
  },
  {
    folder: 'seed-003',
    subject: '[RFC PATCH 0/4] kho: Support preserving unsplit high-order pages',
    date: '2026-07-03',
  },
  { folder: 'seed-004', subject: 'Re: [PATCH] kho: add support for deferred struct page init', date: '2025-12-30' },
  { folder: 'family', subject: 'More bugs of the same kind', date: null },
  { folder: 'today', subject: 'v7.3 as it is', date: null },
  { folder: 'old-kernel', subject: 'What the old kernel hands over', date: null },
  { folder: 'profiles', subject: 'Other kernels', date: null },
  { folder: 'real', subject: 'Captured machines', date: null },
  { folder: '', subject: 'A first boot', date: null },
];

/** One scenario of the gallery. */
export interface GalleryRow {
  /** below the folder of scenarios, without .json: `seed-000/uninit-mid-before` */
  readonly name: string;
  readonly title: string;
  readonly about: string;
  /** kernel of the last boot and its patches */
  readonly kernel: string;
  readonly patches: readonly string[];
  readonly tourSteps: number;
}

/** The scenarios of one folder under its heading. */
export interface GalleryGroup {
  readonly folder: string;
  readonly subject: string;
  readonly date: string | null;
  readonly rows: readonly GalleryRow[];
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** A row of a file's text; what is no scenario has a row, too, and says so. */
function rowOf(name: string, text: string): GalleryRow {
  let read: unknown = null;
  try {
    read = JSON.parse(text);
  } catch {}
  if (!isRecord(read)) return { name, title: '(no JSON)', about: '', kernel: '', patches: [], tourSteps: 0 };
  const boots = Array.isArray(read.boots) ? read.boots.filter(isRecord) : [];
  const last = boots.findLast((boot) => 'kernel' in boot) ?? {};
  const patches = Array.isArray(last.patches) ? last.patches : [];
  return {
    name,
    title: printable(textOf(read.title), 200),
    about: textOf(read.about)
      .split('\n')
      .map((line) => printable(line, 4096))
      .join('\n'),
    kernel: printable(textOf(last.kernel), 40),
    patches: patches.filter((patch) => typeof patch === 'string').map((patch) => printable(patch, 100)),
    tourSteps: Array.isArray(read.tour) ? read.tour.length : 0,
  };
}

/** Reads the scenarios below a folder, by thread. */
export function readGallery(root: string): readonly GalleryGroup[] {
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .map((name) => name.replaceAll('\\', '/'))
    .filter((name) => name.endsWith('.json'))
    .sort((a, b) => a.localeCompare(b, 'en'));
  const folderOf = (name: string) => name.split('/').slice(0, -1).join('/');
  const others = [...new Set(names.map(folderOf))].filter((folder) => THREADS.every((one) => one.folder !== folder));
  const threads = [...THREADS, ...others.map((folder) => ({ folder, subject: folder, date: null }))];
  return threads.flatMap(({ folder, subject, date }) => {
    const rows = names
      .filter((name) => folderOf(name) === folder)
      .map((name) => rowOf(name.replace(/\.json$/, ''), readFileSync(join(root, name), 'utf8')));
    return rows.length === 0 ? [] : [{ folder, subject, date, rows }];
  });
}

/** `Subject (date)` */
export const groupHeading = ({ subject, date }: GalleryGroup): string =>
  date === null ? subject : `${subject} (${date})`;

/** The gallery as text. */
export function galleryText(groups: readonly GalleryGroup[]): string {
  const width = Math.max(0, ...groups.flatMap(({ rows }) => rows.map(({ name }) => name.length)));
  const lines = groups.flatMap((group) => [
    groupHeading(group),
    ...group.rows.map(({ name, title }) => `  ${name.padEnd(width)}  ${title}`),
    '',
  ]);
  return [...lines, 'khodbg NAME opens one'].join('\n');
}
