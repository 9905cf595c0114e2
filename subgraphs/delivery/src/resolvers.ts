import type { Resolvers } from '#generated/delivery/resolvers.ts';
import { CarrierRule } from './resolvers/CarrierRule.ts';
import { Courier } from './resolvers/Courier.ts';
import { CourierPosition } from './resolvers/CourierPosition.ts';
import { CourierRoute } from './resolvers/CourierRoute.ts';
import { Delivery } from './resolvers/Delivery.ts';
import { DeliveryTerms } from './resolvers/DeliveryTerms.ts';
import { acceptJob } from './resolvers/Mutation/acceptJob.ts';
import { changeCourier } from './resolvers/Mutation/changeCourier.ts';
import { createCourier } from './resolvers/Mutation/createCourier.ts';
import { deactivateCourier } from './resolvers/Mutation/deactivateCourier.ts';
import { giveBackJob } from './resolvers/Mutation/giveBackJob.ts';
import { reactivateCourier } from './resolvers/Mutation/reactivateCourier.ts';
import { reportDeliveryStatus } from './resolvers/Mutation/reportDeliveryStatus.ts';
import { reportPosition } from './resolvers/Mutation/reportPosition.ts';
import { setAvailability } from './resolvers/Mutation/setAvailability.ts';
import { setCarrierRule } from './resolvers/Mutation/setCarrierRule.ts';
import { setDeliveryTerms } from './resolvers/Mutation/setDeliveryTerms.ts';
import { Order } from './resolvers/Order.ts';
import { carrierRule } from './resolvers/Query/carrierRule.ts';
import { courierPosition } from './resolvers/Query/courierPosition.ts';
import { couriers } from './resolvers/Query/couriers.ts';
import { delivery } from './resolvers/Query/delivery.ts';
import { deliveryQuote } from './resolvers/Query/deliveryQuote.ts';
import { deliveryTerms } from './resolvers/Query/deliveryTerms.ts';
import { myCourier } from './resolvers/Query/myCourier.ts';
import { myJobs } from './resolvers/Query/myJobs.ts';
import { myRoute } from './resolvers/Query/myRoute.ts';
import { nextStop } from './resolvers/Query/nextStop.ts';
import { openDeliveries } from './resolvers/Query/openDeliveries.ts';
import { openJobs } from './resolvers/Query/openJobs.ts';
import { Stop } from './resolvers/Stop.ts';

export const resolvers: Resolvers = {
  Query: {
    deliveryQuote,
    delivery,
    openDeliveries,
    myCourier,
    myJobs,
    openJobs,
    nextStop,
    myRoute,
    courierPosition,
    couriers,
    carrierRule,
    deliveryTerms,
  },
  Mutation: {
    reportPosition,
    setAvailability,
    acceptJob,
    giveBackJob,
    setCarrierRule,
    reportDeliveryStatus,
    createCourier,
    changeCourier,
    deactivateCourier,
    reactivateCourier,
    setDeliveryTerms,
  },
  Order,
  Delivery,
  DeliveryTerms,
  CarrierRule,
  Courier,
  CourierPosition,
  CourierRoute,
  Stop,
};
