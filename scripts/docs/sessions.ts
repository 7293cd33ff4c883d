// Transcripts in documentation: the commands of a block are run again on its scenario, and their output takes the place of
// what stood there. A block is marked `<!-- session: SCENARIO -->`.
import { join } from 'node:path';
import { runCommands, setStops } from '../../src/line-mode.ts';
import { loadScenario, Port } from '../../src/session/index.ts';

const SESSION = /(<!-- session: (\S+) -->\n```text\n)([\s\S]*?)(\n```)/g;
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
  return lines.join('\n');
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
