import { setTimeout as wait } from 'node:timers/promises';
import type { Logger } from 'pino';
import { simulatedCourier } from './courier.ts';
import { graphqlClient, type TokenFor } from './graphqlClient.ts';
import { simulatedKitchens } from './kitchen.ts';
import { humanPace, type Pace } from './pace.ts';

export interface SimulationOptions {
  /** GraphQL endpoint of the full graph, where kitchens and staff work. */
  readonly gatewayUrl: string;
  /** GraphQL endpoint of the delivery channel. */
  readonly deliveryUrl: string;
  readonly tokenFor: TokenFor;
  /** File (PEM) of the certificate of both, if they speak TLS by one that no authority has signed. */
  readonly trusted?: string | undefined;
  /** Ids of the couriers who are simulated. If there are none, nobody delivers. */
  readonly couriers: readonly string[];
  readonly log: Logger;
  /** Ends the simulation when it fires. */
  readonly signal: AbortSignal;
  /** How long people take; what is left out is as in `humanPace`. */
  readonly pace?: Partial<Pace>;
}

const longestPauseMs = 10_000;

/**
 * The people of the development profile: kitchens that cook what is ordered and couriers who bring it, through the same
 * mutations as real ones. Everything it knows it reads from the graph, so it may be stopped and begun again at any
 * time, and several at once do no harm. Returns at once; `stopped` resolves soon after the signal fires. It never
 * rejects: what fails is logged and tried again.
 */
export function startSimulation(options: SimulationOptions): { stopped: Promise<void> } {
  const { tokenFor, trusted, log, signal } = options;
  const pace = { ...humanPace, ...options.pace };
  const gateway = graphqlClient(options.gatewayUrl, tokenFor, signal, trusted);
  const delivery = graphqlClient(options.deliveryUrl, tokenFor, signal, trusted);
  const workers = [
    simulatedKitchens(gateway, pace, log),
    ...options.couriers.map((courierId) => simulatedCourier(courierId, delivery, pace, log)),
  ];
  return {
    stopped: Promise.all(workers.map((worker) => keepWorking(worker, pace, log, signal))).then(() => undefined),
  };
}

/** Repeats a round of work until the signal fires, with a pause that grows while it fails. */
async function keepWorking(
  worker: { work(): Promise<void> },
  pace: Pace,
  log: Logger,
  signal: AbortSignal,
): Promise<void> {
  let failures = 0;
  while (!signal.aborted) {
    try {
      await worker.work();
      failures = 0;
    } catch (error) {
      failures += 1;
      // Only the first failure in a row is logged: a gateway that is down would fill the log otherwise.
      if (failures === 1 && !signal.aborted) log.warn({ err: error }, 'the simulation cannot work, and tries again');
    }
    const pauseMs = Math.min(longestPauseMs, pace.look * 1_000 * 2 ** Math.min(failures, 10));
    await wait(pauseMs, undefined, { signal, ref: false }).catch(() => undefined);
  }
}
