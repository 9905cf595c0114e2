import { loadSettings, mergeSettings } from '#platform/config/loadSettings.ts';
import { platformSettings } from '#platform/config/settings.ts';
import { startPaymentProvider } from '#sandbox/paymentProvider/paymentProvider.ts';
import { z } from 'zod';
import { dataFolder } from './dataDir.ts';
import { providerOffset } from './ports.ts';
import { secretOptionsOf, providerKeyName, secretsNamed } from './secrets.ts';
import type { ServeContext } from './serveContext.ts';

/** The payment provider of the sandbox, in a process of its own. */
export async function serveProvider(context: ServeContext): Promise<void> {
  const settings = loadSettings(mergeSettings(platformSettings, [z.object({ [providerKeyName]: z.string().optional() })]), context.sources);
  const { [providerKeyName]: apiKey = '' } = await secretsNamed([providerKeyName], secretOptionsOf(settings, context));
  const provider = await startPaymentProvider({ port: settings.PORT_BASE + providerOffset, host: settings.HOST, dataDir: dataFolder(settings.DATA_DIR, 'provider'), apiKey });
  context.teardown.add('payment provider', () => provider.close());
  context.ready(`payment provider on ${provider.url}`);
}
