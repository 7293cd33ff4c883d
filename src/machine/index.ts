// The contract of the machine layer.
export * from './buddy.ts';
export * from './config.ts';
export * from './constants.ts';
export * from './effects.ts';
export * from './fault.ts';
export * from './hash.ts';
export * from './machine.ts';
export * from './memblock.ts';
export * from './page.ts';
export * from './phys.ts';
export * from './run-map.ts';
export * from './save.ts';
export * from './structs.ts';
export * from './table.ts';
export * from './text-list.ts';
export * from './value.ts';
