// The figures of a capture's truth.json that are compared, as zod shapes. Lenient on purpose: what a capture does not have is
// not compared. Knows nothing of simulations.
import * as z from 'zod';

const region = z.object({
  base: z.number(),
  end: z.number(),
  flags: z.array(z.string()),
  nid: z.number().nullable(),
});

const node = z.object({
  start_pfn: z.number(),
  spanned_pages: z.number(),
  present_pages: z.number(),
  first_deferred_pfn: z.number().nullable(),
});

const zone = z.object({
  nid: z.number(),
  name: z.string(),
  start_pfn: z.number(),
  end_pfn: z.number(),
  spanned: z.number(),
  present: z.number(),
  managed: z.number(),
  free: z.number(),
  free_cma: z.number(),
  cma_pages: z.number(),
  contiguous: z.number(),
});

/** A figure of a line that may be garbled. */
const figure = z.number().optional().catch(undefined);

const page = z.object({
  label: z.string(),
  pfn: z.number(),
  class: z.string(),
  ref: figure,
  mapcount_raw: figure,
  private: figure,
  zone: figure,
  nid: figure,
  mt: z.string().optional().catch(undefined),
});

const blocks = z.object({
  nid: z.number(),
  zone: z.string(),
  UNMOV: z.number(),
  MOV: z.number(),
  RECL: z.number(),
  HIGHA: z.number(),
  CMA: z.number(),
  poisoned: z.number(),
});

const phase = z.object({
  name: z.string(),
  memblock: z.object({ memory: z.array(region), reserved: z.array(region) }).nullish(),
  nodes: z.record(z.string(), node).default({}),
  zones: z.array(zone).default([]),
  totalram_pages: z.number().optional(),
  page_class_counts: z.record(z.string(), z.number()).optional(),
  page_class_runs: z.array(z.tuple([z.number(), z.number(), z.string()])).optional(),
  pageblock_counts: z.array(blocks).optional(),
  pages: z.array(page).default([]),
});

const boot = z.object({
  boot: z.number(),
  phases: z.array(phase),
  scratch: z.array(z.object({ index: z.number(), addr: z.number(), size: z.number() })).default([]),
  radix_out: z
    .object({
      nodes: z.array(z.object({ level: z.number(), phys: z.number() })),
      keys: z.array(z.object({ pfn: z.number(), order: z.number() })),
    })
    .default({ nodes: [], keys: [] }),
  preserve: z.array(z.object({ item: z.number(), kind: z.string(), pfn: z.number(), err: z.number() })).default([]),
  restored: z
    .array(z.object({ item: z.number(), ok: z.number().optional(), totalram_delta: z.number().optional() }))
    .default([]),
  test_pages: z.array(page.extend({ when: z.string() })).default([]),
  kernel_lines: z.array(z.string()).default([]),
});

export const truthSchema = z.object({ boots: z.array(boot) });

export type TruthPhase = z.output<typeof phase>;
export type TruthBoot = z.output<typeof boot>;
export type TruthPage = z.output<typeof page>;
