import { Code, ConnectError } from '@connectrpc/connect';
import {
  DeliveryCommandService,
  DeliveryNoticeService,
  DeliveryQueryService,
} from '#generated/proto/drburger/delivery/v1/delivery_pb.ts';
import { CounterpartUnavailable } from '#platform/outward/outward.ts';
import { service, type RpcService } from '#platform/rpc/service.ts';
import { isId } from '#platform/domain/id.ts';
import { webhooksService } from '#schema/services.ts';
import { cancelDelivery } from '../commands/cancelDelivery.ts';
import { dispatch } from '../commands/dispatch.ts';
import { notePartnerJob } from '../commands/notePartnerJob.ts';
import type { Deliveries } from '../context.ts';
import { termsOf } from '../deliveryTerms.ts';
import { feeFor } from '../feeFor.ts';
import { partnerNames } from '../deliveryPartners/deliveryPartner.ts';
import { isPosition, quote, type Position } from '../quote.ts';

const invalid = (message: string): ConnectError => new ConnectError(message, Code.InvalidArgument);

const idOf = (name: string, value: string): string => {
  if (!isId(value)) throw invalid(`${name} must be a UUID`);
  return value;
};

const positionOf = (name: string, position: Position): Position => {
  if (!isPosition(position)) throw invalid(`${name} must be a position on Earth`);
  return position;
};

const instantOf = (name: string, value: string): Date => {
  const instant = new Date(value);
  if (Number.isNaN(instant.getTime())) throw invalid(`${name} must be an ISO 8601 instant`);
  return instant;
};

/** A partner that does not answer makes the call one that may be tried again. */
const asUnavailable = (error: unknown): never => {
  throw error instanceof CounterpartUnavailable ? new ConnectError(error.message, Code.Unavailable) : error;
};

/**
 * Answers the calls of other domains. A malformed request is a bug of the caller and is answered with
 * INVALID_ARGUMENT.
 */
export const deliveryServices = (domain: Deliveries): readonly RpcService[] => [
  service(DeliveryQueryService, ['orders'], {
    async quote(request) {
      // A caller of before stores had terms of their own names no store, and is answered by those of the chain.
      const terms = request.storeId === '' ? [] : (await termsOf(domain.db, idOf('store_id', request.storeId))).tiers;
      const answer = quote({
        store: positionOf('store', { latitude: request.storeLatitude, longitude: request.storeLongitude }),
        door: positionOf('door', request),
        exponent: request.exponent,
        terms,
        at: instantOf('at', request.at),
      });
      // A guest who has not signed in has no id; nor does a caller of before there were memberships send one.
      const customerId = request.customerId === '' ? undefined : idOf('customer_id', request.customerId);
      if (answer.kind === 'tooFar') return { deliverable: false, distanceMetres: answer.distanceMetres };
      return {
        deliverable: true,
        fee: BigInt(await feeFor(domain.db, customerId, answer)),
        distanceMetres: answer.distanceMetres,
        promisedAt: answer.promisedAt.toISOString(),
      };
    },
  }),
  service(DeliveryCommandService, ['orders'], {
    async dispatch(request) {
      const deliveryId = await dispatch(domain, {
        orderId: idOf('order_id', request.orderId),
        storeId: idOf('store_id', request.storeId),
        customerId: idOf('customer_id', request.customerId),
        addressVersionId: idOf('address_version_id', request.addressVersionId),
        pickup: positionOf('store', { latitude: request.storeLatitude, longitude: request.storeLongitude }),
        dropoff: positionOf('door', { latitude: request.latitude, longitude: request.longitude }),
        promisedAt: instantOf('promised_at', request.promisedAt),
      });
      return { deliveryId };
    },
    cancel: async ({ orderId, reason, unlessPickedUp }) => ({
      cancelled: await cancelDelivery(domain, {
        orderId: idOf('order_id', orderId),
        reason,
        unlessPickedUp,
      }).catch(asUnavailable),
    }),
  }),
  service(DeliveryNoticeService, [webhooksService], {
    async noteJob({ partner, reference }) {
      const name = partnerNames.find((each) => each === partner);
      if (!name) throw invalid('partner is none that the chain knows');
      if (await notePartnerJob(domain, name, reference).catch(asUnavailable)) return {};
      throw new ConnectError('the partner has no job of this reference', Code.NotFound);
    },
  }),
];
