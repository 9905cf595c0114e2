import { z } from 'zod';
import { StartupError } from '#platform/config/startupError.ts';
import { endOnError } from '#platform/telemetry/endOnError.ts';
import { startPaymentProvider } from './paymentProvider.ts';

/** The provider as a process of its own: `PROVIDER_PORT`, `PROVIDER_HOST`, `PROVIDER_DATA_DIR`, `PROVIDER_API_KEY`. */
const environment = z
  .object({
    PROVIDER_PORT: z.coerce.number().int().min(0).max(65_535),
    PROVIDER_HOST: z.string().default('0.0.0.0'),
    PROVIDER_DATA_DIR: z.string().min(1),
    PROVIDER_API_KEY: z.string().min(16),
  })
  .safeParse(process.env);

endOnError('Payment provider');
if (!environment.success)
  throw new StartupError(
    environment.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '),
  );

const {
  PROVIDER_PORT: port,
  PROVIDER_HOST: host,
  PROVIDER_DATA_DIR: dataDir,
  PROVIDER_API_KEY: apiKey,
} = environment.data;
const provider = await startPaymentProvider({ port, host, dataDir, apiKey });
console.log(`Payment provider on ${provider.url}`);
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    provider.close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  });
}
