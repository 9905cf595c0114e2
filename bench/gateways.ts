import { isDeepStrictEqual } from 'node:util';
import { ApolloGateway } from '@apollo/gateway';
import { ApolloServer } from '@apollo/server';
import { endOnError } from '#platform/telemetry/endOnError.ts';
import { freePortBlock } from '#platform/testkit/freePortBlock.ts';
import { createEngineGateway } from '../gateway/federation-engine/src/engineGateway.ts';
import { commandLine } from '../scripts/system/commandLine.ts';
import { heavy, light, supergraphAt } from './engine/catalogue.ts';
import { startProcess } from './engine/processes.ts';

endOnError('bench:gateways');
const { settings: flags } = commandLine({
  name: 'bench:gateways',
  does: '@drburger/federation-engine and @apollo/gateway under the same Apollo Server, in one process: CPU of whole requests.',
  flags: { '--seconds <n>': 'of each measurement (4)' },
  more: `Prints, for an answer of four subgraphs and for one of a field, CPU milliseconds a request with each gateway, in turns, and the ratio.
Answers are compared first. Subgraphs are asked over HTTP, with each gateway's own client; they have a process of their own, which is not measured.`,
  examples: ['bench:gateways --seconds 4'],
});
await main(Number(flags['SECONDS'] ?? 4) || 4);

/** Executes a request, and resolves with the text of the answer. */
type Run = () => Promise<string>;

async function main(seconds: number): Promise<void> {
  const port = String(await freePortBlock(1));
  const subgraphs = await startProcess(
    [process.execPath, '--import', 'tsx', 'bench/engine/subgraphServer.ts'],
    { PORT: port, NODE_ENV: 'production' },
    undefined,
  );
  const supergraphSdl = supergraphAt(`http://127.0.0.1:${port}`);
  const logger = { debug: ignore, info: ignore, warn: ignore, error: console.error };
  const servers = {
    engine: new ApolloServer({ gateway: createEngineGateway({ supergraphSdl, logger }), logger }),
    apollo: new ApolloServer({ gateway: new ApolloGateway({ supergraphSdl, logger }), logger }),
  };
  await Promise.all(Object.values(servers).map((server) => server.start()));
  for (const [what, query] of Object.entries({ heavy, light }))
    await compare(what, runOf(servers.engine, query), runOf(servers.apollo, query), seconds);
  await Promise.all(Object.values(servers).map((server) => server.stop()));
  await subgraphs.end();
}

function ignore(): void {
  // Only errors are logged.
}

function runOf(server: ApolloServer, query: string): Run {
  return async () => {
    const { body } = await server.executeOperation({ query });
    if (body.kind !== 'single') throw new Error('the answer came in parts');
    return JSON.stringify(body.singleResult);
  };
}

async function compare(what: string, engine: Run, apollo: Run, seconds: number): Promise<void> {
  const answer = await engine();
  if (!isDeepStrictEqual(JSON.parse(answer), JSON.parse(await apollo())))
    throw new Error(`the gateways do not answer the same to ${what}`);
  const costs = { engine: [] as number[], apollo: [] as number[] };
  // They run in turns, so that whatever else the machine does affects both.
  for (let turn = 0; turn < 4; turn += 1) {
    costs.engine.push(await cpuMs(engine, seconds / 4));
    costs.apollo.push(await cpuMs(apollo, seconds / 4));
  }
  const [ours, theirs] = [Math.min(...costs.engine), Math.min(...costs.apollo)];
  console.log(
    `${what} (${(answer.length / 1_000).toFixed(1)} kB)  federation-engine ${ours.toFixed(3)} ms  @apollo/gateway ${theirs.toFixed(3)} ms  ratio ${(ours / theirs).toFixed(2)}`,
  );
}

async function cpuMs(run: Run, seconds: number): Promise<number> {
  const until = performance.now() + seconds * 1_000;
  const before = process.cpuUsage();
  let count = 0;
  while (performance.now() < until) {
    await run();
    count += 1;
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000 / count;
}
