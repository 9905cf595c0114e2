import { readFileSync, readdirSync } from 'node:fs';
import { buildASTSchema, Kind, parse } from 'graphql';
import { expect, test } from 'vitest';
import { channels } from '#schema/channels.ts';
import { exampleVariables } from '#schema/seed/exampleVariables.ts';
import { contractOf } from '../harness/channelClient.ts';
import { sharedSystem } from '../harness/sharedSystem.ts';

const users = {
  mobile: 'customer',
  web: 'customer',
  kiosk: 'kiosk',
  delivery: 'courier',
  partner: 'partner',
  staff: 'admin',
} as const;

test.each(Object.entries(users))(
  'each query in the explorer of %s runs as it is shown, on the data of the seed',
  async (channel, role) => {
    const system = await sharedSystem();
    const schema = buildASTSchema(parse(contractOf(channel)), { assumeValidSDL: true });
    const authorization = `Bearer ${await system.tokenFor({ role })}`;
    const folder = new URL(`../../bffs/${channel}/operations/`, import.meta.url);
    const failed: unknown[] = [];
    let asked = 0;
    for (const file of readdirSync(folder)) {
      const query = readFileSync(new URL(file, folder), 'utf8');
      const document = parse(query);
      if (document.definitions.some((each) => each.kind === Kind.OPERATION_DEFINITION && each.operation !== 'query'))
        continue;
      asked += 1;
      const response = await fetch(system.urlOf(channel), {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization },
        body: JSON.stringify({ query, variables: exampleVariables(document, schema) }),
      });
      const { errors = [] } = (await response.json()) as { errors?: { extensions?: { code?: string } }[] };
      // The explorer's token has all roles of its channel, this one has one.
      const other = errors.filter(({ extensions }) => extensions?.code !== 'FORBIDDEN');
      if (other.length > 0) failed.push({ file, errors: other });
    }
    expect(failed).toEqual([]);
    expect(asked).toBeGreaterThan(3);
  },
);

test('so it is in every channel that has documents', () => {
  // REST has routes instead of documents in an explorer.
  expect(channels.map(({ name }) => name).sort()).toEqual([...Object.keys(users), 'rest'].sort());
});
