import type { Logger } from 'pino';
import type { Ask } from './graphqlClient.ts';
import { durationOf, type Pace } from './pace.ts';

export const openTickets = /* GraphQL */ `
  query SimulationOpenTickets($first: Int!) {
    openTickets(first: $first) {
      orderId
      storeId
      status
      service
      since
    }
  }
`;

const stepOf = (mutation: 'startPreparation' | 'markReady' | 'handOver'): string => /* GraphQL */ `
  mutation Simulation_${mutation}($orderId: ID!) {
    ${mutation}(orderId: $orderId) { __typename ... on OrderStepRefused { status } }
  }
`;

interface Ticket {
  readonly orderId: string;
  readonly storeId: string;
  readonly status: 'CONFIRMED' | 'PREPARING' | 'READY';
  readonly service: string;
  /** When the last step of the ticket was taken. */
  readonly since: string;
}

/** What the kitchen does next about a ticket, and how long it takes. */
export const kitchenSteps = {
  CONFIRMED: { mutation: 'startPreparation', document: stepOf('startPreparation'), takes: (pace: Pace) => pace.start },
  PREPARING: { mutation: 'markReady', document: stepOf('markReady'), takes: (pace: Pace) => pace.cook },
  READY: { mutation: 'handOver', document: stepOf('handOver'), takes: (pace: Pace) => pace.handOver },
} as const;

const atOnce = 8;
const most = 200;
/** A step that was refused or failed is left alone for a while: the list may be behind, or somebody else at work. */
const restMs = 5_000;

/**
 * Kitchens that do all their work: they begin with tickets, cook, and hand over, each after its time. Nothing is
 * remembered but failures, so that a restart goes on where the orders stand.
 */
export function simulatedKitchens(ask: Ask, pace: Pace, log: Logger): { work(): Promise<void> } {
  const resting = new Map<string, number>();

  const isDue = (ticket: Ticket, now: number): boolean => {
    // Deliveries are picked up by their couriers, so the kitchen hands over the others only.
    if (ticket.status === 'READY' && ticket.service === 'DELIVERY') return false;
    const takes = durationOf(kitchenSteps[ticket.status].takes(pace), `${ticket.orderId}${ticket.status}`);
    return now >= Date.parse(ticket.since) + takes && now >= (resting.get(ticket.orderId) ?? 0);
  };

  async function step({ orderId, storeId, status }: Ticket): Promise<void> {
    const { mutation, document } = kitchenSteps[status];
    try {
      const data = await ask<Record<string, { __typename: string }>>({ role: 'kitchen', store: storeId }, document, {
        orderId,
      });
      const outcome = data[mutation]?.__typename ?? '';
      if (!outcome.endsWith('Success')) resting.set(orderId, Date.now() + restMs);
      log.debug({ orderId, mutation, outcome }, 'the simulated kitchen took a step');
    } catch (error) {
      resting.set(orderId, Date.now() + restMs);
      log.warn({ err: error, orderId, mutation }, 'the simulated kitchen could not take a step');
    }
  }

  return {
    /** Does one round: reads what there is to do, and does what is due. */
    async work() {
      const { openTickets: tickets } = await ask<{ openTickets: Ticket[] }>({ role: 'admin' }, openTickets, {
        first: most,
      });
      const due = tickets.filter((ticket) => isDue(ticket, Date.now()));
      const open = new Set(tickets.map(({ orderId }) => orderId));
      for (const orderId of resting.keys()) if (!open.has(orderId)) resting.delete(orderId);
      while (due.length > 0) await Promise.all(due.splice(0, atOnce).map(step));
    },
  };
}
