import type { Charge } from '#generated/memberships/prisma/client.ts';
import { defineSaga } from '#platform/sagas/defineSaga.ts';
import type { Refused, SagaStep, StepCall } from '#platform/sagas/saga.ts';
import { authorise, capture, refund, voidHeld } from './payment.ts';
import { dayOf } from '../calendar.ts';
import type { Memberships } from '../context.ts';
import { beginOn, endOf } from '../membership.ts';
import { lockMembership, moneyMoved, record } from '../record.ts';

type Call = StepCall<Memberships>;

/** The steps of the saga, each beside its compensation (undo), as those of an order are. */
const steps = {
  authorise: { run: authoriseFirst, undo: ['void', async (call) => voidHeld(call.domain, (await chargeOf(call)).id)] },
  /** Takes the money. Once it is taken, it is refunded instead of voided. */
  capture: {
    run: captureFirst,
    undo: ['refund', async (call) => refund(call.domain, (await chargeOf(call)).id)],
    replaces: 'authorise',
  },
  /** Gives the benefits: delivery and loyalty hear of it. It is last, so it needs no undo. */
  provision: { run: provision },
} satisfies Record<string, SagaStep<Memberships>>;

/** The saga of a wish for a membership: billing, then benefits. The saga's id is the membership's id. */
export const subscribeSaga = defineSaga<Memberships, { free: boolean }, never, typeof steps>({
  name: 'subscribeToMembership',
  steps,
  async run(saga, { free }) {
    if (!free) {
      await saga.do('authorise');
      await saga.do('capture');
    }
    await saga.do('provision');
  },
  /** Tells once that it came to nothing; what was paid is given back after it. */
  async refused(saga, reason) {
    await saga.note('fail', (call) => fail(call, reason));
  },
});

const chargeOf = ({ domain, sagaId }: Call): Promise<Charge> =>
  domain.db.charge.findFirstOrThrow({ where: { membershipId: sagaId, kind: 'SUBSCRIPTION' } });

async function authoriseFirst(call: Call): Promise<Refused | void> {
  const membership = await call.domain.db.membership.findUniqueOrThrow({ where: { id: call.sagaId } });
  const answer = await authorise(call.domain, await chargeOf(call), membership);
  return answer && { refused: answer.declined };
}

async function captureFirst(call: Call): Promise<Refused | void> {
  const answer = await capture(call.domain, (await chargeOf(call)).id);
  return answer && { refused: answer.declined };
}

/**
 * Lets the membership begin, on the day that it is now. It is refused when the plan was closed while the bank was
 * asked: then the money is paid back.
 */
function provision({ domain, sagaId }: Call): Promise<Refused | void> {
  return domain.transaction(async (tx) => {
    const found = await lockMembership(tx, sagaId);
    if (!found) throw new Error('the membership of the saga does not exist');
    const { membership, plan } = found;
    if (membership.status !== 'PENDING') return undefined;
    if (!plan.offered) return { refused: 'PLAN_CLOSED' };
    const now = domain.clock();
    const course = beginOn(dayOf(now, membership.timeZone), plan, membership.paid);
    const charge = await tx.charge.findFirst({ where: { membershipId: sagaId, status: 'REQUESTED' } });
    if (charge) await tx.charge.update({ where: { id: charge.id }, data: { status: 'CAPTURED', settledAt: now } });
    await record(domain, tx, found, {
      what: 'STARTED',
      set: { ...course, status: 'ACTIVE', dueAt: endOf(course, membership.timeZone) },
      besides: charge
        ? [moneyMoved(membership, 'CHARGED', { chargeId: charge.id, amount: charge.amount, at: now })]
        : [],
    });
    return undefined;
  });
}

/** Ends what never began. The event tells the customer; a second call finds it told. */
function fail({ domain, sagaId }: Call, reason: string): Promise<void> {
  return domain.transaction(async (tx) => {
    const found = await lockMembership(tx, sagaId);
    if (!found || found.membership.status === 'FAILED') return;
    const now = domain.clock();
    await tx.charge.updateMany({
      where: { membershipId: sagaId, status: 'REQUESTED' },
      data:
        reason === 'PLAN_CLOSED'
          ? { status: 'UNDONE', settledAt: now }
          : { status: 'DECLINED', reason, settledAt: now },
    });
    await record(domain, tx, found, {
      what: 'FAILED',
      reason,
      set: { status: 'FAILED', reason, endedAt: now, dueAt: null, methodToken: null },
    });
  });
}
