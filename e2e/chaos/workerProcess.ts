import { projectReadModels } from '#platform/events/projectReadModels.ts';
import { counterDomain } from '#platform/events/fixtures/counterDomain.ts';
import { openBus } from '#platform/events/fixtures/openBus.ts';
import { runConsumers } from '#platform/events/runConsumers.ts';
import { effects, tally } from './chaosDomain.ts';
import { log, patiently, readSetup } from './setup.ts';

// This process is one member of the consumers' groups. It does not listen on a port, as a service does, so without the
// timer it would end while it has no connection.
setInterval(() => undefined, 60_000);
const setup = readSetup();
const domain = counterDomain(setup.databaseUrl, { name: 'orders' });
const bus = await patiently(() => openBus(setup.busAddress, log));
await patiently(() => runConsumers(domain, [effects, ...projectReadModels([tally], 'orders')], bus));
console.log('ready');
