// Sessions that are saved into files and opened from them.

export { KEY, looksSaved, savedJsonSchema } from './document.ts';
export { isSessionFile, type OpenedSession, openSession, openSessionText, type SavedOptions } from './open.ts';
export { saveSession, sessionText } from './save.ts';
export { SECTIONS } from './sections.ts';
