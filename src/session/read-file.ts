// Reads a text file that somebody else may have named: only a regular file, only so large, never waiting for it. Why not is
// a sentence. Knows nothing of what files are for.
import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';

/** A file's text, or why there is none, to follow the file's name and a colon. */
export type FileText = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly why: string };

const WHY: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  ENOTDIR: 'no such file',
  EISDIR: 'it is a folder',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ELOOP: 'its symbolic links lead in a circle',
  ENXIO: 'it is no regular file',
  ENAMETOOLONG: 'its name is too long',
  ERR_INVALID_ARG_VALUE: 'its name holds a null byte',
};

/** The SHA-256 sum of a text, as sha256sum prints that of a file that holds it. */
export const sumOf = (text: string): string => createHash('sha256').update(text).digest('hex');

const no = (why: string): FileText => ({ ok: false, why });

/** At most `most` bytes and one more of an open file. */
function readSome(fd: number, most: number): Buffer {
  const parts: Buffer[] = [];
  for (let left = most + 1; left > 0; ) {
    const part = Buffer.alloc(Math.min(left, 65_536));
    const n = readSync(fd, part);
    if (n === 0) break;
    parts.push(part.subarray(0, n));
    left -= n;
  }
  return Buffer.concat(parts);
}

/** Reads a regular file of at most `most` bytes. */
export function readTextFile(path: string, most: number): FileText {
  let fd: number | null = null;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const stat = fstatSync(fd);
    if (stat.isDirectory()) return no('it is a folder');
    if (!stat.isFile()) return no('it is no regular file; save it as one first');
    const bytes = stat.size > most ? null : readSome(fd, most);
    if (bytes === null || bytes.length > most)
      return no(`it is larger than ${most / 2 ** 20} MiB, the most that is read`);
    return { ok: true, text: bytes.toString('utf8') };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'error';
    return no(WHY[code] ?? code);
  } finally {
    if (fd !== null) closeSync(fd);
  }
}
