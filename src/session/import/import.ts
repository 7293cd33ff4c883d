// From a path to a scenario: tells what lies there, has it read, writes the scenario. The only file here that opens files.

import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { constants, gunzipSync } from 'node:zlib';
import { makeDocument, type ScenarioDoc } from './document.ts';
import { readFolder } from './folder.ts';
import { readLog } from './log.ts';
import type { Observed, ObservedBoot, ReadResult } from './observed.ts';
import { scenarioText } from './text.ts';
import { readTruth } from './truth.ts';

/** A scenario's text, and what had to be assumed for it, a sentence each; or why there is none. */
export type ImportResult =
  | { readonly ok: true; readonly text: string; readonly guesses: readonly string[]; readonly document: ScenarioDoc }
  | { readonly ok: false; readonly errors: readonly string[] };

/** Most bytes that a compressed file may grow to. */
const MOST = 2 ** 28;

/** A compressed file that is cut short gives what it has. */
export const CUT = { finishFlush: constants.Z_SYNC_FLUSH };

const failed = (message: string): ReadResult => ({ ok: false, errors: [message] });

/** A file's bytes, unpacked if they are gzip; null when it is not there. Throws as the file system does otherwise. */
function bytesOf(path: string): Uint8Array | null {
  if (!existsSync(path) || !statSync(path).isFile()) return null;
  const raw = readFileSync(path);
  return raw[0] === 0x1f && raw[1] === 0x8b ? gunzipSync(raw, { maxOutputLength: MOST, ...CUT }) : raw;
}

/** Text whose bytes may be anything, as serial lines give them. */
function textOf(path: string): string | null {
  const bytes = bytesOf(path);
  return bytes === null ? null : new TextDecoder('latin1').decode(bytes);
}

/** What a capture leaves open and its console log has. */
function completed(boot: ObservedBoot, log: ObservedBoot | undefined, late: boolean): ObservedBoot {
  if (log === undefined) return boot;
  return {
    ...boot,
    // without its phases a capture does not say where in the boot an operation was
    ops: boot.reserved === null ? log.ops : boot.ops,
    reserved: boot.reserved ?? log.reserved,
    scratchCopy: boot.scratchCopy ?? log.scratchCopy,
    preserved: log.preserved,
    nodeCpus: boot.nodeCpus ?? log.nodeCpus,
    cpus: boot.cpus ?? log.cpus,
    initrd: log.initrd,
    initrdFreed: log.initrdFreed === null ? null : late ? 'late' : 'early',
    imageParts: log.imageParts,
    kexec: boot.kexec === 'none' ? log.kexec : boot.kexec,
  };
}

/** Did the n-th boot of a log give its initrd back only after the capture's last look at the machine? */
function freedLate(log: string, n: number): boolean {
  const text = log.split(/\[\s*0\.000000\] Linux version /)[n + 1] ?? '';
  const last = text.indexOf('KD|phase|late_after_test|');
  return last >= 0 && text.indexOf('Freeing initrd memory: ') > last;
}

const LOGS = ['serial.log.gz', 'serial.log'];

/** Reads truth.json with what lies beside it. */
function readCapture(file: string): ReadResult {
  const folder = dirname(file);
  const text = new TextDecoder().decode(bytesOf(file) ?? new Uint8Array());
  const result = readTruth(file, text, (path) => bytesOf(join(folder, path)));
  const log = LOGS.map((name) => textOf(join(folder, name))).find((found) => found !== null);
  if (!result.ok || log === undefined || log === null) return result;
  const seen = readLog(file, log, true);
  if (!seen.ok) return result;
  const boots = result.observed.boots.map((boot, i) => completed(boot, seen.observed.boots[i], freedLate(log, i)));
  return { ok: true, observed: { ...result.observed, boots } };
}

function readDirectory(path: string): ReadResult {
  const truth = ['truth.json', 'truth.json.gz'].map((name) => join(path, name)).find((file) => existsSync(file));
  if (truth !== undefined) return readCapture(truth);
  const log = LOGS.map((name) => join(path, name)).find((file) => existsSync(file));
  const hasProc = ['proc_iomem', 'iomem'].some((name) => existsSync(join(path, name)));
  if (!hasProc && log !== undefined) return readLog(log, textOf(log) ?? '');
  const read = (...names: string[]) =>
    names.map((name) => textOf(join(path, name))).find((text) => text !== null) ?? null;
  return readFolder(path, (...names) => read(...names, ...names.map((name) => `${name}.gz`)));
}

/** Reads what lies at a path: a console log, a folder of /proc files, or a capture. */
export function readPath(path: string): ReadResult {
  try {
    if (!existsSync(path)) return failed(`${path}: no such file or folder`);
    if (statSync(path).isDirectory()) return readDirectory(path);
    const text = textOf(path);
    if (text === null) return failed(`${path}: is neither a file nor a folder`);
    return /^\s*\{/.test(text) ? readCapture(path) : readLog(path, text);
  } catch (error) {
    const why = error instanceof Error ? ((error as NodeJS.ErrnoException).code ?? error.message) : 'error';
    return failed(`${path}: cannot be read: ${why}`);
  }
}

/** The name of a capture is that of its folder; of anything else, its own. */
function titleOf(path: string): string {
  const name = basename(path);
  return /^(?:truth\.json|serial\.log)(?:\.gz)?$/.test(name) ? basename(dirname(path)) || name : name;
}

/** The scenario of what was observed. */
export function importObserved(observed: Observed): Extract<ImportResult, { ok: true }> {
  const document = makeDocument({ ...observed, origin: titleOf(observed.origin) });
  return { ok: true, text: scenarioText(document), guesses: document.guesses, document };
}

/** Reads a path and makes a scenario of it. */
export function importPath(path: string): ImportResult {
  const result = readPath(path);
  return result.ok ? importObserved(result.observed) : result;
}
