import type { QueryResolvers } from '#generated/delivery/resolvers.ts';
import { currentCourier } from '../currentCourier.ts';

export const myCourier: QueryResolvers['myCourier'] = (_parent, _args, context) => currentCourier(context);
