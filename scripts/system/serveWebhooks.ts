import { loadSettings } from '#platform/config/loadSettings.ts';
import { migrate } from '#platform/postgres/migrate.ts';
import { grpcNetwork } from '#platform/rpc/network.ts';
import { createLogger } from '#platform/telemetry/createLogger.ts';
import { webhooksService } from '#schema/services.ts';
import { runWebhooks } from '#webhooks/runWebhooks.ts';
import { checkProfile } from './checkProfile.ts';
import { databaseAddress } from './databaseAddress.ts';
import { webhooksDatabase, webhooksMigrations } from './databases.ts';
import { drainBefore } from './drain.ts';
import { patience } from './patience.ts';
import { grpcOffsetOf, webhooksOffset } from './ports.ts';
import { processMetrics } from './processMetrics.ts';
import { secretOptionsOf, serviceIdentityOf } from './secrets.ts';
import type { ServeContext } from './serveContext.ts';
import { addressOf, webhooksSettings } from './serviceSettings.ts';
import { webhookSecretsOf } from './webhookSecrets.ts';

/** Runs the door for webhooks in a process of its own; the subgraphs run in theirs. */
export async function serveWebhooks(context: ServeContext): Promise<void> {
  const settings = loadSettings(webhooksSettings, context.sources);
  checkProfile({ ...settings, SIMULATION: undefined }, context.sources.environment);
  const log = createLogger({ level: settings.LOG_LEVEL, service: webhooksService });
  const { metrics } = await processMetrics(settings.METRICS_PORT, settings, context.teardown);
  const secretOptions = secretOptionsOf(settings, context);
  const secrets = await webhookSecretsOf(secretOptions);
  const databaseUrl = await databaseAddress(settings, secretOptions, {
    database: webhooksDatabase,
    whole: 'DATABASE_URL',
    whatFor: 'the inbox of webhooks',
  });
  await patience(settings, log)(() => migrate(databaseUrl, webhooksMigrations));
  const network = grpcNetwork({
    identity: await serviceIdentityOf(secretOptions, webhooksService),
    addressOf: (domain) => addressOf(settings.GRPC_URL, domain, settings.PORT_BASE + grpcOffsetOf(domain)),
    listen: { host: settings.HOST, port: settings.PORT_BASE + grpcOffsetOf(webhooksService) },
  });
  context.teardown.add('connections to the domains', () => network.close());
  const webhooks = await runWebhooks({
    databaseUrl,
    network,
    secrets,
    log,
    metrics,
    host: settings.HOST,
    port: settings.PORT_BASE + webhooksOffset,
  });
  context.teardown.add('webhooks', () => webhooks.close());
  drainBefore(context.teardown, settings, () => webhooks.drain());
  context.ready(`webhooks on ${webhooks.url}/webhooks/<source>`);
}
