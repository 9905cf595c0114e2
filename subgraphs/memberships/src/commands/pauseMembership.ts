import type { Principal } from '#platform/identity/principal.ts';
import { dayOf, daysAfter } from '../calendar.ts';
import type { Memberships } from '../context.ts';
import { endOf, goOn } from '../membership.ts';
import { daysFrom } from '../proration.ts';
import { record } from '../record.ts';
import { changeMembership, isBusy, type ChangeOutcome } from './changeMembership.ts';

/** Interrupts the caller's membership. Today counts as used; the days after it are kept for later. */
export const pauseMembership = (domain: Memberships, principal: Principal, key: string): Promise<ChangeOutcome> =>
  changeMembership(domain, principal, { mutation: 'pauseMembership', key, body: {} }, async (tx, own) => {
    const { membership, plan } = own;
    const busy = await isBusy(tx, own);
    if (busy) return busy;
    if (membership.status === 'PAUSED') return undefined;
    if (membership.status !== 'ACTIVE') return { refused: 'A renewal has to be paid before it can be paused.' };
    if (membership.cancelAtEnd) return { refused: 'It ends with the period, so it cannot be paused.' };
    if (plan.months === 0) return { refused: 'A trial cannot be paused.' };
    const tomorrow = daysAfter(dayOf(domain.clock(), membership.timeZone), 1);
    const set = { status: 'PAUSED', daysLeft: daysFrom(tomorrow, membership), dueAt: null };
    await record(domain, tx, own, { what: 'PAUSED', set });
    return undefined;
  });

/** Lets the caller's membership go on, for as many days as were left. */
export const resumeMembership = (domain: Memberships, principal: Principal, key: string): Promise<ChangeOutcome> =>
  changeMembership(domain, principal, { mutation: 'resumeMembership', key, body: {} }, async (tx, own) => {
    const { membership } = own;
    if (membership.status === 'ACTIVE') return undefined;
    if (membership.status !== 'PAUSED') return { refused: 'It is not paused.' };
    const today = dayOf(domain.clock(), membership.timeZone);
    const course = goOn(membership, today, membership.daysLeft ?? 0);
    const { anchor, periods, periodEnd } = course;
    const set = {
      anchor,
      periods,
      periodEnd,
      status: 'ACTIVE',
      daysLeft: null,
      dueAt: endOf(course, membership.timeZone),
    };
    await record(domain, tx, own, { what: 'RESUMED', set });
    return undefined;
  });
