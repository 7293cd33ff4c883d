// Commands that write files: a session to be opened again, a report for a mail.
import { mailText } from '../mail-text.ts';
import { saveSession, typedPath } from '../saved/save.ts';
import { writeTextFile } from '../write-file.ts';
import { type Command, refuse, say, usage } from './command.ts';

const saveCommand: Command = {
  names: ['save'],
  group: 'session',
  usage: 'save session [FILE]',
  help: 'writes where one stands, branches, stops, checkpoints, marks and the screen into FILE; khodbg FILE opens it again',
  writes: () => true,
  run(session, args) {
    const [, word = '', given = ''] = /^(\S*)\s*(.*)$/s.exec(args) ?? [];
    if (word !== 'session')
      return usage(saveCommand, word === '' ? 'session is missing' : `'${word}' cannot be saved; session can`);
    if (given === '' && session.file === null)
      return usage(saveCommand, 'a name is missing: no file holds this session yet');
    const file = given === '' ? (session.file ?? '') : typedPath(given);
    const wrong = saveSession(session, file);
    if (wrong !== null) return refuse(`${file}: ${wrong}`);
    session.file = file;
    return say(`Saved in ${file}; khodbg ${file} opens it.`);
  },
  words: () => ['session'],
};

const reportCommand: Command = {
  names: ['report'],
  group: 'session',
  usage: 'report [FILE]',
  help: 'where one stands as text for a mail, at most 72 columns, with the command line that comes back here; into a new FILE',
  writes: (args) => args !== '',
  run(session, args) {
    const lines = mailText(session);
    if (args === '') return say(...lines);
    const file = typedPath(args);
    const wrong = writeTextFile(
      file,
      `${lines.join('\n')}\n`,
      () => 'it is there; a report is written into a new file',
    );
    return wrong === null ? say(`Written into ${file}.`) : refuse(`${file}: ${wrong}`);
  },
};

/** The commands that write files. */
export const saveCommands: readonly Command[] = [saveCommand, reportCommand];
