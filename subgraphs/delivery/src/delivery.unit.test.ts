import { describe, expect, it } from 'vitest';
import {
  accept,
  cancel,
  giveBack,
  maxJobs,
  report,
  statuses,
  transitions,
  hasEnded,
  type DeliveryState,
  type DeliveryStatus,
  type ReportedStatus,
} from './delivery.ts';

const at = new Date('2026-03-01T12:00:00Z');
const me = 'courier-1';
const other = 'courier-2';
const ready = { available: true, jobs: 0 };

/** A delivery that came to a status in the usual way. */
const inStatus = (status: DeliveryStatus, courierId: string | null = me): DeliveryState => ({
  status,
  courierId: status === 'REQUESTED' ? null : courierId,
  assignedAt: status === 'REQUESTED' ? null : at,
  pickedUpAt: status === 'PICKED_UP' || status === 'DELIVERED' ? at : null,
  offeredTo: 'OWN_COURIERS',
});

describe('transitions', () => {
  it('lead to known statuses, of which three are final', () => {
    expect(statuses.filter(hasEnded)).toEqual(['DELIVERED', 'FAILED', 'CANCELLED']);
    for (const status of statuses) for (const to of transitions[status]) expect(statuses).toContain(to);
  });

  const reported: ReportedStatus[] = ['PICKED_UP', 'DELIVERED', 'FAILED'];
  const legal = new Set(['ASSIGNED PICKED_UP', 'ASSIGNED FAILED', 'PICKED_UP DELIVERED', 'PICKED_UP FAILED']);
  it.each(
    statuses.filter((status) => status !== 'REQUESTED').flatMap((from) => reported.map((to) => [from, to] as const)),
  )('a report from %s to %s moves the delivery once, may be repeated, or is refused', (from, to) => {
    const repeated = from === to || (from === 'DELIVERED' && to === 'PICKED_UP');
    const kind = legal.has(`${from} ${to}`) ? 'move' : repeated ? 'done' : 'refused';
    expect(report(inStatus(from), me, to, true).kind).toBe(kind);
    expect(report(inStatus(from, other), me, to, true)).toEqual({ kind: 'refused', why: 'NOT_YOURS' });
  });

  it.each(statuses)('cancelling from %s', (from) => {
    const expected =
      from === 'DELIVERED'
        ? { kind: 'refused', why: 'DELIVERED' }
        : hasEnded(from)
          ? { kind: 'done' }
          : { kind: 'move', to: 'CANCELLED' };
    expect(cancel(inStatus(from))).toEqual(expected);
    expect(cancel(inStatus(from), { unlessPickedUp: true })).toEqual(
      from === 'PICKED_UP' ? { kind: 'refused', why: 'PICKED_UP' } : expected,
    );
  });
});

describe('giveBack', () => {
  it.each(statuses)('from %s works for its courier until they have the food', (from) => {
    const decision = giveBack(inStatus(from), me);
    if (from === 'ASSIGNED') expect(decision).toEqual({ kind: 'move', to: 'REQUESTED' });
    else expect(decision).toEqual({ kind: 'refused', why: from === 'REQUESTED' ? 'NOT_YOURS' : 'NOT_POSSIBLE' });
    expect(giveBack(inStatus(from), other)).toEqual({ kind: 'refused', why: 'NOT_YOURS' });
  });
});

describe('accept', () => {
  it('refuses what is offered to partners', () => {
    const offered: DeliveryState = { ...inStatus('REQUESTED'), offeredTo: 'PARTNERS' };
    expect(accept(offered, me, ready)).toEqual({ kind: 'refused', why: 'TAKEN' });
  });

  it('gives an open job to the first courier, and refuses the next', () => {
    expect(accept(inStatus('REQUESTED'), me, ready)).toEqual({ kind: 'move', to: 'ASSIGNED' });
    expect(accept(inStatus('ASSIGNED', other), me, ready)).toEqual({ kind: 'refused', why: 'TAKEN' });
  });

  it('succeeds again for the courier who has the job', () => {
    expect(accept(inStatus('ASSIGNED'), me, { available: false, jobs: maxJobs })).toEqual({ kind: 'done' });
    expect(accept(inStatus('DELIVERED'), me, ready)).toEqual({ kind: 'done' });
  });

  it('refuses a job that was cancelled', () => {
    expect(accept(inStatus('CANCELLED', null), me, ready)).toEqual({ kind: 'refused', why: 'TAKEN' });
    expect(accept(inStatus('CANCELLED'), me, ready)).toEqual({ kind: 'refused', why: 'TAKEN' });
  });

  it('refuses couriers who are not available or carry as many jobs as they may', () => {
    expect(accept(inStatus('REQUESTED'), me, { available: false, jobs: 0 })).toEqual({
      kind: 'refused',
      why: 'UNAVAILABLE',
    });
    expect(accept(inStatus('REQUESTED'), me, { available: true, jobs: maxJobs })).toEqual({
      kind: 'refused',
      why: 'TOO_MANY_JOBS',
    });
  });
});

it('refuses a pick-up before the food is cooked', () => {
  expect(report(inStatus('ASSIGNED'), me, 'PICKED_UP', false)).toEqual({ kind: 'refused', why: 'NOT_READY' });
  expect(report(inStatus('ASSIGNED'), me, 'FAILED', false)).toEqual({ kind: 'move', to: 'FAILED' });
});
