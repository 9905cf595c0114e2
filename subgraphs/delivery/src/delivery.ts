/** How far a delivery is. */
export type DeliveryStatus = 'REQUESTED' | 'ASSIGNED' | 'PICKED_UP' | 'DELIVERED' | 'FAILED' | 'CANCELLED';

/** Where a delivery can go from where it is. What has no way on has ended. */
export const transitions: Readonly<Record<DeliveryStatus, readonly DeliveryStatus[]>> = {
  REQUESTED: ['ASSIGNED', 'CANCELLED'],
  ASSIGNED: ['PICKED_UP', 'FAILED', 'CANCELLED'],
  PICKED_UP: ['DELIVERED', 'FAILED', 'CANCELLED'],
  DELIVERED: [],
  FAILED: [],
  CANCELLED: [],
};

export const statuses = Object.keys(transitions) as DeliveryStatus[];
export const hasEnded = (status: DeliveryStatus): boolean => transitions[status].length === 0;
/** A courier carries it. */
export const carried: readonly DeliveryStatus[] = ['ASSIGNED', 'PICKED_UP'];

/** How many jobs a courier may carry at once. */
export const maxJobs = 5;

/** What a decision needs to know of a delivery. */
export interface DeliveryState {
  readonly status: DeliveryStatus;
  readonly courierId: string | null;
  readonly assignedAt: Date | null;
  readonly pickedUpAt: Date | null;
}

export interface CourierState {
  readonly available: boolean;
  /** How many deliveries they carry now. */
  readonly jobs: number;
}

/** `move`: it happens now. `done`: it has happened already, and saying it again is fine. */
export type Decision<Refusal extends string> =
  | { readonly kind: 'move'; readonly to: DeliveryStatus }
  | { readonly kind: 'done' }
  | { readonly kind: 'refused'; readonly why: Refusal };

const refused = <Refusal extends string>(why: Refusal): Decision<Refusal> => ({ kind: 'refused', why });

/** A courier wants the job. The first one gets it. */
export function accept(
  delivery: DeliveryState,
  courierId: string,
  courier: CourierState,
): Decision<'TAKEN' | 'UNAVAILABLE' | 'TOO_MANY_JOBS'> {
  if (delivery.courierId === courierId && delivery.status !== 'CANCELLED') return { kind: 'done' };
  if (delivery.status !== 'REQUESTED') return refused('TAKEN');
  if (!courier.available) return refused('UNAVAILABLE');
  if (courier.jobs >= maxJobs) return refused('TOO_MANY_JOBS');
  return { kind: 'move', to: 'ASSIGNED' };
}

export type ReportedStatus = Extract<DeliveryStatus, 'PICKED_UP' | 'DELIVERED' | 'FAILED'>;

/**
 * A courier says how far their job is. What was true before stays fine to say: devices send again after they lost an
 * answer, and a late `PICKED_UP` behind a `DELIVERED` must neither fail nor take the delivery back.
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
 * The order is called off. What ended otherwise stays as it is, and what has happened is a refusal: it was delivered,
 * or the courier has picked it up and whoever calls it off may not take it from them.
 */
export function cancel(delivery: DeliveryState, { unlessPickedUp = false } = {}): Decision<'DELIVERED' | 'PICKED_UP'> {
  if (delivery.status === 'DELIVERED') return refused('DELIVERED');
  if (delivery.status === 'PICKED_UP' && unlessPickedUp) return refused('PICKED_UP');
  return hasEnded(delivery.status) ? { kind: 'done' } : { kind: 'move', to: 'CANCELLED' };
}
