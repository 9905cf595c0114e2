import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { treeOf, workingTree } from '../against/tree.ts';
import { patched } from '../testing/patchedSystem.ts';
import { changelogOf } from './changelogBetween.ts';
import { changelogMarkdown } from './changelogMarkdown.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const working = workingTree(root);
const read = ['schema/channels', 'schema/events/json', 'bffs', 'subgraphs'].flatMap((folder) => working.list(folder));
const before = new Map(
  [...read.filter((path) => /\.(graphql|json)$/.test(path)), 'docs/settings.md', 'CODEOWNERS'].map((path) => [
    path,
    working.read(path) ?? '',
  ]),
);

/** The present state after small changes of its contracts. */
function changed(...patches: (readonly [file: string, within: string, from: string, to: string])[]) {
  const after = new Map(before);
  for (const [file, within, from, to] of patches)
    after.set(file, patched(after.get(file) ?? '', { file, within, from, to }));
  return changelogOf(treeOf('a', before), treeOf('b', after), { from: 'v1', to: 'v2' });
}

const kiosk = 'schema/channels/kiosk.graphql';
const mobile = 'schema/channels/mobile.graphql';

describe('the changelog between two states', () => {
  it('has a chapter for each reader, in which what is dangerous comes first', async () => {
    const log = await changed(
      [kiosk, 'type Order ', '  number: Int!\n', ''],
      [kiosk, 'type Order ', '  promisedAt: DateTime\n', '  promisedAt: DateTime @deprecated(reason: "No.")\n'],
      [
        kiosk,
        'type Tile ',
        '  imageUrl: String\n',
        '  imageUrl: String!\n\n  "Whether it is new."\n  fresh: Boolean\n',
      ],
      [mobile, 'type MenuItem ', '  removed: Boolean!\n', ''],
    );
    await expect(changelogMarkdown(log).replaceAll(/(\.graphql):\d+/g, '$1:0')).toMatchFileSnapshot(
      'golden/two-channels.md',
    );
    expect(log.chapters.map(({ name }) => name)).toEqual(['kiosk', 'mobile']);
  });

  it('does not warn a channel of what breaks another', async () => {
    const log = await changed(
      [mobile, 'type Order ', '  promisedAt: DateTime\n', ''],
      [kiosk, 'type Order ', '  promisedAt: DateTime\n', ''],
    );
    const groupIn = (name: string) => log.chapters.find((each) => each.name === name)?.entries;
    expect(groupIn('mobile')?.dangerous).toHaveLength(1);
    expect(groupIn('kiosk')?.dangerous).toHaveLength(0);
    expect(groupIn('kiosk')?.removed).toHaveLength(1);
  });

  it('tells consumers of events and operators what changed for them', async () => {
    const log = await changed(
      ['schema/events/json/OrderCreated.schema.json', '"x-version"', '"x-version": "1', '"x-version": "2'],
      ['schema/events/json/OrderCreated.schema.json', '"properties"', '"type": "string"', '"type": "number"'],
      ['docs/settings.md', '| `PORT_BASE` |', '4000', '5000'],
    );
    expect(changelogMarkdown(log)).toMatch(/## Consumers of events\n\n### Look at these first\n\n- `OrderCreated`/);
    expect(changelogMarkdown(log)).toMatch(/## Operators: settings\n[^]*the default of `PORT_BASE`/);
  });

  it('says so when nothing changed', async () => {
    expect(changelogMarkdown(await changed())).toContain('Nothing changed');
  });
});
