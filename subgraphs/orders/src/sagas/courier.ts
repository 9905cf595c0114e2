import { CustomerQueryService } from '#generated/proto/drburger/customers/v1/customers_pb.ts';
import { DeliveryCommandService } from '#generated/proto/drburger/delivery/v1/delivery_pb.ts';
import { StoreQueryService } from '#generated/proto/drburger/stores/v1/stores_pb.ts';
import type { Refused, StepCall } from '#platform/sagas/saga.ts';
import type { Orders } from '../context.ts';
import { readOrder } from './placedOrder.ts';

const delivery = ({ domain }: StepCall<Orders>) => domain.rpc.client(DeliveryCommandService);

/**
 * Requests the delivery of the order. The address is read from customers rather than kept by orders, since it is
 * personal data; it is still the right one, since an address version never changes.
 */
export async function dispatch(call: StepCall<Orders>): Promise<Refused | void> {
  const order = await readOrder(call);
  const { customerId, addressVersionId, storeId, promisedAt } = order;
  if (!customerId || !addressVersionId || !promisedAt)
    throw new Error('the order is a delivery, but has no customer, no address version or no promised time');
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

/**
 * Cancels the delivery.
 * @param unlessPickedUp true when food that the courier has picked up must stay with them
 * @returns false when the food has been delivered already, or has been picked up and must stay with the courier
 */
export async function cancelDeliveryOf(
  call: StepCall<Orders>,
  reason: string,
  unlessPickedUp = false,
): Promise<boolean> {
  const { cancelled } = await delivery(call).cancel({
    orderId: call.sagaId,
    reason,
    idempotencyKey: call.key,
    unlessPickedUp,
  });
  return cancelled;
}

export async function cancelDelivery(call: StepCall<Orders>): Promise<void> {
  await cancelDeliveryOf(call, 'ORDER_ENDED');
}
