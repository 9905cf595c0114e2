import type { Logger } from 'pino';
import type { Ask } from './graphqlClient.ts';
import { durationOf, type Pace } from './pace.ts';
import { positionAt, ride, type Place, type Ride } from './ride.ts';

export const goOnDuty = /* GraphQL */ `
  mutation SimulationGoOnDuty {
    setAvailability(available: true) {
      __typename
    }
  }
`;

export const look = /* GraphQL */ `
  query SimulationLook {
    myRoute {
      position {
        latitude
        longitude
      }
      nextStop {
        kind
        position {
          latitude
          longitude
        }
        delivery {
          id
          readyForPickup
        }
      }
    }
    openJobs(first: 5) {
      id
      requestedAt
    }
  }
`;

export const acceptJob = /* GraphQL */ `
  mutation SimulationAcceptJob($deliveryId: ID!) {
    acceptJob(deliveryId: $deliveryId) {
      __typename
    }
  }
`;

export const reportPosition = /* GraphQL */ `
  mutation SimulationReportPosition($position: PositionInput!) {
    reportPosition(position: $position) {
      __typename
    }
  }
`;

export const reportStatus = /* GraphQL */ `
  mutation SimulationReportStatus($input: ReportDeliveryStatusInput!) {
    reportDeliveryStatus(input: $input) {
      __typename
    }
  }
`;

interface Seen {
  readonly myRoute: {
    readonly position: Place | null;
    readonly nextStop: {
      readonly kind: 'PICKUP' | 'DROPOFF';
      readonly position: Place;
      readonly delivery: { readonly id: string; readonly readyForPickup: boolean };
    } | null;
  } | null;
  readonly openJobs: readonly { readonly id: string; readonly requestedAt: string }[] | null;
}

type Stop = NonNullable<NonNullable<Seen['myRoute']>['nextStop']>;

/**
 * A courier who takes jobs, rides to the store and on to the customer, and says where they are. Only the ride under way
 * is remembered: after a restart it begins again from the position told last.
 */
export function simulatedCourier(courierId: string, ask: Ask, pace: Pace, log: Logger): { work(): Promise<void> } {
  const act = <Data>(document: string, variables?: Record<string, unknown>) =>
    ask<Data>({ role: 'courier', subject: courierId }, document, variables);
  let onDuty = false;
  let riding: (Ride & { readonly towards: string }) | null = null;

  async function takeJob(jobs: NonNullable<Seen['openJobs']>): Promise<void> {
    const job = jobs.find(
      ({ id, requestedAt }) => Date.now() >= Date.parse(requestedAt) + durationOf(pace.accept, `${id}${courierId}`),
    );
    if (!job) return;
    // If somebody else took the job first, nothing is wrong: the next round shows other jobs.
    const { acceptJob: outcome } = await act<{ acceptJob: { __typename: string } }>(acceptJob, { deliveryId: job.id });
    log.debug({ courierId, deliveryId: job.id, outcome: outcome.__typename }, 'a simulated courier asked for a job');
  }

  async function rideOn(stop: Stop, from: Place): Promise<void> {
    const towards = `${stop.delivery.id}${stop.kind}`;
    if (riding?.towards !== towards) {
      riding = { towards, ...ride(from, stop.position, Date.now(), durationOf(pace.ride, towards)) };
    }
    await act(reportPosition, { position: positionAt(riding, Date.now()) });
    if (Date.now() < riding.arrivesAt || (stop.kind === 'PICKUP' && !stop.delivery.readyForPickup)) return;
    const status = stop.kind === 'PICKUP' ? 'PICKED_UP' : 'DELIVERED';
    const { reportDeliveryStatus: outcome } = await act<{ reportDeliveryStatus: { __typename: string } }>(
      reportStatus,
      { input: { deliveryId: stop.delivery.id, status } },
    );
    log.debug(
      { courierId, deliveryId: stop.delivery.id, status, outcome: outcome.__typename },
      'a simulated courier took a step',
    );
  }

  return {
    /** Does one round: reads what there is to do, and does what is due. */
    async work() {
      if (!onDuty) {
        await act(goOnDuty);
        onDuty = true;
      }
      const { myRoute, openJobs } = await act<Seen>(look);
      if (myRoute?.nextStop) return rideOn(myRoute.nextStop, myRoute.position ?? myRoute.nextStop.position);
      riding = null;
      await takeJob(openJobs ?? []);
    },
  };
}
