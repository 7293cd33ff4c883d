// Kernel options: what a kernel's .config says, what is special about a build, and what a boot betrays.

import { KERNELS, type KernelName } from '../../kernel/index.ts';
import { CONFIG_TABLE } from '../scenario/index.ts';
import type { Observed } from './observed.ts';

type Options = Readonly<Record<string, boolean | number>>;

/** Options of the table, from the text of a .config. What a listed option's absence means is not guessed. */
export function readOptions(text: string): Record<string, boolean | number> {
  const all = new Map<string, string>();
  for (const [, off, name, value] of text.matchAll(/^(?:# (CONFIG_\w+) is not set|(CONFIG_\w+)=(.*))$/gm))
    all.set(off ?? name ?? '', off === undefined ? (value ?? '') : 'n');
  // options that are not visible in Kconfig, and the visible one that they follow
  const follow = (name: string, lead: string) => {
    if (!all.has(name) && all.get(lead) === 'n') all.set(name, 'n');
  };
  follow('CONFIG_HUGETLB_PAGE', 'CONFIG_HUGETLBFS');
  follow('CONFIG_ZONE_DEVICE', 'CONFIG_MEMORY_HOTPLUG');
  follow('CONFIG_PAGE_OWNER', 'CONFIG_PAGE_EXTENSION');
  follow('CONFIG_DEBUG_VM_PGFLAGS', 'CONFIG_DEBUG_VM');
  const found: Record<string, boolean | number> = {};
  for (const row of CONFIG_TABLE) {
    const value = all.get(row.name);
    if (value === undefined) continue;
    if (row.type === 'boolean') found[row.name] = value === 'y';
    else if (Number.isInteger(Number(value))) found[row.name] = Number(value);
  }
  return found;
}

/** The build that the published captures were made with, by what its release ends in. */
const BUILDS: Readonly<Record<string, Options>> = {
  '-khodbg': {
    CONFIG_DEBUG_VM: true,
    CONFIG_DEBUG_VM_PGFLAGS: true,
    CONFIG_HUGETLB_PAGE: false,
    CONFIG_TRANSPARENT_HUGEPAGE: false,
    CONFIG_PAGE_BLOCK_MAX_ORDER: 10,
    CONFIG_ZONE_DEVICE: false,
    CONFIG_NODES_SHIFT: 6,
    CONFIG_DEFERRED_STRUCT_PAGE_INIT: true,
    CONFIG_KEXEC_HANDOVER_DEBUG: true,
    CONFIG_KEXEC_HANDOVER_ENABLE_DEFAULT: false,
    CONFIG_MEMORY_ISOLATION: true,
  },
};

/** What a word of a capture's name says of its kernel: patches on the text, options that differ. */
interface Variant {
  readonly patches?: readonly string[];
  /** the same on v7.2, where other patches make it */
  readonly before?: readonly string[];
  readonly options?: Options;
}

export const VARIANTS: Readonly<Record<string, Variant>> = {
  nopresinit: { patches: ['no-preserved-page-init'] },
  oldrelease: { patches: ['old-release-scratch'], before: ['scratch-released-early'] },
  noscratchmt: { patches: ['no-scratch-migratetype'] },
  mikev7: { patches: ['seed001-v7', 'no-extended-scratch'] },
  mikev7ext: { patches: ['seed001-v7'] },
  rfc: { patches: ['seed003-rfc'] },
  rfcrange: { patches: ['seed003-rfc-range'] },
  rfcwide: { patches: ['seed003-rfc-wide'] },
  nodbgvm: { options: { CONFIG_DEBUG_VM: false, CONFIG_DEBUG_VM_PGFLAGS: false } },
  nodefer: { options: { CONFIG_DEFERRED_STRUCT_PAGE_INIT: false } },
};

/** The profile of a release, v7.3 of `7.3.4`; undefined when khodbg has none of it. */
export function profileOf(release: string | null): KernelName | undefined {
  const version = /^\d+\.\d+(?=\.|-|$)/.exec(release ?? '')?.[0];
  return KERNELS.find((name) => name === `v${version}`);
}

/** The shipped patches that a capture's name asks for. */
export function patchesOf(words: readonly string[], kernel: KernelName): string[] {
  return words.flatMap((word) => {
    const { patches = [], before = patches } = VARIANTS[word] ?? {};
    return kernel === 'v7.2' ? before : patches;
  });
}

/** A kernel's options as far as they are known or betrayed, without what equals the default, and what was assumed. */
export function optionsOf(observed: Observed): { readonly options: Options; readonly guesses: string[] } {
  const [first] = observed.boots;
  const build = Object.entries(BUILDS).find(([end]) => first?.release?.endsWith(end) === true)?.[1];
  const variant = Object.assign({}, ...observed.words.map((word) => VARIANTS[word]?.options ?? {})) as Options;
  const known = { ...build, ...observed.options, ...variant };
  const sure = build !== undefined || Object.keys(observed.options).length > 0;
  const { options, guesses } = sure ? { options: known, guesses: [] } : guessed(observed, known);
  const table = new Map(CONFIG_TABLE.map((row) => [row.name, row.default]));
  const differing = Object.entries(options).filter(([name, value]) => table.has(name) && table.get(name) !== value);
  return { options: Object.fromEntries(differing), guesses };
}

/** Options that a log or /proc lets one infer. */
function guessed(observed: Observed, known: Options): { options: Options; guesses: string[] } {
  const poisoned = observed.boots.some((boot) => boot.poisoned);
  const order = observed.boots.map((boot) => boot.pageblockOrder).find((o) => o !== null) ?? null;
  const hugetlb = observed.boots.some((boot) => boot.hugetlb);
  const large = order === null || order === 9;
  const guesses = [
    poisoned
      ? 'CONFIG_DEBUG_VM: on, since pages were poisoned'
      : 'CONFIG_DEBUG_VM: off, since nothing shows that it is on',
    order !== null
      ? `CONFIG_HUGETLB_PAGE: ${large ? 'on' : 'off'}, since pageblocks have order ${order}`
      : hugetlb
        ? 'CONFIG_HUGETLB_PAGE: on, since HugeTLB is mentioned; so pageblocks of order 9'
        : 'CONFIG_HUGETLB_PAGE: on as in distributions; so pageblocks of order 9',
    'other options: the defaults of khodbg, which are those of distributions; a file named config beside /proc files is read',
  ];
  return {
    options: {
      ...known,
      CONFIG_DEBUG_VM: poisoned,
      CONFIG_HUGETLB_PAGE: large,
      ...(large ? {} : { CONFIG_PAGE_BLOCK_MAX_ORDER: order }),
    },
    guesses,
  };
}
