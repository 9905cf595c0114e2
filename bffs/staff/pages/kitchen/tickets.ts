import type { KitchenQueueChangedSubscription } from '#generated/bffs/staff/operations.ts';

export type QueueChanges = NonNullable<KitchenQueueChangedSubscription['kitchenQueueChanged']>;
export type Ticket = QueueChanges['changed'][number];
export type TicketLine = Ticket['lines'][number];
export type Step = 'start' | 'ready' | 'recall' | 'handOver' | 'reject';
export type RejectionReason = 'KITCHEN_ITEM_UNAVAILABLE' | 'KITCHEN_TOO_BUSY' | 'KITCHEN_CLOSING';

/** One touch of a ticket. */
export interface Tap {
  /** The idempotency key of the tap, with which it is carried out once, however often it is sent. */
  readonly key: string;
  readonly orderId: string;
  readonly step: Step;
  readonly reason?: RejectionReason;
}

const steps: readonly unknown[] = ['start', 'ready', 'recall', 'handOver', 'reject'] satisfies Step[];

export const isTap = (kept: unknown): kept is Tap => {
  const { key, orderId, step } = (kept ?? {}) as Partial<Record<keyof Tap, unknown>>;
  return typeof key === 'string' && typeof orderId === 'string' && steps.includes(step);
};

export interface Station {
  readonly id: string;
  readonly name: string;
}

/**
 * Applies a message of the stream to the tickets, which are kept by order. It returns a new map and leaves the old one
 * as it was.
 */
export function applyChanges(tickets: ReadonlyMap<string, Ticket>, changes: QueueChanges): Map<string, Ticket> {
  const next = new Map(changes.reset ? [] : tickets);
  for (const ticket of changes.changed) next.set(ticket.orderId, ticket);
  for (const orderId of changes.removed) next.delete(orderId);
  return next;
}

const isCounter = ({ service }: Ticket): boolean => service !== 'DELIVERY';

/** The step that one tap or key takes; undefined where the kitchen has nothing to do, since a courier comes. */
export function nextStep(ticket: Ticket): Step | undefined {
  if (ticket.status === 'CONFIRMED') return 'start';
  if (ticket.status === 'PREPARING') return 'ready';
  return ticket.status === 'READY' && isCounter(ticket) ? 'handOver' : undefined;
}

export const mayRecall = (ticket: Ticket): boolean => ticket.status === 'READY' && isCounter(ticket);
export const mayReject = ({ status }: Ticket): boolean => status === 'CONFIRMED' || status === 'PREPARING';

/** The ticket as it will be once the tap is carried out; undefined when it will be gone. */
function after(ticket: Ticket, { step }: Tap): Ticket | undefined {
  if (step === 'handOver' || step === 'reject') return undefined;
  return { ...ticket, status: step === 'ready' ? 'READY' : 'PREPARING' };
}

export interface ShownTicket {
  readonly ticket: Ticket;
  /** The taps on this ticket that are not yet known to be carried out. */
  readonly pending: boolean;
  /**
   * Whether a tap that is not yet known to be carried out hands the order over or turns it down: nothing more can be
   * tapped.
   */
  readonly leaving: boolean;
}

/** The tickets as the screen shows them, oldest first: as the stream tells them, and then as they were tapped. */
export function shownTickets(tickets: ReadonlyMap<string, Ticket>, taps: readonly Tap[]): ShownTicket[] {
  return [...tickets.values()]
    .sort((a, b) => a.placedAt.localeCompare(b.placedAt) || a.number - b.number)
    .map((ticket) => {
      const own = taps.filter(({ orderId }) => orderId === ticket.orderId);
      let shown: Ticket | undefined = ticket;
      for (const tap of own) shown = shown && after(shown, tap);
      return { ticket: shown ?? ticket, pending: own.length > 0, leaving: shown === undefined };
    });
}

/** The stations that a line is made at: the categories of the items that it consists of. */
export function stationsOf({ item, slots }: TicketLine): Station[] {
  const parts = slots.flatMap((slot) => slot.item?.category ?? []);
  const found = parts.length > 0 ? parts : item ? [item.category] : [];
  return found.map(({ id, name }) => ({ id, name }));
}

/** All stations that the present tickets need, by name. */
export function stationsIn(tickets: Iterable<Ticket>): Station[] {
  const all = new Map([...tickets].flatMap(({ lines }) => lines.flatMap(stationsOf)).map((each) => [each.id, each]));
  return [...all.values()].sort((a, b) => a.name.localeCompare(b.name));
}

/**
 * The lines that a station makes. A line whose item cannot be read is shown at every station: better seen twice than
 * not at all.
 */
export const linesAt = ({ lines }: Ticket, station: string | undefined): TicketLine[] =>
  lines.filter((line) => {
    const stations = stationsOf(line);
    return station === undefined || stations.length === 0 || stations.some(({ id }) => id === station);
  });

/** Everything in a line that guests may be allergic to, once each. */
export function allergensOf({ item, modifiers, slots }: TicketLine): string[] {
  const all = [
    ...(item?.allergens ?? []),
    ...modifiers.flatMap(({ modifier }) => modifier?.allergens ?? []),
    ...slots.flatMap((slot) => slot.item?.allergens ?? []),
  ];
  return [...new Set(all)].sort();
}
