import { describe, expect, it } from 'vitest';
import { v7 as uuidv7 } from 'uuid';
import { seedId } from '#schema/seed/seedId.ts';
import {
  accept,
  ask,
  commands,
  cooked,
  courier,
  dispatched,
  pickedUp,
  report,
  request,
  startDelivery,
  told,
} from './testing/deliveryGraph.ts';

startDelivery();

describe('dispatch and cancel', () => {
  it('create one delivery per order, however often they are called at once', async () => {
    const asked = request();
    const answers = await Promise.all([1, 2, 3].map(() => commands().dispatch(asked)));
    expect(new Set(answers.map(({ deliveryId }) => deliveryId)).size).toBe(1);
    expect(await told(answers[0]!.deliveryId)).toMatchObject([{ from: null, to: 'REQUESTED', courierId: null }]);
  });

  it('cancel once, in every status but DELIVERED', async () => {
    const { deliveryId, orderId } = await dispatched();
    await accept(1, deliveryId);
    for (let n = 0; n < 2; n++)
      expect(await commands().cancel({ orderId, reason: 'CUSTOMER_CANCELLED' })).toMatchObject({ cancelled: true });
    expect((await told(deliveryId)).map(({ to, reason }) => [to, reason])).toEqual([
      ['REQUESTED', null],
      ['ASSIGNED', null],
      ['CANCELLED', 'CUSTOMER_CANCELLED'],
    ]);
    const delivered = await pickedUp(1);
    await report(1, delivered.deliveryId, 'DELIVERED');
    expect(await commands().cancel({ orderId: delivered.orderId, reason: 'LATE' })).toMatchObject({ cancelled: false });
  });

  it('leave the food with a courier who has picked it up, with unlessPickedUp', async () => {
    const { deliveryId, orderId } = await pickedUp(1);
    expect(await commands().cancel({ orderId, reason: 'STAFF', unlessPickedUp: true })).toMatchObject({
      cancelled: false,
    });
    expect((await told(deliveryId)).at(-1)).toMatchObject({ to: 'PICKED_UP' });
    expect(await commands().cancel({ orderId, reason: 'LATE' })).toMatchObject({ cancelled: true });
  });

  it('create a cancelled delivery when the dispatch arrives after its cancellation', async () => {
    const asked = request();
    expect(await commands().cancel({ orderId: asked.orderId, reason: 'EARLY' })).toMatchObject({ cancelled: true });
    const { deliveryId } = await commands().dispatch(asked);
    expect((await told(deliveryId)).map(({ to }) => to)).toEqual(['REQUESTED', 'CANCELLED']);
    expect(await accept(1, deliveryId)).toEqual({ acceptJob: { __typename: 'DeliveryJobTaken' } });
  });

  it.each([{ orderId: 'x' }, { latitude: 91 }, { promisedAt: 'soon' }])(
    'refuses what is malformed: %j',
    async (over) => {
      await expect(commands().dispatch(request(over))).rejects.toThrow('invalid_argument');
    },
  );
});

