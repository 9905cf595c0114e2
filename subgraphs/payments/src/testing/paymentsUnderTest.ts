import { pino } from 'pino';
import { createRouterTransport } from '@connectrpc/connect';
import { openDomain } from '#platform/subgraph/openDomain.ts';
import { startPaymentProvider, type RunningPaymentProvider } from '#sandbox/paymentProvider/paymentProvider.ts';
import type { Behaviour } from '#sandbox/paymentProvider/behaviour.ts';
import { temporaryFolder } from '#platform/testkit/temporaryFolder.ts';
import type { Payments } from '../context.ts';
import definition from '../main.ts';

export const apiKey = 'key-of-the-payments-tests';

/** The sandbox's payment provider for one test file, with its admin API. */
export interface ProviderOfTests {
  readonly url: string;
  behave(behaviour: Partial<Behaviour>): Promise<void>;
  /** Does something that the merchant did not ask for: the path of a POST of the API. */
  post(path: string, body: object): Promise<{ readonly id: string }>;
  /** The provider's record of the payment of an order. */
  paymentOf(orderId: string): Promise<{ readonly id: string; readonly captures: readonly { readonly id: string }[] }>;
  /** Kassa's own API and that of its staff, with the same API key. */
  kassa(method: string, path: string, body?: object): Promise<unknown>;
  /** The kinds of the ledger's entries for an order, in order. */
  ledger(orderId: string): Promise<string[]>;
  close(): Promise<void>;
  /** Starts the provider again on the same port and with the same ledger. */
  reopen(): Promise<void>;
}

export async function providerOfTests(): Promise<ProviderOfTests> {
  const dataDir = temporaryFolder('payments');
  const open = (port: number) => startPaymentProvider({ port, dataDir, apiKey, kassa: { apiKey } });
  let running: RunningPaymentProvider = await open(0);
  const { url } = running;
  const admin = (method: string, path: string, body?: object) =>
    fetch(url + path, {
      method,
      headers: { authorization: `Bearer ${apiKey}` },
      body: body ? JSON.stringify(body) : undefined,
    });
  return {
    url,
    behave: async (behaviour) => {
      await admin('PUT', '/v1/behaviour', behaviour);
    },
    post: async (path, body) => (await (await admin('POST', path, body)).json()) as { id: string },
    async paymentOf(orderId) {
      const answer = await admin('GET', `/v1/authorisations?merchantReference=${orderId}`);
      const { data } = (await answer.json()) as { data: [{ id: string; captures: { id: string }[] }] };
      return data[0];
    },
    async ledger(orderId) {
      const { data } = (await (await admin('GET', `/v1/ledger?merchantReference=${orderId}`)).json()) as {
        data: { kind: string }[];
      };
      return data.map(({ kind }) => kind);
    },
    kassa: async (method, path, body) => (await admin(method, `/kassa${path}`, body)).json(),
    close: () => running.close(),
    reopen: async () => {
      running = await open(Number(new URL(url).port));
    },
  };
}

/** Opens the domain alone: without a relay, a bus and other domains. */
export function openPayments(
  databaseUrl: string,
  providerUrl: string,
  configuration: Record<string, unknown> = {},
): { payments: Payments; close(): Promise<void> } {
  const { domain, close } = openDomain(definition, {
    databaseUrl,
    network: {
      transportTo: () => createRouterTransport(() => undefined),
      serve: () => Promise.resolve({ close: () => Promise.resolve() }),
    },
    log: pino({ level: 'silent' }),
    configuration: { PAYMENT_PROVIDER_URL: providerUrl, PAYMENT_PROVIDER_API_KEY: apiKey, ...configuration },
  });
  return { payments: domain as Payments, close };
}
