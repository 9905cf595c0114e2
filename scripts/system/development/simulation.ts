import type { Logger } from 'pino';
import { issueToken } from '#platform/identity/developmentIssuer.ts';
import { logOfService } from '#platform/telemetry/createLogger.ts';
import type { TokenFor } from '#sandbox/simulation/graphqlClient.ts';
import { startSimulation } from '#sandbox/simulation/simulation.ts';
import { seedId } from '#schema/seed/seedId.ts';
import { clientKeyOf, type SecretOptions } from '../secrets.ts';

/** The seeded couriers around the demo store, except the first one, which is for people who try out the system. */
const couriers = [2, 3, 4, 5, 6].map((n) => seedId('courier', n));

export interface SimulationParts {
  readonly gatewayUrl: string;
  readonly deliveryUrl: string;
  readonly secretOptions: SecretOptions;
  /** File (PEM) of the certificate of the channels, if they speak TLS. */
  readonly trusted?: string | undefined;
  readonly log: Logger;
}

/** Starts the simulated kitchens and couriers, with tokens of the development profile. Returns how to stop them. */
export async function simulate({
  gatewayUrl,
  deliveryUrl,
  secretOptions,
  trusted,
  log,
}: SimulationParts): Promise<() => Promise<void>> {
  const key = await clientKeyOf(secretOptions);
  const tokenFor: TokenFor = (actor) =>
    issueToken(key, {
      subject: actor.role === 'courier' ? actor.subject : `simulated-${actor.role}`,
      roles: [actor.role],
      bindings: actor.role === 'kitchen' ? { kitchen: { store: actor.store } } : {},
    });
  const end = new AbortController();
  const { stopped } = startSimulation({
    gatewayUrl,
    deliveryUrl,
    tokenFor,
    couriers,
    trusted,
    log: logOfService(log, 'simulation'),
    signal: end.signal,
  });
  return () => {
    end.abort();
    return stopped;
  };
}
