// The report as plain text for people, at most 100 columns: stages, zones, accesses to uninitialised pages, faults,
// restores, expectations. A section with nothing to say is one line.
import { kernelProfile } from '../../kernel/index.ts';
import { hex } from '../format.ts';
import { variantName } from '../patch-files.ts';
import { printable } from '../printable.ts';
import { isDeath, unexpectedDeaths } from './report.ts';
import type { Report, ReportBoot, ReportStage, ReportUninit, ReportZone } from './types.ts';

const COLUMNS = 100;
/** Of the accesses to uninitialised pages and of the faults so many are listed; the report in JSON has all. */
const LISTED = 24;

const plural = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`;

/** Rows in columns: those numbered in `right` flush right, the others flush left. */
function table(rows: readonly (readonly string[])[], right: readonly number[] = []): string[] {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => (row[i] ?? '').length)));
  const cell = (text: string, i: number) =>
    right.includes(i) ? text.padStart(widths[i] ?? 0) : text.padEnd(widths[i] ?? 0);
  return rows.map((row) => `  ${row.map(cell).join('  ')}`.trimEnd());
}

function size(bytes: string): string {
  const n = Number(bytes);
  for (const [unit, shift] of [
    ['GiB', 30],
    ['MiB', 20],
    ['KiB', 10],
  ] as const)
    if (n >= 2 ** shift && n % 2 ** shift === 0) return `${n / 2 ** shift} ${unit}`;
  return plural(n, 'byte');
}

/** `next`: the kernel that is handed to, which says in what form. */
function handoverLines(boot: ReportBoot, number: number, next: string): string[] {
  const pages = boot.preserved.reduce((sum, block) => sum + 2 ** block.order, 0);
  const areas = boot.scratch.map((area) => `${size(area.size)} at ${area.start}`).join(', ');
  const blocks = `${plural(boot.preserved.length, 'block')} (${plural(pages, 'page')})`;
  const form = (kernelProfile(next)?.bitmapBits ?? null) === null ? 'a radix tree' : 'a list of bitmaps';
  return [
    `boot ${number}: handover`,
    `  preserved: ${blocks} in ${form} of ${plural(boot.radix_pages, 'page')}`,
    `  scratch: ${areas === '' ? 'none' : areas}`,
  ];
}

function deferredText(stage: ReportStage): string {
  const firsts = stage.nodes.map((node) => (node.first_deferred_pfn === null ? '-' : hex(node.first_deferred_pfn)));
  return firsts.length > 4 ? `${firsts.slice(0, 4).join(' ')} …` : firsts.join(' ');
}

function stageRow(stage: ReportStage): string[] {
  const { pages } = stage;
  const managed = stage.zones.reduce((sum, zone) => sum + zone.managed, 0);
  const figures = [pages.initialised, pages.initialised_more_than_once, pages.reserved, pages.freed, managed];
  return [stage.name, stage.at, ...figures.map(String), deferredText(stage)];
}

function stageLines(boot: ReportBoot): string[] {
  const head = ['stage', 'at', 'init', 'twice', 'reserved', 'freed', 'managed', 'deferred from'];
  return table([head, ...boot.stages.map(stageRow)], [1, 2, 3, 4, 5, 6]);
}

function freeText(zone: ReportZone): string {
  const types = Object.entries(zone.free).map(([name, orders]) => {
    const pages = orders.reduce((sum, count, order) => sum + count * 2 ** order, 0);
    return `${name} ${pages}`;
  });
  return types.length === 0 ? '-' : types.join(' ');
}

function zoneLines(boot: ReportBoot): string[] {
  const zones = boot.stages.at(-1)?.zones ?? [];
  if (zones.length === 0) return [];
  const rows = zones.map((zone) => [
    `node ${zone.node} ${zone.zone}`,
    hex(zone.start_pfn),
    String(zone.spanned),
    String(zone.present),
    String(zone.managed),
    zone.contiguous ? 'yes' : 'no',
    freeText(zone),
  ]);
  const head = ['zone', 'start', 'spanned', 'present', 'managed', 'contig', 'free pages'];
  return ['', ...table([head, ...rows], [1, 2, 3, 4])];
}

/** Neighbours that differ in nothing but position are one row with a count. */
function grouped(accesses: readonly ReportUninit[]): { first: ReportUninit; times: number }[] {
  const out: { first: ReportUninit; times: number }[] = [];
  for (const access of accesses) {
    const last = out.at(-1);
    const { first } = last ?? {};
    const same = (['rw', 'pfn', 'field', 'function', 'stage'] as const).every((key) => first?.[key] === access[key]);
    if (last !== undefined && same) last.times++;
    else out.push({ first: access, times: 1 });
  }
  return out;
}

const more = (n: number): string[] => (n > 0 ? [`  … and ${n} more; all are in the report with --json`] : []);

function uninitLines(boot: ReportBoot): string[] {
  if (boot.uninit.length === 0) return ['', 'uninitialised struct pages: none touched'];
  const rows = grouped(boot.uninit);
  const shown = rows
    .slice(0, LISTED)
    .map(({ first, times }) => [
      first.at,
      first.rw === 'r' ? 'read' : 'write',
      `page(${hex(first.pfn)}).${first.field}`,
      first.function,
      `${first.stage}${times > 1 ? ` (${times} times)` : ''}`,
    ]);
  const head = `uninitialised struct pages: ${boot.uninit.length === 1 ? '1 access' : `${boot.uninit.length} accesses`}`;
  return ['', head, ...table([['at', '', 'page', 'function', 'during'], ...shown]), ...more(rows.length - LISTED)];
}

/** Words joined by ` < ` in lines that fit. */
function wrapped(words: readonly string[], indent: string): string[] {
  const lines: string[] = [];
  let line = indent;
  for (const [i, word] of words.entries()) {
    const next = i === 0 ? word : `${line === indent ? '' : ' '}< ${word}`;
    if (line !== indent && line.length + next.length > COLUMNS - 1) {
      lines.push(line);
      line = `${indent}${next.trimStart()}`;
    } else line += next;
  }
  return [...lines, line];
}

function faultLines(report: Report, boot: ReportBoot): string[] {
  if (boot.faults.length === 0) return ['', 'faults: none'];
  const unexpected = new Set(unexpectedDeaths(report));
  const shown = boot.faults.slice(0, LISTED).flatMap((fault) => {
    const note = isDeath(fault) ? (unexpected.has(fault) ? '  (nobody expected it)' : '  (expected)') : '';
    return [`  ${fault.at} ${fault.kind}: ${fault.text}${note}`, ...wrapped(fault.stack, '    ')];
  });
  return ['', `faults: ${boot.faults.length}`, ...shown, ...more(boot.faults.length - LISTED)];
}

function restoredLines(boot: ReportBoot): string[] {
  if (boot.restored.length === 0) return [];
  const rows = boot.restored.map((one) => [
    `${one.call}(${one.phys})`,
    one.ok ? 'ok' : 'refused',
    plural(one.pages, 'page'),
    `refcounts ${one.refcounts.join(' ')}`,
    `private ${one.private}`,
  ]);
  return ['', 'restored', ...table(rows)];
}

function expectLines(report: Report): string[] {
  const { expect } = report;
  if (expect.length === 0) return ['', 'expectations: none'];
  const held = expect.filter((one) => one.ok).length;
  const rows = expect.flatMap((one) => {
    const line = `  ${one.ok ? 'ok  ' : 'FAIL'}  ${one.what}`;
    return one.got === undefined ? [line] : [line, `        got: ${one.got}`];
  });
  return ['', `expectations: ${held} of ${expect.length} hold`, ...rows];
}

/** Words in lines that fit. */
function paragraph(text: string, indent: string): string[] {
  const lines: string[] = [];
  let line = indent;
  for (const word of text.split(' ')) {
    if (line !== indent && line.length + word.length + 1 > COLUMNS - 1) {
      lines.push(line);
      line = indent;
    }
    line += line === indent ? word : ` ${word}`;
  }
  return [...lines, line];
}

function invariantLines({ invariants }: Report): string[] {
  if (invariants.length === 0) return [];
  const held = invariants.filter((one) => one.ok).length;
  const rows = invariants.flatMap((one) =>
    one.ok
      ? []
      : [`  ${one.expected ? 'ok  ' : 'FAIL'}  ${one.name} is broken`, ...paragraph(one.what ?? '', '        ')],
  );
  return ['', `invariants: ${held} of ${invariants.length} hold`, ...rows];
}

/** Words for people that the report does not hold. */
export interface TextWords {
  readonly title: string;
  /** patches in force in the last boot */
  readonly patches?: readonly string[];
}

function bootLines(report: Report, number: number, words: TextWords): string[] {
  const boot = report.boots[number - 1];
  if (boot === undefined) return [];
  if (boot.kernel === 'handover') return ['', ...handoverLines(boot, number, report.boots[number]?.kernel ?? '')];
  const variant = number === report.boots.length ? variantName(boot.kernel, words.patches ?? []) : boot.kernel;
  if (boot.stages.length === 0) return ['', `boot ${number}: ${variant}`, '  not reached'];
  const sections = [
    stageLines(boot),
    zoneLines(boot),
    uninitLines(boot),
    faultLines(report, boot),
    restoredLines(boot),
  ];
  return ['', `boot ${number}: ${variant}`, ...sections.flat()];
}

/** The report in words; lines are safe to print and at most 100 columns wide. */
export function reportText(report: Report, words: TextWords | string): string {
  const known: TextWords = typeof words === 'string' ? { title: words } : words;
  const boots = report.boots.flatMap((_, i) => bootLines(report, i + 1, known));
  const lines = [known.title, report.scenario, ...boots, ...expectLines(report), ...invariantLines(report)];
  return `${lines.map((line) => printable(line, COLUMNS - 1)).join('\n')}\n`;
}
