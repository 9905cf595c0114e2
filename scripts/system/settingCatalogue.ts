import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { isSecret } from '#platform/config/secrets.ts';
import { platformSettings } from '#platform/config/settings.ts';
import { channels } from '#schema/channels.ts';
import {
  channelService,
  edgeServices,
  gatewayService,
  services,
  webhookRelayService,
  webhooksService,
} from '#schema/services.ts';
import { subgraphs } from '#schema/subgraphs.ts';
import { relayConfig } from '#subgraphs/partners/src/relay/config.ts';
import { config as webhooksConfig } from '#webhooks/config.ts';
import { originsSettings } from './channelOrigins.ts';
import { ownCertificateSettings } from './certificateSettings.ts';
import { adminPasswordName, passwordNameOf } from './databaseAddress.ts';
import { busDatabase, partnersDatabase, sagaDatabase, webhooksDatabase } from './databases.ts';
import {
  clientIssuerSettings,
  clientKeyName,
  cursorKeysName,
  kafkaPasswordName,
  deliveryPartnerSecretNames,
  kassaSecretNames,
  loyaltyPartnerSecretNames,
  supplierSecretNames,
  providerKeyName,
  isOptional,
  providerWebhookKeysName,
  smtpPasswordName,
  textingKeyName,
  publicKeysName,
  cdnPurgeHeaderName,
  ratesPasswordName,
  signingKeyNameOf,
} from './secrets.ts';
import { signInSettings } from './signIn.ts';
import {
  databasesSettings,
  edgeSettings,
  subgraphSettings,
  webhookRelaySettings,
  webhooksSettings,
} from './serviceSettings.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** A service, with the settings and secrets that it reads. */
export interface ServicePart {
  /** The service's name in docker-compose.yml; `start` is everything in one process. */
  readonly name: string;
  readonly settings: z.ZodObject;
  readonly secrets: readonly Secret[];
}

export interface Secret {
  readonly name: string;
  readonly description: string;
  /** When production needs the secret; by default always. */
  readonly when?: string;
}

/** A row of the list of all settings and secrets. */
export interface CatalogueEntry {
  readonly name: string;
  readonly description: string;
  readonly fallback: string;
  readonly secret: boolean;
  readonly services: readonly string[];
  readonly production: string;
}

const signingKeys = (service: string): Secret[] => [
  {
    name: signingKeyNameOf(service),
    description: `signs what ${service} says to the other services: a private ES256 key as JWK`,
  },
  {
    name: publicKeysName,
    description:
      'public keys of all services by name, as JSON: who is believed; no secret, but who can change it can speak as anybody',
  },
];
const cursorKeys: Secret = {
  name: cursorKeysName,
  description:
    'sign the cursors of streams, the same for all replicas of all channels: 32 random bytes in base64; several, separated by commas: the first signs, all are believed',
};
const clientKey: Secret = { name: clientKeyName, description: 'signs clients’ tokens in development', when: 'refused' };
const passwordOf = (database: string, when?: string): Secret => ({
  name: passwordNameOf(database),
  description: `password of the role and database ${database}`,
  when,
});
const busPassword = passwordOf(busDatabase, 'with BUS=postgres');
const kafkaPassword: Secret = {
  name: kafkaPasswordName,
  description: 'password of KAFKA_USERNAME',
  when: 'with KAFKA_SASL',
};

const ratesPassword: Secret = {
  name: ratesPasswordName,
  description: 'password of RATES_REDIS_URL',
  when: 'if that server asks for one',
};

const cdnPurgeHeader: Secret = {
  name: cdnPurgeHeaderName,
  description:
    'the header by which the CDN of CDN_PURGE_URL knows us, such as `authorization: Bearer …` or `fastly-key: …`',
  when: 'if the CDN asks for one',
};

/** Whether production needs a setting, where the schema does not show it. */
const neededInProduction: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Object.keys(clientIssuerSettings.shape).map((name) => [name, 'required'])),
  DATABASE_HOST: 'required but for `start`',
  KAFKA_BROKERS: 'with BUS=kafka',
};

/**
 * The settings of a domain, from `subgraphs/<name>/src/config.ts`. That file must import no generated code, because
 * this runs before `generate`.
 */
async function configOf(name: string): Promise<z.ZodObject> {
  const file = join(root, 'subgraphs', name, 'src/config.ts');
  return existsSync(file)
    ? ((await import(`../../subgraphs/${name}/src/config.ts`)) as { config: z.ZodObject }).config
    : z.object({});
}

