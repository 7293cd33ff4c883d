// Blobs that real kernels handed over (test/fixtures/kho-blobs.json), by name.
import { readFileSync } from 'node:fs';

interface Row {
  readonly name: string;
  readonly what: string;
  readonly bytes: string;
}

const rows = JSON.parse(readFileSync(new URL('../fixtures/kho-blobs.json', import.meta.url), 'utf8')) as Row[];

/** The bytes of a captured blob. */
export function khoBlob(name: string): Uint8Array {
  const row = rows.find((one) => one.name === name);
  if (row === undefined) throw new Error(`no blob '${name}' in kho-blobs.json`);
  return Uint8Array.from(Buffer.from(row.bytes, 'hex'));
}

/** The names of all captured blobs that pass. */
export const khoBlobNames = (pass: RegExp): readonly string[] =>
  rows.map(({ name }) => name).filter((name) => pass.test(name));
