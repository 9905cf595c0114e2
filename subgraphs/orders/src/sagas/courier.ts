import { CustomerQueryService } from '#generated/proto/drburger/customers/v1/customers_pb.ts';
import { DeliveryCommandService } from '#generated/proto/drburger/delivery/v1/delivery_pb.ts';
import { StoreQueryService } from '#generated/proto/drburger/stores/v1/stores_pb.ts';
import type { Refused, StepCall } from '#platform/sagas/saga.ts';
import type { Orders } from '../context.ts';

const delivery = ({ domain }: StepCall<Orders>) => domain.rpc.client(DeliveryCommandService);

/** Where to is asked again rather than kept: an address is personal, and its version does not change. */
export async function dispatch(call: StepCall<Orders>): Promise<Refused | void> {
  const order = await call.domain.db.order.findUniqueOrThrow({ where: { id: call.sagaId } });
  const { customerId, addressVersionId, storeId, promisedAt } = order;
  if (!customerId || !addressVersionId || !promisedAt)
    throw new Error('a delivery without a customer, an address or a promise');
  const [address, store] = await Promise.all([
    call.domain.rpc.client(CustomerQueryService).getAddressVersion({ customerId, addressVersionId }),
    call.domain.rpc.client(StoreQueryService).getOrderingTerms({ storeId, at: promisedAt.toISOString() }),
  ]);
  if (!address.found) return { refused: 'DELIVERY_NOT_POSSIBLE' };
  await delivery(call).dispatch({
    orderId: order.id,
    storeId,
    customerId,
    addressVersionId,
    promisedAt: promisedAt.toISOString(),
    idempotencyKey: call.key,
    storeLatitude: store.latitude,
    storeLongitude: store.longitude,
    latitude: address.latitude,
    longitude: address.longitude,
  });
  return undefined;
}

/** Calls the delivery off. False: it has arrived already, or was picked up where that is to be respected. */
export async function callOff(call: StepCall<Orders>, reason: string, unlessPickedUp = false): Promise<boolean> {
  const { cancelled } = await delivery(call).cancel({
    orderId: call.sagaId,
    reason,
    idempotencyKey: call.key,
    unlessPickedUp,
  });
  return cancelled;
}

export async function cancelDelivery(call: StepCall<Orders>): Promise<void> {
  await callOff(call, 'ORDER_ENDED');
}
