// The real program on a real pseudo-terminal, which script(1) of util-linux makes: bytes out, with the time they came.
import { spawn, spawnSync } from 'node:child_process';
import { now } from './measure.ts';

/** True where script(1) can make a terminal for another program. */
export const canOpen = (): boolean => spawnSync('script', ['-qec', 'true', '/dev/null']).status === 0;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const quoted = (word: string) => `'${word.replaceAll("'", "'\\''")}'`;

/** The program running in a terminal of that size. */
export class RealTerminal {
  /** everything that was written so far */
  text = '';
  /** when the last bytes came */
  last = 0;
  readonly started = now();
  private readonly child;

  constructor(words: readonly string[], cols: number, rows: number) {
    const command = `stty rows ${rows} cols ${cols}; exec ${words.map(quoted).join(' ')}`;
    const env = { ...process.env, TERM: 'xterm-256color', COLORTERM: 'truecolor', LANG: 'C.UTF-8' };
    this.child = spawn('script', ['-qefc', command, '/dev/null'], { env, stdio: ['pipe', 'pipe', 'inherit'] });
    this.child.stdout.on('data', (chunk: Buffer) => {
      this.text += chunk.toString('latin1');
      this.last = now();
    });
  }

  /** Sends keys; gives the time at which they were sent. */
  send(keys: string): number {
    const at = now();
    this.child.stdin.write(keys);
    return at;
  }

  /** Waits until something was written after `since` and nothing more for a while; gives the time of the last bytes. */
  async painted(since: number, shows = '', quiet = 25): Promise<number> {
    for (const end = now() + 20_000; now() < end; ) {
      await pause(2);
      if (this.last > since && now() - this.last > quiet && this.text.includes(shows)) return this.last;
    }
    throw new Error(`nothing was painted; so far: ${JSON.stringify(this.text.slice(-500))}`);
  }

  /** Ends the program. */
  async close(): Promise<void> {
    const gone = new Promise<void>((resolve) => {
      this.child.once('exit', () => resolve());
    });
    this.child.stdin.end('\x03\x04');
    const patience = setTimeout(() => this.child.kill('SIGTERM'), 2000);
    await gone;
    clearTimeout(patience);
  }
}
