import { setTimeout as pause } from 'node:timers/promises';
import { endOnError } from '#platform/telemetry/endOnError.ts';
import { fixture } from '#gateway/testkit/fixtureGraph.ts';
import { serveFixture } from '#gateway/testkit/servedChannel.ts';
import { commandLine } from '../scripts/system/commandLine.ts';

endOnError('bench:overload');
const { settings: flags } = commandLine({
  name: 'bench:overload',
  does: 'a channel under three times the load that it can take: what becomes of those who browse, and of those who order.',
  flags: {
    '--seconds <n>': 'how long it is under load (20)',
    '--times <n>': 'how many times what it can take (3)',
  },
  more: `The domains answer after a second, and the channel runs 10 requests at once: it can take 10 a second, whatever the machine. One request in ten is an order, one asks how an order stands, five are of guests
who browse, 200 of them, and three of one caller who floods. Prints, for each of the four: how many were answered, how many were refused with 503, p50 and p99 of the answers. Ends with 1 if anything but browsing was refused.`,
  examples: ['bench:overload', 'bench:overload --times 1'],
});
const status = { query: 'query OrderScreen { order(orderId: "o1") { status } }' };
const order = { query: 'mutation { advance(orderId: "o1") { id } }' };
/** Each is another shop, so that none shares the fetch of another. */
const shop = (at: number) => ({ query: 'query($id: ID!) { shop(id: $id) { id } }', variables: { id: String(at) } });

await main(Number(flags['SECONDS']) || 20, Number(flags['TIMES']) || 3);

interface Outcome {
  readonly latencies: number[];
  shed: number;
  failed: number;
}

async function main(seconds: number, times: number): Promise<void> {
  const parts = await fixture();
  parts.orders.set('o1', { id: 'o1', owner: 'guest', status: 'PLACED', version: 1 });
  parts.gate = () => pause(1_000);
  const channel = await serveFixture(parts, {
    operations: { OrderScreen: status.query },
    manifest: { load: { maxRunning: 10, keptForUrgent: 3, maxWaiting: 40, waitMs: 3_000, first: ['OrderScreen'] } },
  });
  const tokenOf = async (subject: string) => ({ authorization: `Bearer ${await parts.token('customer', subject)}` });
  const [guest, flood, ...others] = await Promise.all(
    ['guest', 'flood', ...Array.from({ length: 200 }, (_, at) => `other-${at}`)].map(tokenOf),
  );
  const outcomes = new Map<string, Outcome>();
  const send = async (kind: string, request: object, headers: Record<string, string>): Promise<void> => {
    const outcome = outcomes.get(kind) ?? { latencies: [], shed: 0, failed: 0 };
    outcomes.set(kind, outcome);
    const began = performance.now();
    const { status } = await channel.post(request, headers);
    if (status === 200) outcome.latencies.push(performance.now() - began);
    else if (status === 503) outcome.shed += 1;
    else outcome.failed += 1;
  };
  const sent: Promise<void>[] = [];
  const began = performance.now();
  const perSecond = 10 * times;
  for (let at = 0; at < seconds * perSecond; at += 1) {
    const due = began + (at / perSecond) * 1_000;
    if (due > performance.now()) await pause(due - performance.now());
    const turn = at % 10;
    if (turn === 0) sent.push(send('ordering', order, guest!));
    else if (turn === 1) sent.push(send('status of an order', status, guest!));
    else if (turn % 3 === 0) sent.push(send('browsing, one caller', shop(at), flood!));
    else sent.push(send('browsing, 200 callers', shop(at), others[at % others.length]!));
  }
  await Promise.all(sent);
  await channel.close();
  console.log(`${perSecond} requests a second for ${seconds} s, of 10 that the channel can take`);
  for (const [kind, { latencies, shed, failed }] of [...outcomes].sort()) {
    if (failed > 0 || (shed > 0 && !kind.startsWith('browsing'))) process.exitCode = 1;
    const sorted = latencies.sort((a, b) => a - b);
    const at = (share: number) => `${Math.round(sorted[Math.floor(sorted.length * share)] ?? Number.NaN)} ms`;
    const all = sorted.length + shed + failed;
    const percent = (count: number) => `${((100 * count) / all).toFixed(1)} %`;
    console.log(
      `${kind.padEnd(22)} answered ${percent(sorted.length).padStart(7)}, refused ${percent(shed).padStart(7)}, p50 ${at(0.5)}, p99 ${at(0.99)}${failed > 0 ? `, ${failed} FAILED` : ''}`,
    );
  }
}
