// The shape of a scenario file, in zod; the JSON Schema is made from it. Knows nothing of positions, nor of two fields
// at once.

import * as z from 'zod';
import { firstHidden } from '../printable.ts';
import { ADDRESS_LIMIT, BYTES, hex, parseBytes } from './bytes.ts';
import { CONFIG_TABLE, type ConfigRow } from './config.ts';
import { earlySchema } from './early.ts';
import { anyText, bytes, list, object, TEXT, text, whole } from './fields.ts';

/** An address of a page. */
export const pageAddress = bytes('an address', { page: true, positive: false });
const pageSize = bytes('a size', { page: true, positive: true });
const order = whole(0, 34, 'an order');
const node = whole(0, 1023, 'a node number');
const functionName = text(100);

/** `machine.memory` */
export const memorySchema = list(
  object('a memory range; write as in {"start": "0x0", "size": "512M", "node": 0, "type": "ram"}', {
    start: bytes('an address', { page: false, positive: false }),
    size: bytes('a size', { page: false, positive: true }),
    node,
    type: z.enum(['ram', 'reserved', 'soft-reserved']).default('ram'),
  }),
  'memory ranges',
  1024,
  1,
);

/** `machine.nodes` */
export const nodesSchema = list(
  object('a node; write as in {"node": 0, "cpus": 1}', { node, cpus: whole(0, 256, 'a number of CPUs') }),
  'nodes',
  64,
  1,
);

const machineSchema = object('a machine; write as in {"memory": [...], "nodes": [...]}', {
  memory: memorySchema,
  nodes: nodesSchema,
  fill: z.enum(['poison', 'zero', 'stale']).optional(),
});

/** `boots[0].handover.scratch` */
export const scratchSchema = list(
  object('an area; write as in {"start": "64M", "size": "4M"}', { start: pageAddress, size: pageSize }),
  'scratch areas',
  64,
  1,
);

/** One entry of `boots[0].handover.preserved`; exactly one of `order` and `pages` is checked elsewhere. */
export const preservedRow = object('something preserved; write as in {"start": "0x18000000", "order": 0}', {
  start: pageAddress,
  order: order.optional(),
  pages: whole(1, 2 ** 34, 'a number of pages').optional(),
  times: whole(1, 65536, 'a number of blocks').optional(),
  every: pageSize.optional(),
});

/** `boots[0]`, where it is no kernel's */
const handoverBoot = object('a boot', {
  handover: object('a handover; write as in {"scratch": [...], "preserved": [...]}', {
    scratch: scratchSchema,
    preserved: list(preservedRow, 'preserved entries', 4096).default([]),
    radixNodes: pageAddress.optional(),
    scratchArray: pageAddress.optional(),
    fdt: pageAddress.optional(),
  }),
});

function configValue(row: ConfigRow): z.ZodOptional<z.ZodBoolean | z.ZodInt> {
  const [least, most] = row.range ?? [0, 0];
  const value =
    row.type === 'boolean'
      ? z.boolean('is neither true nor false; write one of them')
      : whole(least, most, 'a value of this option');
  return value.optional().meta({ description: row.help, default: row.default });
}

/** `boots[].config`, before defaults */
const configSchema = object(
  'a configuration; write as in {"CONFIG_DEBUG_VM": true}',
  Object.fromEntries(CONFIG_TABLE.map((row) => [row.name, configValue(row)])),
);

/** When an actor may run. */
const actorAt = z.enum(['early_initcall', 'page_alloc_init_late', 'fs_initcall', 'late_initcall', 'userspace']);

const ARGUMENT = 'is not an argument; write a whole number, true, false, or text as in "0x18000000" or "64M"';

const argument = z
  .union([z.string(ARGUMENT).regex(BYTES, ARGUMENT), z.int(ARGUMENT), z.boolean()], { error: ARGUMENT })
  .transform((given, ctx) => {
    const value = typeof given === 'string' ? parseBytes(given) : given;
    if (typeof value === 'number' && value >= ADDRESS_LIMIT)
      ctx.addIssue({ code: 'custom', message: `is too large; arguments end at ${hex(ADDRESS_LIMIT)}`, input: given });
    return value;
  });

