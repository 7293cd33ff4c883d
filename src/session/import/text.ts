// The text of an imported scenario: JSON with comments, a row a line. Knows nothing of how its values were found.

import { printable } from '../printable.ts';
import type { BootDoc, HandoverDoc, ScenarioDoc } from './document.ts';
import type { EarlyRow, Reserved } from './early.ts';
import type { MemoryRow } from './memory.ts';
import type { Span } from './observed.ts';

const hex = (value: number): string => `0x${value.toString(16)}`;

type Value = string | number | boolean | readonly (string | number)[];

/** An object on one line; undefined values are left out. */
function row(fields: Readonly<Record<string, Value | undefined>>): string {
  const given = Object.entries(fields).filter(([, value]) => value !== undefined);
  return `{ ${given.map(([key, value]) => `${JSON.stringify(key)}: ${inline(value ?? '')}`).join(', ')} }`;
}

function inline(value: Value): string {
  return Array.isArray(value) ? `[${value.map((v) => JSON.stringify(v)).join(', ')}]` : JSON.stringify(value);
}

/** A list with an element a line. */
function list(elements: readonly string[], indent: string): string {
  if (elements.length === 0) return '[]';
  return `[\n${elements.map((element) => `${indent}  ${element}`).join(',\n')}\n${indent}]`;
}

const memoryRow = ({ start, end, node, type }: MemoryRow): string =>
  row({ start: hex(start), size: hex(end - start), node, type: type === 'ram' ? undefined : type });

const reservedRow = ({ start, end, kern }: Reserved): string =>
  row({ start: hex(start), size: hex(end - start), kern: kern || undefined });

const address = (value: number | undefined): string | undefined => (value === undefined ? undefined : hex(value));

function earlyRow(early: EarlyRow): string {
  const { base, align, from, max } = early;
  return row({
    in: early.in,
    call: early.call,
    base: address(base),
    of: early.of,
    offset: early.offset,
    size: early.size,
    align: address(align),
    node: early.node,
    from: address(from),
    max: max === 1 ? 1 : address(max),
    by: early.by,
  });
}

const area = ({ start, end }: Span): string => row({ start: hex(start), size: hex(end - start) });

const PAGE = 4096;

function handover({ scratch, preserved }: HandoverDoc): string {
  const blocks = preserved.map(({ start, end }) => row({ start: hex(start), pages: Math.ceil((end - start) / PAGE) }));
  return `{
      "handover": {
        "scratch": ${list(scratch.map(area), '        ')},
        "preserved": ${list(blocks, '        ')}
      }
    }`;
}

/** What a scenario without anything handed over can be grown by. */
const EXAMPLE = `// an example of something to hand over, and the boot after it:
      // "actors": [
      //   { "at": "late_initcall", "call": "test_kho_folio", "args": [0, 9] },
      //   { "at": "late_initcall", "call": "test_kho_announce", "args": [] },
      //   { "at": "userspace", "call": "kexec_file_load", "args": ["16M", "0"] },
      //   { "at": "userspace", "call": "kernel_kexec", "args": [] }
      // ]
      // then a second boot like this one, with
      // "actors": [{ "at": "late_initcall", "call": "test_kho_restore_all", "args": [] }]`;

function kernelBoot(boot: BootDoc): string {
  const early = boot.earlyAllocations;
  const placements = Object.entries(boot.placements).map(
    ([role, pages]) => `${JSON.stringify(role)}: ${inline(pages.map(hex))}`,
  );
  const indent = '      ';
  const parts = [
    `"kernel": "${boot.kernel}"`,
    ...(boot.patches.length > 0 ? [`"patches": ${inline(boot.patches)}`] : []),
    `"config": ${Object.keys(boot.config).length === 0 ? '{}' : row(boot.config)}`,
    `"cmdline": ${JSON.stringify(boot.cmdline)}`,
    `"reserved": ${list(boot.reserved.map(reservedRow), indent)}`,
    `"earlyAllocations": ${early === 'none' ? '"none"' : list(early.map(earlyRow), indent)}`,
    ...(placements.length > 0
      ? [`"placements": {\n${placements.map((p) => `${indent}  ${p}`).join(',\n')}\n${indent}}`]
      : []),
    ...(boot.actors.length > 0
      ? [
          `"actors": ${list(
            boot.actors.map((a) => row({ ...a })),
            indent,
          )}`,
        ]
      : []),
  ];
  const isPlain = !boot.actors.some(({ call }) => /^(?:test_kho|kexec)/.test(call));
  const example = isPlain ? `\n${indent}${EXAMPLE}` : '';
  return `{\n${indent}${parts.join(`,\n${indent}`)}${example}\n    }`;
}

/** The scenario as JSON with comments; what was assumed stands at its head. */
export function scenarioText(doc: ScenarioDoc): string {
  const title = printable(doc.title, 190);
  const head = [
    `// Made by khodbg import from ${title}.`,
    ...(doc.guesses.length > 0 ? ['// Assumed:', ...doc.guesses.map((guess) => `// - ${printable(guess, 1000)}`)] : []),
  ];
  const boots = [...(doc.handover === null ? [] : [handover(doc.handover)]), ...doc.boots.map(kernelBoot)];
  return `${head.join('\n')}
{
  "format": 1,
  "title": ${JSON.stringify(title === '' ? 'imported' : title)},
  "machine": {
    "memory": ${list(doc.memory.map(memoryRow), '    ')},
    "nodes": ${list(
      doc.nodes.map((node) => row({ ...node })),
      '    ',
    )}${doc.stale ? ',\n    "fill": "stale"' : ''}
  },
  "boots": [
    ${boots.join(',\n    ')}
  ],
  "expect": []
}
`;
}
