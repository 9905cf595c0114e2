import { setTimeout as pause } from 'node:timers/promises';
import type { ChannelClient } from '../harness/channelClient.ts';
import { handOver, markReady, openTickets, startPreparation } from '../harness/staffDocuments.ts';

const nextStep = { CONFIRMED: startPreparation, PREPARING: markReady, READY: handOver } as const;
const atOnce = 6;

/**
 * All kitchens: they take every ticket that they may along to its end, as fast as that goes. `staff` asks the full
 * graph as an admin.
 */
export async function runKitchens(
  staff: ChannelClient,
  mayBegin: (orderId: string) => boolean,
  end: AbortSignal,
): Promise<void> {
  while (!end.aborted) {
    const tickets = (await staff.ask(openTickets, {})).openTickets.filter(({ orderId }) => mayBegin(orderId));
    const work = async (): Promise<void> => {
      // The list is behind at times: what is refused is seen again at the next look.
      for (let ticket = tickets.shift(); ticket; ticket = tickets.shift())
        await staff.mutate(nextStep[ticket.status], { orderId: ticket.orderId });
    };
    if (tickets.length === 0) await pause(50);
    await Promise.all(Array.from({ length: atOnce }, work));
  }
}
