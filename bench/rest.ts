import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { parse } from 'graphql';
import { documentId, normalise } from '#gateway/documents/trustedDocuments.ts';
import { loadRoutes } from '#gateway/rest/loadRoutes.ts';
import { fixture } from '#gateway/testkit/fixtureGraph.ts';
import { serveFixture } from '#gateway/testkit/servedChannel.ts';
import { endOnError } from '#platform/telemetry/endOnError.ts';
import { commandLine } from '../scripts/system/commandLine.ts';

endOnError('bench:rest');
const { settings: flags } = commandLine({
  name: 'bench:rest',
  does: 'CPU of the channel for a request of REST, and for the same operation by document id over GraphQL.',
  flags: { '--requests <n>': 'requests of each turn (3000)', '--turns <n>': 'turns of each kind (5)' },
  more: 'The domain is a double in the same process; the load is another process, 10 requests at a time. Prints the least of all turns, and the ratio, which is to be 1.3 at most.',
  examples: ['bench:rest', 'bench:rest --requests 500 --turns 2'],
});

/** What the other process runs: as many requests as it is told, 10 at a time, each answered with 200. */
const load = `
const [url, init, count] = [process.argv[1], JSON.parse(process.argv[2]), Number(process.argv[3])];
let left = count;
await Promise.all(Array.from({ length: 10 }, async () => {
  while (left-- > 0) {
    const response = await fetch(url, init);
    await response.arrayBuffer();
    if (response.status !== 200) throw new Error(url + ' answers ' + response.status);
  }
}));`;

const text = 'query ListShops @rest(method: GET, path: "/shops") { shops { id name } }';
const folder = mkdtempSync(join(tmpdir(), 'bench-rest-'));
try {
  mkdirSync(join(folder, 'v1/shops'), { recursive: true });
  writeFileSync(join(folder, 'v1/shops/listShops.graphql'), text);
  writeFileSync(join(folder, 'openapi-3.0.json'), '{"openapi":"3.0.3"}');
  const routes = pathToFileURL(`${folder}/`);
  const [route] = loadRoutes(routes);
  const parts = await fixture();
  const channel = await serveFixture(parts, { manifest: { routes } });
  const authorization = `Bearer ${await parts.token('customer')}`;
  const body = JSON.stringify({ documentId: documentId(normalise(parse(route!.source))) });
  const kinds = {
    rest: { url: new URL('/v1/shops', channel.url).href, init: { headers: { authorization } } },
    graphql: {
      url: channel.url,
      init: { method: 'POST', body, headers: { authorization, 'content-type': 'application/json' } },
    },
  };
  const count = Number(flags['REQUESTS']) || 3_000;
  const run = async ({ url, init }: (typeof kinds)[keyof typeof kinds], requests: number): Promise<number> => {
    const before = process.cpuUsage();
    await promisify(execFile)(process.execPath, [
      ...['--input-type=module', '-e', load],
      ...[url, JSON.stringify(init), String(requests)],
    ]);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1_000 / requests;
  };
  const least = { rest: Infinity, graphql: Infinity };
  for (const kind of ['rest', 'graphql'] as const) await run(kinds[kind], 500);
  for (let turn = 0; turn < (Number(flags['TURNS']) || 5); turn += 1)
    for (const kind of ['graphql', 'rest'] as const) least[kind] = Math.min(least[kind], await run(kinds[kind], count));
  const [rest, graphql] = [least.rest, least.graphql].map((each) => `${each.toFixed(3)} ms`);
  console.log(
    `CPU of a request: REST ${rest}, by document id ${graphql}, ratio ${(least.rest / least.graphql).toFixed(2)}`,
  );
  await channel.close();
} finally {
  rmSync(folder, { recursive: true });
}
