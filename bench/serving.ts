import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { endOnError } from '#platform/telemetry/endOnError.ts';
import { freePortBlock } from '#platform/testkit/freePortBlock.ts';
import { seedId } from '#schema/seed/seedId.ts';
import { command } from '../e2e/start-command/command.ts';
import { commandLine } from '../scripts/system/commandLine.ts';

endOnError('bench:serving');
const { settings: flags } = commandLine({
  name: 'bench:serving',
  does: 'the one process under load, as "start" runs it, kitchens and couriers off.',
  flags: {
    '--seconds <n>': 'of each measurement (8)',
  },
  more: `Prints: memory of the process, idle and afterwards; requests a second, p50, p99 and CPU of the server per request, for a one-field query and for the
menu page of a store through web and kiosk; orders a second, p50 and p99 through the kiosk; placing to first message of the order's stream.
The load comes from this process, on the same cores.`,
  examples: ['bench:serving --seconds 8'],
});
await main(Number(flags['SECONDS'] ?? 8) || 8);

type Send = () => Promise<unknown>;

async function main(seconds: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'drburger-bench-serving-'));
  const base = await freePortBlock(100);
  const env = { DATA_DIR: folder, PORT_BASE: String(base), LOG_LEVEL: 'warn', SIMULATION: 'off' };
  const server = command('start', [], env);
  try {
    await server.printed(/^Ready in/);
    const token = command('tokenFor', ['kiosk'], env);
    await token.ended();
    const authorization = `Bearer ${token.stdout().trim()}`;
    const poster = (port: number, file: string, variables: () => object): Send => {
      const query = readFileSync(new URL(`../bffs/${file}`, import.meta.url), 'utf8');
      return () => post(base + port, file.startsWith('web/') ? '' : authorization, query, variables());
    };
    console.log(`${availableParallelism()} cores, Node ${process.version}, load from the same machine`);
    console.log(`memory, idle            ${megabytes(server.pid)} MB`);
    await measure('one field, kiosk', server.pid, seconds, 8, () =>
      post(base + 3, authorization, '{ kiosk { deviceId } }', {}),
    );
    await measure(
      'menu page, web',
      server.pid,
      seconds,
      8,
      poster(2, 'web/operations/storeMenuPage.graphql', () => ({ storeId: seedId('store', 1) })),
    );
    await measure(
      'tile screen, kiosk',
      server.pid,
      seconds,
      8,
      poster(3, 'kiosk/operations/tileScreen.graphql', () => ({ locale: 'EN', pageSize: 9 })),
    );
    const order = poster(3, 'kiosk/operations/placeOrder.graphql', () => ({ input: orderInput() }));
    await measure('place order, kiosk', server.pid, Math.min(seconds, 5), 4, order);
    await firstMessages(base + 3, authorization, order);
    console.log(`memory, afterwards      ${megabytes(server.pid)} MB`);
  } finally {
    await server.signal('SIGINT');
    rmSync(folder, { recursive: true, force: true });
  }
}

function orderInput(): object {
  return {
    storeId: seedId('store', 1),
    service: 'KIOSK',
    lines: [{ menuItemId: seedId('menuItem', 'still-water'), quantity: 1 }],
    payment: { methodToken: 'tok_visa' },
    idempotencyKey: randomUUID(),
  };
}

async function post(
  port: number,
  authorization: string,
  query: string,
  variables: object,
): Promise<Record<string, unknown>> {
  const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
    method: 'POST',
    body: JSON.stringify({ query, variables }),
    headers: { 'content-type': 'application/json', ...(authorization && { authorization }) },
  });
  const { data, errors } = (await response.json()) as { data?: Record<string, unknown>; errors?: unknown };
  if (errors || !data) throw new Error(`answered with ${JSON.stringify(errors)}`);
  return data;
}

/**
 * Runs `clients` clients at a time; each sends its next request when it was answered. A refused order of a store that
 * is too busy counts as an answer.
 */
async function measure(name: string, pid: number, seconds: number, clients: number, send: Send): Promise<void> {
  for (let n = 0; n < 5; n += 1) await send();
  const times: number[] = [];
  const end = performance.now() + seconds * 1_000;
  const [began, cpu] = [performance.now(), cpuSeconds(pid)];
  await Promise.all(
    Array.from({ length: clients }, async () => {
      while (performance.now() < end) {
        const sent = performance.now();
        await send();
        times.push(performance.now() - sent);
      }
    }),
  );
  const [took, used] = [(performance.now() - began) / 1_000, cpuSeconds(pid) - cpu];
  times.sort((a, b) => a - b);
  console.log(
    `${name.padEnd(22)}  ${(times.length / took).toFixed(0)}/s, p50 ${at(times, 0.5)} ms, p99 ${at(times, 0.99)} ms, ${((used / times.length) * 1_000).toFixed(2)} ms of CPU each`,
  );
}

async function firstMessages(port: number, authorization: string, place: Send): Promise<void> {
  const client = createClient({
    url: `ws://127.0.0.1:${port}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { authorization },
    lazy: false,
  });
  const query = readFileSync(new URL('../bffs/kiosk/operations/orderStatusChanged.graphql', import.meta.url), 'utf8');
  const times: number[] = [];
  for (let n = 0; n < 20; n += 1) {
    const began = performance.now();
    const { placeOrder } = (await place()) as { placeOrder: { __typename: string; order?: { id: string } } };
    if (!placeOrder.order) break;
    for await (const message of client.iterate({ query, variables: { orderId: placeOrder.order.id } })) {
      if (message.data) break;
    }
    times.push(performance.now() - began);
  }
  await client.dispose();
  times.sort((a, b) => a - b);
  console.log(
    times.length
      ? `place to first status   p50 ${at(times, 0.5)} ms, p99 ${at(times, 0.99)} ms (${times.length} orders)`
      : 'place to first status   not measured: the store is at capacity',
  );
}

function at(sorted: readonly number[], share: number): string {
  return (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(1);
}

/** User and system time of a process, in seconds: fields 14 and 15 of /proc/<pid>/stat, in ticks of 1/100 s. */
function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

function megabytes(pid: number): number {
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1_024);
}
