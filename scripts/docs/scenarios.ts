// The shipped scenarios as rows: file, patches, title. Knows nothing of what they do.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { lastBoot, loadScenario } from '../../src/session/index.ts';
import { code } from './markdown.ts';

/** One row for each file below scenarios/, those of the top folder last. */
export function scenarioRows(root: string): string[][] {
  const files = readdirSync(join(root, 'scenarios'), { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.json'),
  );
  const deep = (file: string) => file.split('/').length;
  return files
    .sort((a, b) => deep(b) - deep(a) || a.localeCompare(b, 'en'))
    .map((name) => {
      const result = loadScenario(join(root, 'scenarios', name));
      if (!result.ok) throw new Error(result.errors.join('\n'));
      const { scenario } = result.loaded;
      const { patches } = lastBoot(result.loaded);
      return [`[\`${name}\`](scenarios/${name})`, patches.map(code).join(' '), scenario.title];
    });
}
