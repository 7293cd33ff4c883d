// Writes a text file as a whole or not at all: a draft beside it, on the disk before it takes the name, and the name on the
// disk before it is said to be there. Why it could not is a sentence. Knows nothing of what files are for.
import {
  closeSync,
  existsSync,
  fchmodSync,
  fsyncSync,
  linkSync,
  lstatSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

const WHY: Readonly<Record<string, string>> = {
  ENOENT: 'its folder is not there',
  ENOTDIR: 'its folder is not there',
  EISDIR: 'it is a folder',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space is left on the device',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'it would be larger than a file may be here',
  ELOOP: 'its symbolic links lead in a circle',
  ENAMETOOLONG: 'its name is too long',
  ERR_INVALID_ARG_VALUE: 'its name holds a null byte',
};

/** File systems that have no hard links say so with one of these. */
const NO_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EXDEV']);

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? 'error';

/** An empty file beside the one to come, by a name that nobody has; open for writing. */
function draftIn(folder: string): { readonly path: string; readonly fd: number } {
  for (let n = 0; ; n++) {
    const path = join(folder, `.khodbg-${process.pid}-${n}.tmp`);
    try {
      return { path, fd: openSync(path, 'wx') };
    } catch (error) {
      if (codeOf(error) !== 'EEXIST' || n === 100) throw error;
    }
  }
}

/** Has the folder's new entry on the disk; where folders cannot be opened, it goes there by itself. */
function syncFolder(folder: string): void {
  try {
    const fd = openSync(folder, 'r');
    try {
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
  } catch {
    // the file has its name already: that it may come to the disk later is no reason to say it was not written
  }
}

/** Gives the draft its name; a name that somebody else has taken meanwhile is left to him. */
function giveName(draft: string, file: string, isNew: boolean): void {
  try {
    if (isNew) linkSync(draft, file);
    else renameSync(draft, file);
  } catch (error) {
    if (!isNew || !NO_LINKS.has(codeOf(error)) || existsSync(file)) throw error;
    renameSync(draft, file);
  }
}

/** What stands at a name: nothing, a file (links followed, with its mode), or a link that leads nowhere. */
function standing(file: string): { readonly path: string; readonly mode: number | null } | null {
  try {
    const path = realpathSync(file);
    return { path, mode: statSync(path).mode & 0o7777 };
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    return lstatSync(file, { throwIfNoEntry: false }) === undefined ? { path: file, mode: null } : null;
  }
}

/**
 * Writes `text`; null, or why it was not written, to follow the file's name and a colon. `replaces` is asked when the file is
 * there: why it must stay as it is, or null. The old file keeps its mode. Whatever goes wrong, what was there is there.
 */
export function writeTextFile(file: string, text: string, replaces: (file: string) => string | null): string | null {
  let draft: string | null = null;
  try {
    const there = standing(file);
    if (there === null) return 'it is a symbolic link that leads nowhere; remove it first';
    const { path, mode } = there;
    const stays = mode === null ? null : replaces(path);
    if (stays !== null) return stays;
    const folder = dirname(path);
    const made = draftIn(folder);
    draft = made.path;
    try {
      if (mode !== null) fchmodSync(made.fd, mode);
      writeFileSync(made.fd, text);
      fsyncSync(made.fd);
    } finally {
      closeSync(made.fd);
    }
    giveName(draft, path, mode === null);
    rmSync(draft, { force: true });
    draft = null;
    syncFolder(folder);
    return null;
  } catch (error) {
    const code = codeOf(error);
    if (code === 'EEXIST') return 'somebody else has just made it; nothing is written';
    return `it cannot be written: ${WHY[code] ?? code}; nothing is changed`;
  } finally {
    if (draft !== null) rmSync(draft, { force: true });
  }
}
