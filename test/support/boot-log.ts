// A small boot log as a distribution's kernel prints it, in parts that tests leave out or change. Knows nothing of khodbg.

/** What may differ between logs. */
export interface LogParts {
  readonly release: string;
  readonly cmdline: string;
  readonly srat: boolean;
  readonly traced: boolean;
  readonly extra: readonly string[];
}

const MAP = [
  'BIOS-provided physical RAM map:',
  'BIOS-e820: [mem 0x0000000000000000-0x000000000009fbff] usable',
  'BIOS-e820: [mem 0x000000000009fc00-0x000000000009ffff] reserved',
  'BIOS-e820: [mem 0x00000000000f0000-0x00000000000fffff] reserved',
  'BIOS-e820: [mem 0x0000000000100000-0x000000007ffdcfff] usable',
  'BIOS-e820: [mem 0x000000007ffdd000-0x000000007fffffff] reserved',
  'BIOS-e820: [mem 0x00000000fffc0000-0x00000000ffffffff] reserved',
  'BIOS-e820: [mem 0x0000000100000000-0x000000017fffffff] usable',
];

const EDITS = [
  'e820: update [mem 0x00000000-0x00000fff] usable ==> reserved',
  'e820: remove [mem 0x000a0000-0x000fffff] usable',
];

const DUMP = [
  'MEMBLOCK configuration:',
  ' memory size = 0x00000000fff7bc00 reserved size = 0x0000000003e13000',
  ' memory.cnt  = 0x3',
  ' memory[0x0]\t[0x0000000000001000-0x000000000009efff], 0x000000000009e000 bytes flags: 0x0',
  ' memory[0x1]\t[0x0000000000100000-0x000000007ffdcfff], 0x000000007fedd000 bytes flags: 0x0',
  ' memory[0x2]\t[0x0000000100000000-0x000000017fffffff], 0x0000000080000000 bytes flags: 0x0',
  ' reserved.cnt  = 0x4',
  ' reserved[0x0]\t[0x0000000000000000-0x000000000000ffff], 0x0000000000010000 bytes flags: 0x0',
  ' reserved[0x1]\t[0x000000000009f000-0x00000000000fffff], 0x0000000000061000 bytes flags: 0x0',
  ' reserved[0x2]\t[0x0000000001000000-0x0000000003efffff], 0x0000000002f00000 bytes flags: 0x20',
  ' reserved[0x3]\t[0x000000007e000000-0x000000007ffdcfff], 0x0000000001fdd000 bytes flags: 0x20',
];

const EARLY = [
  '__memblock_reserve: [0x00000000000f5b90-0x00000000000f5b9f] nid=-1 flags=0 smp_scan_config+0xd1/0x160',
  '__memblock_reserve: [0x0000000003e00000-0x0000000003efffff] nid=-1 flags=20 setup_arch+0x9b9/0xaf0',
  'memblock_add: [0x0000000000001000-0x000000000009fbff] e820__memblock_setup+0x4c/0xc0',
  'memblock_add: [0x0000000000100000-0x000000007ffdcfff] e820__memblock_setup+0x4c/0xc0',
  'memblock_add: [0x0000000100000000-0x000000017fffffff] e820__memblock_setup+0x4c/0xc0',
  ...DUMP,
  'memblock_phys_alloc_range: 24576 bytes align=0x1000 from=0x0000000000000000 max_addr=0x0000000000100000 reserve_real_mode+0x65/0xc0',
  '__memblock_reserve: [0x0000000000099000-0x000000000009efff] nid=-1 flags=20 memblock_alloc_range_nid+0xcc/0x190',
];

const SRAT = [
  'ACPI: SRAT: Node 0 PXM 0 [mem 0x00000000-0x0009ffff]',
  'ACPI: SRAT: Node 0 PXM 0 [mem 0x00100000-0x7fffffff]',
  'ACPI: SRAT: Node 1 PXM 1 [mem 0x100000000-0x17fffffff]',
  'NUMA: Node 0 [mem 0x00001000-0x0009ffff] + [mem 0x00100000-0x7fffffff] -> [mem 0x00001000-0x7fffffff]',
];

const NODE_DATA = [
  '__memblock_reserve: [0x000000017fffb180-0x000000017fffefff] nid=1 flags=20 memblock_alloc_range_nid+0xcc/0x190',
  'NODE_DATA(1) allocated [mem 0x17fffb180-0x17fffefff]',
];

