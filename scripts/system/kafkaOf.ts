import { readFileSync } from 'node:fs';
import type { Logger } from 'pino';
import type { PlatformSettings } from '#platform/config/settings.ts';
import { StartupError } from '#platform/config/startupError.ts';
import type { KafkaSecurity } from '#platform/events/bus/kafka/kafkaClient.ts';
import type { EventBus } from '#platform/events/eventBus.ts';
import { eventTopics } from '#schema/topics.ts';
import { isTold, kafkaPasswordName, secretsNamed, type SecretOptions } from './secrets.ts';

/**
 * Opens the bus on the Kafka brokers that the settings name, and makes its topics.
 * @throws NotAvailableAtStart within seconds when no broker answers
 */
export async function kafkaOf(settings: PlatformKafka, log: Logger, secrets: SecretOptions): Promise<EventBus> {
  const brokers = settings.KAFKA_BROKERS.split(',')
    .map((each) => each.trim())
    .filter(Boolean);
  if (!brokers.length)
    throw new StartupError('KAFKA_BROKERS is missing: BUS=kafka needs the host:port of at least one broker.');
  const odd = brokers.find((each) => !/^[^\s:]+:\d+$/.test(each));
  if (odd) throw new StartupError(`KAFKA_BROKERS holds ${odd}: write host:port, separated by commas.`);
  const [{ kafkaBus }, security, topics] = await Promise.all([
    import('#platform/events/bus/kafka/kafkaBus.ts'),
    securityOf(settings, secrets),
    eventTopics(),
  ]);
  return kafkaBus({ brokers, client: settings.KAFKA_CLIENT, security, log, topics });
}

type PlatformKafka = Pick<
  PlatformSettings,
  | 'KAFKA_BROKERS'
  | 'KAFKA_CLIENT'
  | 'KAFKA_TLS'
  | 'KAFKA_CA_PATH'
  | 'KAFKA_CERT_PATH'
  | 'KAFKA_KEY_PATH'
  | 'KAFKA_SASL'
  | 'KAFKA_USERNAME'
>;

/**
 * Reads how to connect to brokers that require TLS or a login.
 * @throws StartupError when a file cannot be read or a setting is missing
 */
export async function securityOf(
  settings: Omit<PlatformKafka, 'KAFKA_BROKERS' | 'KAFKA_CLIENT'>,
  secrets: SecretOptions,
): Promise<KafkaSecurity> {
  const text = (name: 'KAFKA_CA_PATH' | 'KAFKA_CERT_PATH' | 'KAFKA_KEY_PATH'): string | undefined => {
    const path = settings[name];
    try {
      return path === undefined ? undefined : readFileSync(path, 'utf8');
    } catch (error) {
      throw new StartupError(`${name}=${path} cannot be read (${(error as NodeJS.ErrnoException).code}).`);
    }
  };
  const tls = settings.KAFKA_TLS
    ? { ca: text('KAFKA_CA_PATH'), cert: text('KAFKA_CERT_PATH'), key: text('KAFKA_KEY_PATH') }
    : undefined;
  const mechanism = settings.KAFKA_SASL;
  if (mechanism === 'none') return { tls };
  if (settings.KAFKA_USERNAME === undefined) throw new StartupError('KAFKA_USERNAME is missing: KAFKA_SASL needs it.');
  if (!isTold(kafkaPasswordName, secrets))
    throw new StartupError(
      `${kafkaPasswordName} is missing: KAFKA_SASL needs it. Set it, or ${kafkaPasswordName}_FILE.`,
    );
  const { [kafkaPasswordName]: password = '' } = await secretsNamed([kafkaPasswordName], secrets);
  return { tls, sasl: { mechanism, username: settings.KAFKA_USERNAME, password } };
}
