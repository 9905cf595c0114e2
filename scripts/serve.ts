import '#platform/config/productionMode.ts';
import { existsSync } from 'node:fs';
import { StartupError } from '#platform/config/startupError.ts';
import { endOnError } from '#platform/telemetry/endOnError.ts';
import { logForMachines } from '#platform/telemetry/logForMachines.ts';
import { channelService } from '#schema/services.ts';
import { parseFlags } from './system/flags.ts';
import { readEnvironment } from './system/readEnvironment.ts';
import type { ServeContext } from './system/serveContext.ts';
import { Teardown } from './system/teardown.ts';

const help = `serve: runs one part of the system in a process of its own.

  serve subgraph <name>   GraphQL on base + its port, gRPC 20 above; DATABASE_HOST, and the bus
  serve channel <name>    a channel, on its port
  serve gateway           the full graph, on base + 0
  serve webhooks          the door for webhooks of systems outside, on base + 6; DATABASE_HOST
  serve webhook-relay     sends webhooks to partners; its public keys on base + 28; DATABASE_HOST
  serve provider          the payment provider of the sandbox; development only
  serve delivery-partners  the delivery partners of the sandbox; development only
  serve loyalty-partner   the loyalty partner of the sandbox; development only
  serve supplier          the supplier of the sandbox; development only
  serve mailbox           the mail server of the sandbox, with a page that shows its mails; development only
  serve simulation        simulated kitchens and couriers (GATEWAY_URL, DELIVERY_URL); development only
  serve databases         makes the roles and databases of all domains (DATABASE_HOST, POSTGRES_PASSWORD), and ends

`;

// At a terminal, a person reads plain text; otherwise something collects the service's log, and gets JSON.
if (!process.stdout.isTTY && !process.argv.includes('--help')) logForMachines(serviceOf(process.argv.slice(2)));
const teardown = new Teardown();
let stopping = false;
// Signals are handled from the beginning: a process that is told to stop while it starts stops everything that it has
// started, and what it still starts afterwards.
stopOnSignals();
endOnError('serve', async () => {
  await teardown.run();
  // A start that is stopped midway fails, because parts it needs are closed: that error is not reported.
  if (stopping) process.exit(0);
});
await main();

async function main(): Promise<void> {
  const { switches, settings, words } = parseFlags(process.argv.slice(2), ['help']);
  if (switches.has('help')) {
    const { describeCatalogue } = await import('./system/settingCatalogue.ts');
    return console.log(help + (await describeCatalogue()));
  }
  const context: ServeContext = {
    sources: { environment: await readEnvironment(), flags: settings },
    teardown,
    tell: (line) => console.log(line),
    ready: (line) => console.log(`serving ${line}`),
  };
  // A container image has the generated code, but not the tools that make it; a fresh clone only has the tools.
  if (words.length > 0 && !existsSync(new URL('../generated/channels', import.meta.url)))
    await (await import('./system/generateOrFail.ts')).generateOrFail(context.tell);
  await serve(words, context);
}

async function serve([what, name = '']: readonly string[], context: ServeContext): Promise<void> {
  switch (what) {
    case 'subgraph':
      return (await import('./system/serveSubgraph.ts')).serveSubgraph(name, context);
    case 'channel':
      return (await import('./system/serveEdge.ts')).serveChannel(name, context);
    case 'gateway':
      return (await import('./system/serveEdge.ts')).serveGateway(context);
    case 'webhooks':
      return (await import('./system/serveWebhooks.ts')).serveWebhooks(context);
    case 'webhook-relay':
      return (await import('./system/serveWebhookRelay.ts')).serveWebhookRelay(context);
    case 'provider':
      return (await import('./system/development/serveSandbox.ts')).serveProvider(context);
    case 'delivery-partners':
      return (await import('./system/development/serveSandbox.ts')).serveDeliveryPartners(context);
    case 'loyalty-partner':
      return (await import('./system/development/serveSandbox.ts')).serveLoyaltyPartner(context);
    case 'supplier':
      return (await import('./system/development/serveSandbox.ts')).serveSupplier(context);
    case 'mailbox':
      return (await import('./system/development/serveSandbox.ts')).serveMailbox(context);
    case 'simulation':
      return (await import('./system/development/serveSandbox.ts')).serveSimulation(context);
    case 'databases':
      return (await import('./system/prepareDatabases.ts')).prepareDatabases(context);
    default:
      throw new StartupError(
        'say what to serve: subgraph <name>, channel <name>, gateway, webhooks, webhook-relay, provider, delivery-partners, loyalty-partner, supplier, mailbox, simulation or databases (--help tells more).',
      );
  }
}

function stopOnSignals(): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (stopping) process.exit(130);
      stopping = true;
      teardown.run({ drain: true }).then(
        () => process.exit(0),
        () => process.exit(1),
      );
    });
  }
}

/** The service's name, as in docker-compose.yml. */
function serviceOf(args: readonly string[]): string {
  const [what = 'serve', name] = args.filter((each) => !each.startsWith('-'));
  if (name === undefined) return what;
  return what === 'channel' ? channelService(name) : name;
}