const LATE = [
  'memblock_alloc_try_nid: 73 bytes align=0x40 nid=-1 from=0x0000000000000000 max_addr=0x0000000000000000 __memblock_alloc_or_panic+0x23/0x50',
  '__memblock_reserve: [0x000000017fffb100-0x000000017fffb148] nid=-1 flags=20 memblock_alloc_range_nid+0xcc/0x190',
  'Zone ranges:',
  'memblock_alloc_try_nid: 16384 bytes align=0x40 nid=-1 from=0x0000000000000000 max_addr=0x0000000000000000 __memblock_alloc_or_panic+0x23/0x50',
  '__memblock_reserve: [0x000000017fff7100-0x000000017fffb0ff] nid=-1 flags=20 memblock_alloc_range_nid+0xcc/0x190',
  'memblock_alloc_try_nid_raw: 2097152 bytes align=0x200000 nid=1 from=0x0000000001000000 max_addr=0x0000000000000001 memmap_alloc+0x38/0x60',
  '__memblock_reserve: [0x000000017fc00000-0x000000017fdfffff] nid=1 flags=20 memblock_alloc_range_nid+0xcc/0x190',
  'memblock_alloc_try_nid: 308 bytes align=0x40 nid=-1 from=0x0000000000000000 max_addr=0x0000000000000000 __memblock_alloc_or_panic+0x23/0x50',
  '__memblock_reserve: [0x000000017fff6f80-0x000000017fff70b3] nid=-1 flags=20 memblock_alloc_range_nid+0xcc/0x190',
  'setup_percpu: NR_CPUS:8192 nr_cpumask_bits:4 nr_cpu_ids:4 nr_node_ids:2',
  'memblock_alloc_try_nid: 2097152 bytes align=0x200000 nid=1 from=0x0000000001000000 max_addr=0x0000000000000000 pcpu_fc_alloc+0x7b/0xd0',
  '__memblock_reserve: [0x000000017fa00000-0x000000017fbfffff] nid=1 flags=20 memblock_alloc_range_nid+0xcc/0x190',
  'memblock_phys_free: [0x000000017fa27000-0x000000017fbfffff] memblock_free+0x2d/0x40',
  'memblock_alloc_try_nid: 67108864 bytes align=0x1000 nid=-1 from=0x0000000000000000 max_addr=0x00000000ffffffff swiotlb_init_remap+0xb2/0x2d0',
  '__memblock_reserve: [0x000000007a000000-0x000000007dffffff] nid=-1 flags=20 memblock_alloc_range_nid+0xcc/0x190',
];

const END = [
  'smpboot: Allowing 4 CPUs, 0 hotplug CPUs',
  'HugeTLB: registered 2.00 MiB page size, pre-allocated 0 pages',
  'smp: Bringing up secondary CPUs ...',
  '.... node  #0, CPUs:      #1',
  '.... node  #1, CPUs:      #2 #3',
  'smp: Brought up 2 nodes, 4 CPUs',
  'Memory: 3980000K/4193772K available (22528K kernel code, 4456K rwdata, 9000K rodata, 5000K init, 4000K bss, 200000K reserved, 0K cma-reserved)',
];

const USUAL: LogParts = {
  release: '6.12.9-200.fc41.x86_64',
  cmdline: 'BOOT_IMAGE=/vmlinuz root=/dev/vda3 ro quiet',
  srat: true,
  traced: false,
  extra: [],
};

/** The lines of one boot, without what printk puts before them. */
export function bootLines(parts: Partial<LogParts> = {}): string[] {
  const { release, cmdline, srat, traced, extra } = { ...USUAL, ...parts };
  const when = (condition: boolean, lines: readonly string[]) => (condition ? lines : []);
  return [
    `Linux version ${release} (mockbuild@host) (gcc 14.2.1) #1 SMP PREEMPT_DYNAMIC`,
    `Command line: ${cmdline}`,
    ...MAP,
    ...EDITS,
    ...when(traced, EARLY),
    'RAMDISK: [mem 0x7e000000-0x7ffdcfff]',
    ...when(srat, SRAT),
    ...when(!srat, ['No NUMA configuration found', 'Faking a node at [mem 0x0000000000000000-0x000000017fffffff]']),
    ...when(traced, NODE_DATA),
    ...when(traced, ['MEMBLOCK configuration:', ' memory.cnt  = 0x3']),
    ...when(traced, LATE),
    ...END,
    ...extra,
  ];
}

/** Lines as a serial console shows them. */
export function asConsole(lines: readonly string[]): string {
  return lines.map((line, i) => `[${(i / 1000).toFixed(6).padStart(12)}] ${line}`).join('\n');
}
