import type { QueryResolvers } from '#generated/delivery/resolvers.ts';
import { quoteDelivery } from '../../quoteDelivery.ts';

export const deliveryQuote: QueryResolvers['deliveryQuote'] = async (_parent, args, { domain, principal }) => {
  const outcome = await quoteDelivery(domain, principal, args);
  switch (outcome.kind) {
    case 'quote':
      return {
        __typename: 'DeliveryQuote',
        fee: { amount: outcome.fee, currency: outcome.currency, exponent: outcome.exponent },
        distanceMetres: outcome.distanceMetres,
        promisedAt: outcome.promisedAt.toISOString(),
      };
    case 'tooFar':
      return {
        __typename: 'DeliveryTooFar',
        message: 'The address is too far away. Choose a nearer store.',
        distanceMetres: outcome.distanceMetres,
        maxMetres: outcome.maxMetres,
      };
    case 'invalid':
      return { __typename: 'DeliveryInputInvalid', field: outcome.field, message: outcome.message };
    case 'storeNotFound':
      return { __typename: 'DeliveryStoreNotFound', message: 'No store has this id. Read the stores again.' };
    case 'addressNotFound':
      return {
        __typename: 'DeliveryAddressNotFound',
        message: 'None of your addresses has this present version. Read your addresses again.',
      };
    case 'notOffered':
      return {
        __typename: 'DeliveryNotOffered',
        message: 'This store does not deliver there. Choose another store, or another way.',
      };
  }
};
