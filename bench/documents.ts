import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { buildSchema, parse, print } from 'graphql';
import { pino } from 'pino';
import { documentId, normalise } from '#gateway/documents/trustedDocuments.ts';
import type { ChannelManifest } from '#gateway/channelManifest.ts';
import { fixture } from '#gateway/testkit/fixtureGraph.ts';
import { runChannel } from '#gateway/serve/runChannel.ts';
import { StartupError } from '#platform/config/startupError.ts';
import { sdlOf } from '#platform/subgraph/sdl.ts';
import type { SubgraphCall } from '#platform/subgraph/execution.ts';
import { endOnError } from '#platform/telemetry/endOnError.ts';
import { mockSubgraph } from '#sandbox/mockSubgraph/mockSubgraph.ts';
import { channels } from '#schema/channels.ts';
import { exampleVariables } from '#schema/seed/exampleVariables.ts';
import { commandLine } from '../scripts/system/commandLine.ts';
import { generateOrFail } from '../scripts/system/generateOrFail.ts';

const root = new URL('../', import.meta.url);

endOnError('bench:documents');
const { settings: flags } = commandLine({
  name: 'bench:documents',
  does: 'CPU of a channel for a request that names a registered document, and for one that sends the text.',
  flags: {
    '--channel <name>': 'the channel (web)',
    '--document <name>': 'the file in its operations/, without .graphql (storeMenuPage)',
    '--requests <n>': 'requests of each turn (1000); a tenth of them where each text is new',
    '--turns <n>': 'turns of each kind (5)',
  },
  more: `The channel runs with its own contract and documents, in development, since no other text is admitted in production. The
domains are doubles in the same process, which answer at once; the load is another process, 10 requests at a time. Prints for
each kind the least CPU of all turns, and how many times that is what a request by id takes.`,
  examples: ['bench:documents', 'bench:documents --channel mobile --document home --requests 300 --turns 2'],
});

/**
 * What the other process runs: as many requests as it is told, 10 at a time; "#" in a body is another number each time.
 */
const load = `
const [url, body, count, from] = process.argv.slice(1);
let left = Number(count);
let next = Number(from);
await Promise.all(Array.from({ length: 10 }, async () => {
  while (left-- > 0) {
    const response = await fetch(url, {
      method: 'POST', headers: { 'content-type': 'application/json' }, body: body.replace('#', String(next++)),
    });
    const text = await response.text();
    if (response.status !== 200 || text.includes('"errors"')) throw new Error(response.status + ' ' + text.slice(0, 300));
  }
}));`;

const { CHANNEL: name = 'web', DOCUMENT: file = 'storeMenuPage' } = flags;
const count = Number(flags['REQUESTS'] ?? 1_000);
const turns = Number(flags['TURNS'] ?? 5);
if (!(count >= 10 && turns >= 1)) throw new StartupError('--requests is a number from 10 on, --turns one from 1 on.');
if (!channels.some((each) => each.name === name))
  throw new StartupError(`there is no channel ${name}: name one of ${channels.map((each) => each.name).join(', ')}.`);
await generateOrFail(() => undefined);

const text = read(`bffs/${name}/operations/${file}.graphql`);
const document = parse(text);
const schema = buildSchema(read(`schema/channels/${name}.graphql`), { assumeValid: true });
const variables = exampleVariables(document, schema);
const operation = /\b(query)\s+(\w+)/.exec(print(document));
if (!operation) throw new StartupError(`${file} is no query: choose one, which may be sent over and over.`);

const { identity } = await fixture();
const { default: manifest } = (await import(`../bffs/${name}/channel.ts`)) as { default: ChannelManifest };
const channel = await runChannel(
  // Answers that are kept would save a request by id what is measured here.
  { ...manifest, cache: undefined, load: undefined, auth: { ...manifest.auth, anonymous: true } },
  {
    profile: 'development',
    port: 0,
    host: '127.0.0.1',
    subgraphCall: doubles(),
    identity,
    log: pino({ level: 'error' }),
  },
);
try {
  const body = (sent: object): string => JSON.stringify({ ...sent, variables });
  const asText = print(document);
  const kinds = {
    'by id': body({ documentId: documentId(normalise(document)) }),
    'text of a registered document': body({ query: asText }),
    'text of another, known to the process': body({ query: asText.replace(operation[2]!, 'Another') }),
    'text that is new each time': body({ query: asText.replace(operation[2]!, 'Another#') }),
  };
  const least = new Map(Object.keys(kinds).map((kind) => [kind, Infinity]));
  let sent = 0;
  const run = async (each: string): Promise<number> => {
    const requests = each.includes('Another#') ? Math.ceil(count / 10) : count;
    const before = process.cpuUsage();
    await promisify(execFile)(process.execPath, [
      ...['--input-type=module', '-e', load],
      ...[channel.url, each, String(requests), String(sent)],
    ]);
    sent += requests;
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1_000 / requests;
  };
  for (const each of Object.values(kinds)) await run(each);
  for (let turn = 0; turn < turns; turn += 1)
    for (const [kind, each] of Object.entries(kinds)) least.set(kind, Math.min(least.get(kind)!, await run(each)));
  const byId = least.get('by id')!;
  console.log(`CPU of a request for ${operation[2]} of ${name}, least of ${turns} turns:`);
  for (const [kind, cpu] of least) {
    const bytes = Buffer.byteLength(kinds[kind as keyof typeof kinds]);
    console.log(
      `  ${kind.padEnd(38)} ${cpu.toFixed(3).padStart(8)} ms  ${(cpu / byId).toFixed(2).padStart(6)} ×  ${String(bytes).padStart(6)} bytes sent`,
    );
  }
} finally {
  await channel.close();
}

function read(path: string): string {
  try {
    return readFileSync(new URL(path, root), 'utf8');
  } catch {
    throw new StartupError(`there is no ${path}: give the name of a file in bffs/${name}/operations.`);
  }
}

/** Domains that answer at once: each question is answered by a mock the first time, and from memory afterwards. */
function doubles(): (subgraph: string) => SubgraphCall {
  const calls = new Map<string, SubgraphCall>();
  const make = (subgraph: string): SubgraphCall => {
    const mock = mockSubgraph({ name: subgraph, sdl: sdlOf(new URL(`subgraphs/${subgraph}/`, root)), identity });
    const answers = new Map<string, ReturnType<SubgraphCall>>();
    return (request, headers, signal) => {
      const key = `${request.query.replace(/^query \w+/, 'query')}\n${JSON.stringify(request.variables)}`;
      const known = answers.get(key) ?? mock(request, headers, signal);
      answers.set(key, known);
      return known;
    };
  };
  return (subgraph) => {
    const call = calls.get(subgraph) ?? make(subgraph);
    calls.set(subgraph, call);
    return call;
  };
}
