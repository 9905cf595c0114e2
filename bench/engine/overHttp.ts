import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { Pool } from 'undici';
import { freePortBlock } from '#platform/testkit/freePortBlock.ts';
import { heavy, light, supergraphAt, variedHeavy } from './catalogue.ts';
import { cpuMs, gatewayCommand, hiveCommands, megabytes, startProcess, type RunningProcess } from './processes.ts';

interface Gateway extends RunningProcess {
  readonly name: string;
  readonly pool: Pool;
}

interface Load {
  readonly name: string;
  readonly bodies: readonly string[];
  readonly requests: number;
}

const inFlight = 50;
const turns = 3;

const loads = (scale: number): readonly Load[] => [
  { name: 'heavy', bodies: [JSON.stringify({ query: heavy })], requests: 150 * scale },
  {
    name: '50 variables',
    bodies: Array.from({ length: 50 }, (_, number) =>
      JSON.stringify({ ...variedHeavy(0), variables: variedHeavy(number).variables }),
    ),
    requests: 150 * scale,
  },
  {
    name: '50 documents',
    bodies: Array.from({ length: 50 }, (_, number) => JSON.stringify(variedHeavy(number))),
    requests: 150 * scale,
  },
  { name: 'light', bodies: [JSON.stringify({ query: light })], requests: 2_000 * scale },
];

/** The gateways side by side over HTTP: each on one core, the subgraphs and the load on the other ones. */
export async function compareOverHttp(options: {
  readonly hive: boolean;
  readonly scale: number;
  readonly documents: number;
}): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'drburger-bench-engine-'));
  const base = await freePortBlock(10);
  const running: RunningProcess[] = [];
  try {
    const subgraphs = `http://127.0.0.1:${base}`;
    const file = join(folder, 'supergraph.graphql');
    writeFileSync(file, supergraphAt(subgraphs));
    running.push(
      await startProcess(tsx('bench/engine/subgraphServer.ts'), { PORT: String(base), NODE_ENV: 'production' }, 1),
    );
    const commands: Record<string, readonly string[]> = {
      own: gatewayCommand,
      '@apollo/gateway': tsx('bench/engine/apolloGateway.ts'),
      ...(options.hive ? hiveCommands(file) : {}),
    };
    const gateways: Gateway[] = [];
    for (const [index, [name, command]] of Object.entries(commands).entries()) {
      const port = String(base + 1 + index);
      const isHive = command.includes('supergraph');
      // Hive's says at `info` that it listens.
      const env = { SUPERGRAPH: file, PORT: port, LOG_LEVEL: isHive ? 'info' : 'warn', NODE_ENV: 'production' };
      const started = await startProcess(isHive ? [...command, '--port', port] : command, env, 0);
      running.push(started);
      gateways.push({ ...started, name, pool: new Pool(`http://127.0.0.1:${port}`, { connections: inFlight }) });
    }
    for (const load of loads(options.scale)) {
      await compare(gateways, load);
      console.log(`  memory      ${gateways.map(({ name, pid }) => `${name} ${megabytes(pid)} MB`).join('  ')}`);
    }
    await sendDifferent(gateways[0]!, options.documents);
  } finally {
    await Promise.all(running.map((each) => each.end()));
    rmSync(folder, { recursive: true, force: true });
  }
}

const tsx = (file: string): readonly string[] => [process.execPath, '--import', 'tsx', file];

async function compare(gateways: readonly Gateway[], load: Load): Promise<void> {
  for (const body of load.bodies) await sameAnswers(gateways, load.name, body);
  const costs = new Map<string, number>(gateways.map(({ name }) => [name, Number.POSITIVE_INFINITY]));
  // They run in turns, so that whatever else the machine does affects all; the first turn warms up and is not counted.
  for (let turn = 0; turn <= turns; turn += 1)
    for (const gateway of gateways) {
      const before = cpuMs(gateway.pid);
      await send(gateway, load);
      const cost = (cpuMs(gateway.pid) - before) / load.requests;
      if (turn > 0) costs.set(gateway.name, Math.min(costs.get(gateway.name)!, cost));
    }
  const own = costs.get(gateways[0]!.name)!;
  const texts = [...costs].map(([name, cost]) => `${name} ${cost.toFixed(3)} ms (own/it ${(own / cost).toFixed(2)})`);
  console.log(`${load.name.padEnd(14)}${texts.join('  ')}`);
}

async function sameAnswers(gateways: readonly Gateway[], what: string, body: string): Promise<void> {
  const answers = await Promise.all(gateways.map((each) => ask(each, body)));
  const [first, ...others] = answers.map((each) => JSON.parse(each) as { readonly errors?: unknown });
  for (const each of others)
    if (first!.errors ?? !isDeepStrictEqual(first, each))
      throw new Error(
        `the gateways do not answer ${what} alike: ${JSON.stringify([first, each].map((one) => JSON.stringify(one).slice(0, 300)))}`,
      );
}

async function send(gateway: Gateway, { bodies, requests }: Load): Promise<void> {
  let sent = 0;
  await Promise.all(
    Array.from({ length: inFlight }, async () => {
      while (sent < requests) await ask(gateway, bodies[sent++ % bodies.length]!);
    }),
  );
}

/** Sends as many documents, each once, and tells the gateway's memory after each fifth of them. */
async function sendDifferent(gateway: Gateway, documents: number): Promise<void> {
  const fifth = Math.ceil(documents / 5);
  for (let from = 0; from < documents; from += fifth) {
    const bodies = Array.from({ length: Math.min(fifth, documents - from) }, (_, index) =>
      JSON.stringify(variedHeavy(from + index)),
    );
    await send(gateway, { name: 'different', bodies, requests: bodies.length });
    console.log(`  after ${from + bodies.length} different documents  ${gateway.name} ${megabytes(gateway.pid)} MB`);
  }
}

async function ask({ pool, name }: Gateway, body: string): Promise<string> {
  const { statusCode, body: answer } = await pool.request({
    path: '/graphql',
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body,
  });
  const text = await answer.text();
  if (statusCode !== 200) throw new Error(`${name} answered ${statusCode}: ${text.slice(0, 300)}`);
  return text;
}
