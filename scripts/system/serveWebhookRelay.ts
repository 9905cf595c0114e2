import { loadSettings } from '#platform/config/loadSettings.ts';
import { createLogger } from '#platform/telemetry/createLogger.ts';
import { webhookRelayService } from '#schema/services.ts';
import { runWebhookRelay } from '#subgraphs/partners/src/relay/runWebhookRelay.ts';
import { checkProfile } from './checkProfile.ts';
import { databaseAddress } from './databaseAddress.ts';
import { migrateDomain, partnersDatabase } from './databases.ts';
import { drainBefore } from './drain.ts';
import { patience } from './patience.ts';
import { webhookRelayOffset } from './ports.ts';
import { processMetrics } from './processMetrics.ts';
import { sandboxDefaults } from './sandboxDefaults.ts';
import { secretOptionsOf } from './secrets.ts';
import type { ServeContext } from './serveContext.ts';
import { webhookRelaySettings } from './serviceSettings.ts';
import { relaySecretsOf } from './webhookSecrets.ts';

/** Runs the relay of webhooks to partners in a process of its own, on the partners' database. */
export async function serveWebhookRelay(context: ServeContext): Promise<void> {
  const early = loadSettings(webhookRelaySettings, context.sources);
  checkProfile({ ...early, SIMULATION: undefined }, context.sources.environment);
  const settings = loadSettings(webhookRelaySettings, {
    ...context.sources,
    defaults:
      early.PROFILE === 'development' ? { WEBHOOK_TARGETS: sandboxDefaults(0, '')['WEBHOOK_TARGETS'] ?? '' } : {},
  });
  const log = createLogger({ level: settings.LOG_LEVEL, service: webhookRelayService });
  const { metrics } = await processMetrics(settings.METRICS_PORT, settings, context.teardown);
  const secretOptions = secretOptionsOf(settings, context);
  const databaseUrl = await databaseAddress(settings, secretOptions, {
    database: partnersDatabase,
    whole: 'DATABASE_URL',
    whatFor: 'webhooks to partners',
  });
  await patience(settings, log)(() => migrateDomain(databaseUrl, partnersDatabase));
  const relay = await runWebhookRelay({
    databaseUrl,
    secrets: await relaySecretsOf(secretOptions),
    reach: settings.PROFILE === 'production' ? 'public' : settings.WEBHOOK_TARGETS,
    log,
    metrics,
    host: settings.HOST,
    port: settings.PORT_BASE + webhookRelayOffset,
  });
  context.teardown.add('webhook relay', () => relay.close());
  drainBefore(context.teardown, settings, () => relay.drain());
  context.ready(`webhooks to partners; their public keys on ${relay.url}/.well-known/jwks.json`);
}