const actorSchema = object(
  'an actor; write as in {"at": "late_initcall", "call": "kho_restore_folio", "args": [...]}',
  {
    at: actorAt,
    call: functionName,
    from: text(1000).optional(),
    args: list(argument, 'arguments', 8).default([]),
    thread: text(100).optional(),
  },
);

/** A kernel boot. */
const kernelBoot = object('a boot', {
  kernel: text(100),
  patches: list(text(1000), 'patches', 100).default([]),
  force: list(
    z.literal('KEXEC_HANDOVER', 'is not a symbol that can be forced; write "KEXEC_HANDOVER"'),
    'symbols',
    1,
    1,
  ).optional(),
  config: configSchema.default({}),
  cmdline: z
    .string(TEXT)
    .max(2047, 'is too long; an x86 command line has at most 2047 characters')
    .superRefine((given, ctx) => {
      const hidden = firstHidden(given);
      if (hidden !== null) ctx.addIssue(`holds ${hidden}; a command line is one line of plain text`);
    })
    .default(''),
  reserved: list(
    object('an area; write as in {"start": "0x9f000", "size": "4K"}', {
      start: bytes('an address', { page: false, positive: false }),
      size: bytes('a size', { page: false, positive: true }),
      kern: z.boolean('is neither true nor false; write one of them').default(false),
    }),
    'reserved areas',
    1024,
  ).default([]),
  earlyAllocations: earlySchema.default('none'),
  placements: z
    .record(functionName, list(pageAddress, 'addresses', 65_536), 'is not an object of lists of addresses')
    .default({}),
  actors: list(actorSchema, 'actors', 4096).default([]),
});

const EXPECT = 'an expectation; write as in {"at": "end", "that": "zone(0, DMA32).contiguous"}';

/** An entry of `expect`: one of four forms, told apart by their keys. */
const expectSchema = z.union(
  [
    object(EXPECT, { at: text(100), that: text(1000) }),
    object(EXPECT, { stop: text(1000), in: functionName.optional(), times: whole(0, 1e9, 'a count').optional() }),
    object(EXPECT, { fault: text(1000), in: functionName.optional() }),
    object(EXPECT, {
      breaks: text(100).regex(/^[A-Za-z][\w-]*$/, 'is not the name of an invariant; write as in "no-double-init"'),
    }),
  ],
  { error: `is not ${EXPECT}` },
);

const tourSchema = object('a step of a tour; write as in {"keys": "ccy", "shows": "page_zone", "note": "..."}', {
  keys: anyText,
  shows: anyText,
  note: text(4000, '\n'),
});

/** A whole scenario file. `$schema` is for editors and means nothing here. */
export const scenarioSchema = object('a scenario; write an object with format, title, machine and boots', {
  $schema: z.string(TEXT).optional(),
  format: z.literal(1, 'is not a format khodbg reads; write 1'),
  title: text(200),
  about: text(4000, '\n').default(''),
  machine: machineSchema,
  boots: z
    .array(
      z.union([handoverBoot, kernelBoot], {
        error: 'is not a boot; write {"handover": ...} or {"kernel": "v7.3", ...}',
      }),
      'is not a list of boots; write kernel boots, the first of which may be a handover',
    )
    .meta({ minItems: 1, maxItems: 16 }),
  stops: list(text(1000), 'stops', 1000).default([]),
  schedule: text(2 ** 22).optional(),
  expect: list(expectSchema, 'expectations', 1000).default([]),
  tour: list(tourSchema, 'steps', 1000).default([]),
});

/** What zod makes of a right file: numbers, defaults of single fields filled in. */
export type RawScenario = z.output<typeof scenarioSchema>;

/** The JSON Schema (draft 2020-12) of scenario files, for editors; looser than the loader, never stricter. */
export function scenarioJsonSchema(): Record<string, unknown> {
  return { ...z.toJSONSchema(scenarioSchema, { io: 'input' }), title: 'khodbg scenario' };
}
