import type { z } from 'zod';
import { StartupError } from '#platform/config/startupError.ts';
import { config } from '#webhooks/config.ts';
import { secretKeysOf, secretsNamed, type SecretOptions } from './secrets.ts';

export type WebhookSecrets = z.output<typeof config>;

/**
 * The secrets of the door for webhooks.
 * @throws StartupError that names what is wrong, without its value
 */
export async function webhookSecretsOf(options: SecretOptions): Promise<WebhookSecrets> {
  const checked = config.safeParse(await secretsNamed(secretKeysOf([config]), options));
  if (checked.success) return checked.data;
  const [issue] = checked.error.issues;
  throw new StartupError(
    `${issue?.path.join('.') ?? 'a secret of webhooks'} is wrong: ${issue?.message ?? 'not allowed'}.`,
  );
}
