import { setTimeout as sleep } from 'node:timers/promises';
import { counterDomain } from '#platform/events/fixtures/counterDomain.ts';
import { openBus } from '#platform/events/fixtures/openBus.ts';
import { startRelay, type Relay } from '#platform/events/relay.ts';
import type { SqlTx } from '#platform/events/sqlTx.ts';
import { armFailPoint } from '#platform/faults/failPoint.ts';
import { orderCount, write } from './chaosDomain.ts';
import { log, patiently, readSetup } from './setup.ts';

// This process writes as long as it is allowed to, prints what became of it, and relays when the other relay is gone.
process.on('SIGUSR2', () => armFailPoint('relay.published'));
const pauseMs = 50;
let relay: Relay | undefined;
const setup = readSetup();
const domain = counterDomain(setup.databaseUrl, { name: 'orders', relay: () => relay });
void patiently(() => openBus(setup.busAddress, log)).then((bus) =>
  patiently(async () => {
    relay = await startRelay(domain, bus);
  }),
);
console.log('ready');

class MayNot extends Error {}

/** @throws MayNot if writing is forbidden. The row's lock makes who forbids it wait for transactions under way. */
async function mayWrite(tx: SqlTx): Promise<void> {
  const [row] = await tx.$queryRawUnsafe<{ allowed: boolean }[]>('select allowed from writing for share');
  if (!row?.allowed) throw new MayNot();
}

const chance = (n: number): number => Math.floor(Math.random() * n);

for (;;) {
  const { committed, rolledBack } = await write(
    domain,
    { order: chance(orderCount), events: 1 + chance(3), rollsBack: chance(6) === 0 },
    mayWrite,
  );
  if (committed.length) console.log(`committed ${committed.join()}`);
  if (rolledBack.length) console.log(`rolled back ${rolledBack.join()}`);
  await sleep(chance(2 * pauseMs));
}
