// Transcripts in documentation: the commands of a block are run again, and their output takes the place of what stood there.
// `<!-- session: SCENARIO -->` marks commands of the debugger, `<!-- run: WORDS -->` one command line of khodbg.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { runCommands, setStops } from '../../src/line-mode.ts';
import { loadScenario, Port } from '../../src/session/index.ts';

/** Whole lines up to the fence, which may be the first line: a block may still be empty. */
const BLOCK = '\\n```text\\n)((?:.*\\n)*?)(```)';
const SESSION = new RegExp(`(<!-- session: (\\S+) -->${BLOCK}`, 'g');
const RUN = new RegExp(`(<!-- run: (.+?) -->${BLOCK}`, 'g');
const PROMPT = '(khodbg) ';

async function transcript(root: string, file: string, old: string): Promise<string> {
  const result = loadScenario(join(root, file));
  if (!result.ok) throw new Error(result.errors.join('\n'));
  const port = new Port(result.loaded);
  await setStops(port);
  const lines: string[] = [];
  const print = (text: string) => lines.push(text);
  for (const prompt of old.split('\n').filter((line) => line.startsWith(PROMPT))) {
    print(prompt);
    await runCommands(port, [{ line: prompt.slice(PROMPT.length), origin: file }], print, print);
  }
  return lines.map((text) => `${text}\n`).join('');
}

/** The text with its sessions run again; texts without one come back as they are. */
export async function withSessions(root: string, text: string): Promise<string> {
  let out = '';
  let from = 0;
  for (const match of text.matchAll(SESSION)) {
    const [whole, head = '', file = '', old = '', tail = ''] = match;
    out += text.slice(from, match.index) + head + (await transcript(root, file, old)) + tail;
    from = match.index + whole.length;
  }
  return out + text.slice(from);
}

/** What a command line prints, after the line itself; an exit status other than 0 is its last line. */
function printed(root: string, words: string): string {
  const args = ['dist/cli.js', ...words.split(' ')];
  const { stdout, stderr, status } = spawnSync('node', args, { cwd: root, input: '', encoding: 'utf8' });
  const lines = [`$ khodbg ${words}`, ...`${stdout}${stderr}`.trimEnd().split('\n')];
  return [...lines, ...(status === 0 ? [] : [`[exit status ${status}]`]), ''].join('\n');
}

/** The text with its command lines run again, by the program that was built. */
export function withRuns(root: string, text: string): string {
  return text.replace(
    RUN,
    (_whole, head: string, words: string, _old: string, tail: string) => head + printed(root, words) + tail,
  );
}
