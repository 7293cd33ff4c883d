// The shipped scenarios by thread, a table each: file, kernel and patches, title. Knows nothing of what they do.
import { join } from 'node:path';
import { groupHeading, readGallery } from '../../src/session/index.ts';
import { code, table } from './markdown.ts';

/** The gallery of the checkout. */
export function scenarioTables(root: string): string {
  return readGallery(join(root, 'scenarios'))
    .flatMap((group) => {
      const rows = group.rows.map(({ name, kernel, patches, title }) => [
        `[\`${name.slice(name.lastIndexOf('/') + 1)}\`](scenarios/${name}.json)`,
        [kernel, ...patches.map(code)].join(', '),
        title,
      ]);
      return [`### ${groupHeading(group)}`, table(['scenario', 'kernel, patches', 'what it shows'], rows)];
    })
    .join('\n\n');
}
