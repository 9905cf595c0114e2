import type { Logger } from 'pino';
import { graphqlClient, type Actor, type Ask } from '#sandbox/simulation/graphqlClient.ts';
import type { ExplorerHelp } from '#gateway/serve/explorer.ts';
import type { ExampleIds } from '#schema/seed/exampleValues.ts';
import { exampleVariables } from '#schema/seed/exampleVariables.ts';
import type { SecretOptions } from '../secrets.ts';
import { demoToken } from './demoToken.ts';
import { exampleOrders } from './exampleOrders.ts';

export interface ExplorerParts {
  /** The full graph, whose address is known when the first page is opened. */
  gatewayUrl(): string;
  readonly secretOptions: SecretOptions;
  /** File (PEM) of the certificate of the channels, if they speak TLS. */
  readonly trusted?: string | undefined;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/**
 * In development, explorers show values of the seed, orders that run when the page is opened, and a token of those who
 * use their channel.
 */
export function developmentExplorers({
  gatewayUrl,
  secretOptions,
  trusted,
  log,
  signal,
}: ExplorerParts): (roles: readonly string[]) => ExplorerHelp {
  const tokenFor = ({ role, ...rest }: Actor) => demoToken(secretOptions, { roles: [role], ...rest });
  let client: Ask | undefined;
  const orders = exampleOrders((...asked) =>
    (client ??= graphqlClient(gatewayUrl(), tokenFor, signal, trusted))(...asked),
  );

  /** A page without orders is better than none: a store may be closed, and with `--only` parts do not run. */
  const idsFor = (roles: readonly string[]): Promise<ExampleIds> =>
    (roles.includes('kiosk') ? orders.ofKiosk() : orders.ofCustomer()).catch((error: unknown) => {
      log.warn({ err: error }, 'no order could be placed for the documents of an explorer');
      return {};
    });

  return (roles) => ({
    async open() {
      const [token, ids] = await Promise.all([demoToken(secretOptions, { roles }), idsFor(roles)]);
      return {
        token,
        ids: { ...ids },
        variablesOf: (document, schema) => exampleVariables(document, schema, ids),
      };
    },
  });
}