/** The names of the channels that a service serves. */
const channelsOf = (service: string): readonly string[] =>
  channels.filter(({ name }) => channelService(name) === service).map(({ name }) => name);

/** All services, each with the settings and secrets that it reads. */
export async function serviceParts(): Promise<ServicePart[]> {
  const domains = await Promise.all(
    subgraphs.map(async ({ name, database }) => ({ name, database, ...split(await configOf(name)) })),
  );
  const webhookSecrets = split(webhooksConfig).secrets;
  const relaySecrets = split(relayConfig).secrets;
  const secretNamed = (wanted: string): Secret[] =>
    [...domains.flatMap(({ secrets }) => secrets), ...webhookSecrets].filter(({ name }) => name === wanted);
  return [
    {
      name: 'start',
      settings: z.object(
        Object.assign(
          {},
          platformSettings.shape,
          clientIssuerSettings.shape,
          originsSettings().shape,
          signInSettings().shape,
          ownCertificateSettings.shape,
          ...domains.map(({ settings }) => settings.shape),
        ) as z.ZodRawShape,
      ),
      secrets: [
        cursorKeys,
        clientKey,
        kafkaPassword,
        ratesPassword,
        cdnPurgeHeader,
        ...domains.flatMap(({ secrets }) => secrets),
        ...webhookSecrets,
        ...relaySecrets,
      ],
    },
    ...domains.map(({ name, database, settings, secrets }) => ({
      name,
      settings: z.object({ ...subgraphSettings.shape, ...settings.shape }),
      secrets: [
        ...signingKeys(name),
        passwordOf(database),
        ...(hasSagas(name) ? [passwordOf(sagaDatabase)] : []),
        ...secrets,
        busPassword,
        kafkaPassword,
      ],
    })),
    ...edgeServices.map((name) => ({
      name,
      settings: z.object({
        ...edgeSettings.shape,
        ...signInSettings(channelsOf(name)).shape,
        ...originsSettings(name === gatewayService ? [gatewayService] : channelsOf(name)).shape,
      }),
      secrets: [...signingKeys(name), cursorKeys, clientKey, busPassword, kafkaPassword, ratesPassword, cdnPurgeHeader],
    })),
    {
      name: webhooksService,
      settings: webhooksSettings,
      secrets: [...signingKeys(webhooksService), passwordOf(webhooksDatabase), ...webhookSecrets],
    },
    {
      name: webhookRelayService,
      settings: webhookRelaySettings,
      secrets: [passwordOf(partnersDatabase), ...relaySecrets],
    },
    {
      name: 'databases',
      settings: databasesSettings,
      secrets: [
        { name: adminPasswordName, description: 'password of POSTGRES_USER, who makes the roles and databases' },
        ...domains.map(({ database }) => passwordOf(database)),
        passwordOf(sagaDatabase),
        passwordOf(webhooksDatabase),
        busPassword,
      ],
    },
    {
      name: 'provider',
      settings: platformSettings.pick({ PROFILE: true, PORT_BASE: true, HOST: true, DATA_DIR: true }),
      secrets: [providerKeyName, providerWebhookKeysName, ...Object.values(kassaSecretNames)].flatMap(secretNamed),
    },
    {
      name: 'delivery-partners',
      settings: platformSettings.pick({ PROFILE: true, PORT_BASE: true, HOST: true, DATA_DIR: true }),
      secrets: Object.values(deliveryPartnerSecretNames).flatMap(({ own, webhooks }) => [
        ...secretNamed(own),
        ...secretNamed(webhooks),
      ]),
    },
    {
      name: 'loyalty-partner',
      settings: platformSettings.pick({ PROFILE: true, PORT_BASE: true, HOST: true, DATA_DIR: true }),
      secrets: Object.values(loyaltyPartnerSecretNames).flatMap((name) => secretNamed(name)),
    },
    {
      name: 'supplier',
      settings: platformSettings.pick({ PROFILE: true, PORT_BASE: true, HOST: true, DATA_DIR: true }),
      secrets: Object.values(supplierSecretNames).flatMap((name) => secretNamed(name)),
    },
    {
      name: 'mailbox',
      settings: platformSettings.pick({ PROFILE: true, PORT_BASE: true, HOST: true, DATA_DIR: true }),
      secrets: [...secretNamed(smtpPasswordName), ...secretNamed(textingKeyName)],
    },
    {
      name: 'simulation',
      settings: platformSettings.pick({ PROFILE: true, PORT_BASE: true, HOST: true, DATA_DIR: true, LOG_LEVEL: true }),
      secrets: [clientKey],
    },
  ];
}

