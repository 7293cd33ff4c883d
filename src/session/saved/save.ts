// Writes a session into a file: never over what is no session, and nothing that could not be read back.
import { realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, resolve } from 'node:path';
import * as z from 'zod';
import { readTextFile } from '../read-file.ts';
import type { Session } from '../session.ts';
import { writeTextFile } from '../write-file.ts';
import { isSaved, looksSaved, parseSaved, savedText, VERSION } from './document.ts';
import { saveBoots, saveScenario } from './origin.ts';
import { SECTIONS } from './sections.ts';

/** The largest session file that is read, in bytes. */
export const MOST_BYTES = 4 * 2 ** 20;

/** A file as one types it at a prompt, where no shell has seen it. */
export const typedPath = (file: string): string => file.replace(/^~(?=$|\/)/, homedir());

/** The folder of a file as it lies on the disk, so that `..` leads where it is meant to. */
export function folderOf(file: string): string {
  const folder = resolve(dirname(file));
  try {
    return realpathSync(folder);
  } catch {
    return folder;
  }
}

/** The text of a session that lies in a folder. */
export function sessionText(session: Session, folder: string): string {
  const screen = session.screen();
  const sections = SECTIONS.map((section) => [section.key, section.write(session)] as const);
  return savedText({
    scenario: saveScenario(session.loaded, folder),
    boots: saveBoots(session.loaded, folder),
    ...Object.fromEntries(sections),
    // of a session that no screen has shown there is nothing
    screen: Object.keys(screen ?? {}).length === 0 ? undefined : screen,
  });
}

/** Why a file that is there must not be written over; null when it is a session of this format. */
function stays(file: string): string | null {
  const read = readTextFile(file, MOST_BYTES);
  if (!read.ok) return `it is there, and ${read.why}; it is left as it is`;
  if (isSaved(read.text)) return null;
  return looksSaved(read.text)
    ? `it is a session that this khodbg cannot read, or of another version than ${VERSION}; it is left as it is`
    : 'it is there and no session; it is left as it is: write another name';
}

/** Saves; null, or why nothing was written. */
export function saveSession(session: Session, file: string): string | null {
  if (session.loaded.text === '') return 'a session of a scenario that is in no file cannot be saved';
  const text = sessionText(session, folderOf(file));
  if (Buffer.byteLength(text) > MOST_BYTES)
    return `it would have ${Buffer.byteLength(text)} bytes; a session file has at most 4 MiB`;
  // a note may be longer than is read, for one
  const back = parseSaved(file, text, z.unknown());
  return back.ok ? writeTextFile(file, text, stays) : `it could not be read back: ${back.errors.join('; ')}`;
}
