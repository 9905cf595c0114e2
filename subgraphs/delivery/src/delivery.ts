/** How far a delivery has come. */
export type DeliveryStatus = 'REQUESTED' | 'ASSIGNED' | 'PICKED_UP' | 'DELIVERED' | 'FAILED' | 'CANCELLED';

/** The statuses that may follow each status. A status that none may follow is final. */
export const transitions: Readonly<Record<DeliveryStatus, readonly DeliveryStatus[]>> = {
  REQUESTED: ['ASSIGNED', 'FAILED', 'CANCELLED'],
  ASSIGNED: ['REQUESTED', 'PICKED_UP', 'FAILED', 'CANCELLED'],
  PICKED_UP: ['DELIVERED', 'FAILED', 'CANCELLED'],
  DELIVERED: [],
  FAILED: [],
  CANCELLED: [],
};

export const statuses = Object.keys(transitions) as DeliveryStatus[];
export const hasEnded = (status: DeliveryStatus): boolean => transitions[status].length === 0;
/** The statuses in which a courier carries the delivery. */
export const carried: readonly DeliveryStatus[] = ['ASSIGNED', 'PICKED_UP'];

/** How many jobs a courier may carry at once. */
export const maxJobs = 5;

/** The part of a delivery on which decisions depend. */
export interface DeliveryState {
  readonly status: DeliveryStatus;
  readonly courierId: string | null;
  readonly assignedAt: Date | null;
  readonly pickedUpAt: Date | null;
  /** Who may take the delivery while it is open. */
  readonly offeredTo: 'OWN_COURIERS' | 'PARTNERS';
}

export interface CourierState {
  readonly available: boolean;
  /** How many deliveries the courier carries now. */
  readonly jobs: number;
}

/** `move`: the status changes now. `done`: it has been so already, and the caller gets a success. */
export type Decision<Refusal extends string> =
  | { readonly kind: 'move'; readonly to: DeliveryStatus }
  | { readonly kind: 'done' }
  | { readonly kind: 'refused'; readonly why: Refusal };

const refused = <Refusal extends string>(why: Refusal): Decision<Refusal> => ({ kind: 'refused', why });

/** Decides whether a courier gets a job. The first one who asks gets it. */
export function accept(
  delivery: DeliveryState,
  courierId: string,
  courier: CourierState,
): Decision<'TAKEN' | 'UNAVAILABLE' | 'TOO_MANY_JOBS'> {
  if (delivery.courierId === courierId && delivery.status !== 'CANCELLED') return { kind: 'done' };
  if (delivery.status !== 'REQUESTED' || delivery.offeredTo === 'PARTNERS') return refused('TAKEN');
  if (!courier.available) return refused('UNAVAILABLE');
  if (courier.jobs >= maxJobs) return refused('TOO_MANY_JOBS');
  return { kind: 'move', to: 'ASSIGNED' };
}

export type ReportedStatus = Extract<DeliveryStatus, 'PICKED_UP' | 'DELIVERED' | 'FAILED'>;

/**
 * Decides on a status that a courier reports. Repeating an earlier report is accepted: devices send again when they
 * lost an answer, and a late `PICKED_UP` after a `DELIVERED` must neither fail nor move the delivery back.
 */
export function report(
  delivery: DeliveryState,
  courierId: string,
  status: ReportedStatus,
  orderReady: boolean,
): Decision<'NOT_YOURS' | 'NOT_READY' | 'NOT_POSSIBLE'> {
  if (delivery.courierId !== courierId) return refused('NOT_YOURS');
  if (delivery.status === status || (status === 'PICKED_UP' && delivery.pickedUpAt !== null)) return { kind: 'done' };
  if (!transitions[delivery.status].includes(status)) return refused('NOT_POSSIBLE');
  if (status === 'PICKED_UP' && !orderReady) return refused('NOT_READY');
  return { kind: 'move', to: status };
}

/**
 * Decides whether a courier may give a job back. They may until they have the food; from then on they report that they
 * cannot deliver.
 */
export function giveBack(delivery: DeliveryState, courierId: string): Decision<'NOT_YOURS' | 'NOT_POSSIBLE'> {
  if (delivery.courierId !== courierId) return refused('NOT_YOURS');
  return delivery.status === 'ASSIGNED' ? { kind: 'move', to: 'REQUESTED' } : refused('NOT_POSSIBLE');
}

/**
 * Decides on the cancellation of a delivery. A delivery that has ended in another way than by arriving stays as it
 * is, and counts as done. It is refused when the food was delivered; and, with `unlessPickedUp`, when the courier has
 * picked it up.
 */
export function cancel(delivery: DeliveryState, { unlessPickedUp = false } = {}): Decision<'DELIVERED' | 'PICKED_UP'> {
  if (delivery.status === 'DELIVERED') return refused('DELIVERED');
  if (delivery.status === 'PICKED_UP' && unlessPickedUp) return refused('PICKED_UP');
  return hasEnded(delivery.status) ? { kind: 'done' } : { kind: 'move', to: 'CANCELLED' };
}