/** The settings that `start` reads, without secrets. Commands that prepare a system for `start` read the same. */
export const startSettings = async (): Promise<z.ZodObject> =>
  (await serviceParts()).find(({ name }) => name === 'start')?.settings ?? platformSettings;

function split(config: z.ZodObject): { settings: z.ZodObject; secrets: Secret[] } {
  const entries = Object.entries(config.shape);
  return {
    settings: z.object(Object.fromEntries(entries.filter(([name]) => !isSecret(name)))),
    secrets: entries
      .filter(([name]) => isSecret(name))
      .map(([name, field]) => ({
        name,
        description: (field as z.ZodType).description ?? '',
        ...(isOptional(field as z.ZodType) && { when: 'optional' }),
      })),
  };
}

const hasSagas = (name: string): boolean => existsSync(join(root, 'subgraphs', name, 'src/sagas'));

/** Settings with a whole database address, which include a password. They override the settings for its parts. */
const wholeAddresses: readonly CatalogueEntry[] = [
  [
    'DATABASE_URL',
    'of the domain’s database, as its own role',
    [...subgraphs.map(({ name }) => name), webhooksService, webhookRelayService],
  ],
  ['SAGAS_DATABASE_URL', 'of the durable state of sagas', subgraphs.map(({ name }) => name).filter(hasSagas)],
  ['BUS_DATABASE_URL', 'of the bus, with BUS=postgres', services.filter((name) => name !== webhooksService)],
].map(([name, description, readers]) => ({
  name: name as string,
  description: `the whole address ${description as string}, instead of DATABASE_HOST and the like`,
  fallback: '',
  secret: true,
  services: readers as string[],
  production: 'optional',
}));

/** What the commands of operators read, and no service. */
const ofCommands: CatalogueEntry = {
  name: 'ADMIN_DATABASE_URL',
  description:
    'the address of the PostgreSQL server that holds the databases of all domains, with a role that may read and write in each of them; which database is meant, the command knows. In place of DATABASE_HOST and the domains’ passwords',
  fallback: '',
  secret: true,
  services: ['`chain:import`, `chain:export` and other commands of operators'],
  production: 'optional',
};

/** Lists every setting and secret, with the services that read it. */
export async function settingCatalogue(): Promise<CatalogueEntry[]> {
  const found = new Map<string, CatalogueEntry & { services: string[] }>();
  const add = (service: string, entry: Omit<CatalogueEntry, 'services'>): void => {
    const known = found.get(entry.name);
    if (known) known.services.push(service);
    else found.set(entry.name, { ...entry, services: [service] });
  };
  for (const { name: service, settings, secrets } of await serviceParts()) {
    for (const [name, field] of Object.entries(settings.shape))
      add(service, { name, secret: false, ...aboutField(name, field as z.ZodType) });
    for (const { name, description, when } of secrets)
      if (!found.get(name)?.services.includes(service))
        add(service, { name, description, fallback: '', secret: true, production: when ?? 'required' });
  }
  return [...found.values(), ...wholeAddresses, ofCommands];
}

function aboutField(name: string, field: z.ZodType): Pick<CatalogueEntry, 'description' | 'fallback' | 'production'> {
  const fallback = (field as { def?: { defaultValue?: unknown } }).def?.defaultValue;
  const usual = field.safeParse(undefined).success ? 'optional' : 'required';
  return {
    description: field.description ?? '',
    fallback: fallback === undefined ? '' : String(fallback),
    production: neededInProduction[name] ?? usual,
  };
}

/** The names that may stand in `.env`. */
export async function knownNames(): Promise<Set<string>> {
  const entries = await settingCatalogue();
  return new Set(entries.flatMap(({ name, secret }) => (secret ? [name, `${name}_FILE`] : [name])));
}

/** The lines of `--help` about the settings of one service, or of all. */
export async function describeCatalogue(service?: string): Promise<string> {
  const entries = (await settingCatalogue()).filter(
    ({ services }) => service === undefined || services.includes(service),
  );
  const line = ({ name, description, fallback }: CatalogueEntry): string =>
    `  ${name.padEnd(38)} ${description}${fallback === '' ? '' : ` (${fallback})`}`;
  const [secrets, settings] = [entries.filter(({ secret }) => secret), entries.filter(({ secret }) => !secret)];
  return [
    'Settings, as an environment variable, a line of .env, or a flag (PORT_BASE is --port-base):',
    ...settings.map(line),
    '',
    'Secrets, as an environment variable, a line of .env, or in a file that <NAME>_FILE names; the development profile makes its own:',
    ...secrets.map(line),
  ].join('\n');
}