describe('a job', () => {
  it('goes to one of two couriers who race for it', async () => {
    for (let round = 0; round < 5; round++) {
      const { deliveryId, orderId } = await dispatched();
      const results = await Promise.all([2, 3].map((n) => accept(n, deliveryId)));
      expect(results.map(({ acceptJob }) => acceptJob.__typename).sort()).toEqual([
        'AcceptJobSuccess',
        'DeliveryJobTaken',
      ]);
      expect((await told(deliveryId)).map(({ to }) => to)).toEqual(['REQUESTED', 'ASSIGNED']);
      await commands().cancel({ orderId, reason: 'TEST' });
    }
  });

  it('may be taken again by its courier, and is refused to unavailable couriers and others', async () => {
    const { deliveryId } = await dispatched();
    const availability = (available: boolean) =>
      ask(
        courier(4),
        `mutation ($a: Boolean!) { setAvailability(available: $a) { ... on SetAvailabilitySuccess { courier { available } } } }`,
        { a: available },
      );
    expect(await availability(false)).toEqual({ setAvailability: { courier: { available: false } } });
    expect(await ask(courier(4), '{ openJobs { id } }')).toEqual({ openJobs: [] });
    expect(await accept(4, deliveryId)).toEqual({ acceptJob: { __typename: 'DeliveryCourierUnavailable' } });
    await availability(true);
    const mine = {
      acceptJob: {
        __typename: 'AcceptJobSuccess',
        delivery: { status: 'ASSIGNED', courier: { id: seedId('courier', 4) } },
      },
    };
    expect(await accept(4, deliveryId)).toEqual(mine);
    expect(await accept(4, deliveryId)).toEqual(mine);
    expect(await accept(999, deliveryId)).toEqual({ acceptJob: { __typename: 'DeliveryCourierUnknown' } });
    expect(await accept(4, uuidv7())).toEqual({ acceptJob: { __typename: 'DeliveryNotFound' } });
  });

  it('is one of at most five, also when two are taken at once', async () => {
    const jobs = await Promise.all(Array.from({ length: 7 }, () => dispatched()));
    const results = await Promise.all(jobs.map(({ deliveryId }) => accept(5, deliveryId)));
    expect(results.filter(({ acceptJob }) => acceptJob.__typename === 'AcceptJobSuccess')).toHaveLength(5);
    expect(results.filter(({ acceptJob }) => acceptJob.__typename === 'DeliveryJobLimitReached')).toHaveLength(2);
  });
});

describe('a status', () => {
  it('that is reported three times appends one event and gives three equal answers, also at once or late', async () => {
    const { deliveryId, orderId } = await dispatched();
    await accept(6, deliveryId);
    expect(await report(6, deliveryId, 'PICKED_UP')).toEqual({
      reportDeliveryStatus: { __typename: 'DeliveryNotReady' },
    });
    await cooked(orderId);
    const thrice = await Promise.all([1, 2, 3].map(() => report(6, deliveryId, 'PICKED_UP')));
    expect(thrice[0]).toMatchObject({
      reportDeliveryStatus: { __typename: 'ReportDeliveryStatusSuccess', delivery: { status: 'PICKED_UP' } },
    });
    expect([thrice[1], thrice[2]]).toEqual([thrice[0], thrice[0]]);
    const delivered = await report(6, deliveryId, 'DELIVERED');
    expect(await report(6, deliveryId, 'DELIVERED')).toEqual(delivered);
    expect(await report(6, deliveryId, 'PICKED_UP')).toEqual(delivered);
    expect((await told(deliveryId)).map(({ from, to }) => [from, to])).toEqual([
      [null, 'REQUESTED'],
      ['REQUESTED', 'ASSIGNED'],
      ['ASSIGNED', 'PICKED_UP'],
      ['PICKED_UP', 'DELIVERED'],
    ]);
    expect(await report(6, deliveryId, 'FAILED', 'FOOD_DAMAGED')).toEqual({
      reportDeliveryStatus: { __typename: 'DeliveryStatusNotPossible', status: 'DELIVERED' },
    });
  });

  it('of FAILED needs a reason, and is accepted from the own courier only', async () => {
    const { deliveryId } = await pickedUp(6);
    expect(await report(6, deliveryId, 'FAILED')).toEqual({
      reportDeliveryStatus: { __typename: 'DeliveryInputInvalid', field: 'reason' },
    });
    expect(await report(7, deliveryId, 'DELIVERED')).toEqual({
      reportDeliveryStatus: { __typename: 'DeliveryNotFound' },
    });
    expect(await report(7, uuidv7(), 'DELIVERED')).toEqual({
      reportDeliveryStatus: { __typename: 'DeliveryNotFound' },
    });
    expect(await report(6, deliveryId, 'FAILED', 'CUSTOMER_NOT_FOUND')).toMatchObject({
      reportDeliveryStatus: { delivery: { status: 'FAILED', reason: 'CUSTOMER_NOT_FOUND' } },
    });
  });
});
