import type { z } from 'zod';
import { StartupError } from '#platform/config/startupError.ts';
import { relayConfig } from '#subgraphs/partners/src/relay/config.ts';
import { config } from '#webhooks/config.ts';
import { secretsOf, type SecretOptions } from './secrets.ts';

export type WebhookSecrets = z.output<typeof config>;
export type RelaySecrets = z.output<typeof relayConfig>;

/**
 * The secrets of the door for webhooks.
 * @throws StartupError that names what is wrong, without its value
 */
export const webhookSecretsOf = (options: SecretOptions): Promise<WebhookSecrets> => checkedSecrets(config, options);

/**
 * The secrets of the relay of webhooks to partners.
 * @throws StartupError that names what is wrong, without its value
 */
export const relaySecretsOf = (options: SecretOptions): Promise<RelaySecrets> => checkedSecrets(relayConfig, options);

async function checkedSecrets<Schema extends z.ZodObject>(
  schema: Schema,
  options: SecretOptions,
): Promise<z.output<Schema>> {
  const checked = schema.safeParse(await secretsOf([schema], options));
  if (checked.success) return checked.data;
  const [issue] = checked.error.issues;
  throw new StartupError(
    `${issue?.path.join('.') ?? 'a secret of webhooks'} is wrong: ${issue?.message ?? 'not allowed'}.`,
  );
}
