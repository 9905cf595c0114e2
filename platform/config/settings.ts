import { z } from 'zod';
import { commaSeparated } from './commaSeparated.ts';
import { keyProviderSettings } from '#platform/keys/keyProviderSettings.ts';
import { isNetwork } from './network.ts';

/** A setting that is on or off. */
export const switchable = z
  .enum(['on', 'off', 'true', 'false', '1', '0'])
  .transform((value) => ['on', 'true', '1'].includes(value));

/** The settings of the platform itself. Each subgraph declares its own in addition. */
export const platformSettings = z.object({
  ...keyProviderSettings.shape,
  PROFILE: z
    .enum(['development', 'production'])
    .default('development')
    .describe('production: trusted documents only, no explorer, no introspection, and all secrets have to be given'),
  PORT_BASE: z.coerce
    .number()
    .int()
    .min(1024)
    .max(65_000)
    .default(4000)
    .describe('port of the gateway; everything else listens on ports above it'),
  HOST: z.string().min(1).default('127.0.0.1').describe('address to listen on; 0.0.0.0 for all'),
  DATA_DIR: z.string().min(1).default('.data').describe('folder of the databases, secrets and ledgers'),
  BUS: z.enum(['postgres', 'kafka']).default('postgres').describe('what carries the events between domains'),
  KAFKA_BROKERS: z.string().default('').describe('host:port, separated by commas; with BUS=kafka'),
  KAFKA_TLS: switchable.default(false).describe('TLS to the brokers; the host must be that of their certificate'),
  KAFKA_CA_PATH: z
    .string()
    .min(1)
    .optional()
    .describe('file (PEM) of the CA of the brokers’ certificates; the system’s CAs by default'),
  KAFKA_CERT_PATH: z.string().min(1).optional().describe('file (PEM) of a client’s certificate for the brokers'),
  KAFKA_KEY_PATH: z.string().min(1).optional().describe('file (PEM) of the key of that certificate'),
  KAFKA_SASL: z
    .enum(['none', 'plain', 'scram-sha-256', 'scram-sha-512'])
    .default('none')
    .describe('how we log in to the brokers, besides a certificate'),
  KAFKA_USERNAME: z
    .string()
    .min(1)
    .optional()
    .describe('user, with KAFKA_SASL; its password is the secret KAFKA_PASSWORD'),
  METRICS_PORT: z.coerce
    .number()
    .int()
    .min(0)
    .max(65_535)
    .optional()
    .describe('port of /metrics, for operators; by default "start" takes base + 9 and a single service has none'),
  METRICS_HOST: z.string().min(1).default('127.0.0.1').describe('address /metrics listens on, whatever HOST is'),
  KAFKA_CLIENT: z
    .enum(['kafkajs', 'platformatic'])
    .default('kafkajs')
    .describe('the Kafka client library; docs/adr/0011 says which one to take and why'),
  LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'silent'])
    .default('info')
    .describe('least severe log lines to print; by default "start" prints warn and above'),
  DRAIN_SECONDS: z.coerce
    .number()
    .min(0)
    .max(8)
    .optional()
    .describe(
      'how long a process that was told to stop goes on serving while it reports that it is not ready, so that load balancers turn away first (at most 8); by default 5 in production, 0 in development',
    ),
  ENGINE: z
    .enum(['own', 'apollo'])
    .default('own')
    .describe('what plans and executes at the edge: ours, or that of @apollo/gateway, as a way back'),
  SUBGRAPH_CIRCUIT_FAILURES: z.coerce
    .number()
    .int()
    .min(1)
    .max(1_000)
    .default(5)
    .describe(
      'after so many requests in a row without an answer a channel no longer asks that subgraph, and tells everybody at once that its fields are missing',
    ),
  SUBGRAPH_CIRCUIT_OPEN_SECONDS: z.coerce
    .number()
    .min(0.1)
    .max(60)
    .default(1)
    .describe('how long a channel then waits before one request tries that subgraph again'),
  SUBGRAPH_CIRCUIT_PATIENCE_SECONDS: z.coerce
    .number()
    .min(0.1)
    .max(60)
    .default(5)
    .describe('how long a request has to have waited for a subgraph to count as one without an answer'),
  PARTNER_URL: z
    .url()
    .optional()
    .describe(
      'address by which partners’ programs call their channel, such as https://partner.example.com: signatures cover it; by default http:// and the Host of the request',
    ),
  REST_URL: z
    .url()
    .optional()
    .describe(
      'address by which partners’ programs call REST, such as https://api.example.com: signatures cover it; by default http:// and the Host of the request',
    ),
  TRUSTED_PROXIES: commaSeparated
    .pipe(
      z.array(
        z.string().refine(isNetwork, {
          error: ({ input }) => `"${String(input)}" is neither an address nor a network such as 10.0.0.0/8`,
        }),
      ),
    )
    .describe(
      'addresses and networks of the balancers before the channels, separated by commas: where requests come from is read in their `X-Forwarded-For`; without them everybody comes from the address of the balancer, takes turns as one caller, and networks of partners’ apps fit none',
    ),
  RATES_REDIS_URL: z
    .url({
      protocol: /^rediss?$/,
      error: () => 'it must be redis://<host>:<port> or, with TLS, rediss://<host>:<port>',
    })
    .refine((url) => new URL(url).password === '', { error: () => 'the password belongs in RATES_REDIS_PASSWORD' })
    .optional()
    .describe(
      'a Valkey or Redis in which the replicas of a channel count the requests of callers together; without it each replica counts by itself, as all do while it is away. Its password is the secret RATES_REDIS_PASSWORD',
    ),
  CDN_PURGE_URL: z
    .url({ protocol: /^https?$/, error: () => 'it must be the http(s) address at which the CDN takes purges' })
    .optional()
    .describe(
      'where the CDN before the channels takes purges, by POST, of the tags that answers have in `Surrogate-Key` and `Cache-Tag`; with it public answers that are kept may be kept by the CDN, too, until an event. Its credentials are the secret CDN_PURGE_HEADER',
    ),
  SIMULATION: switchable
    .optional()
    .describe('a simulated kitchen and couriers move orders along; on in development unless switched off'),
});

export type PlatformSettings = z.output<typeof platformSettings>;
