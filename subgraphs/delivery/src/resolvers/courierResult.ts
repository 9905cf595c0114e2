import type { CourierOutcome } from '../commands/editCourier.ts';

/** What an edit of a courier answers. */
export function courierResult(outcome: CourierOutcome) {
  const changedFields = outcome.kind === 'changedMeanwhile' ? [...outcome.fields] : [];
  switch (outcome.kind) {
    case 'done':
      return { __typename: 'CourierEdited', courier: outcome.courier } as const;
    case 'changedMeanwhile':
      return {
        __typename: 'CourierChangedMeanwhile',
        message: `Somebody changed the courier: they are at version ${outcome.courier.version}. Look, and change that.`,
        changedFields,
        courier: outcome.courier,
      } as const;
    case 'invalid':
      return { __typename: 'DeliveryInputInvalid', field: outcome.field, message: outcome.message } as const;
    case 'notFound':
      return { __typename: 'CourierNotFound', message: 'The chain has no courier with this id. Check it.' } as const;
  }
}
