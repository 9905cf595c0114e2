import {
  InventoryCommandService,
  ReserveResult_Outcome as Outcome,
} from '#generated/proto/drburger/inventory/v1/inventory_pb.ts';
import type { Refused, StepCall } from '#platform/sagas/saga.ts';
import type { Orders } from '../context.ts';
import { componentsOf, linesOf } from '../orderView.ts';
import { placedOrder } from './placedOrder.ts';

const inventory = ({ domain }: StepCall<Orders>) => domain.rpc.client(InventoryCommandService);

export async function reserve(call: StepCall<Orders>): Promise<Refused | void> {
  const order = await placedOrder(call);
  const { outcome } = await inventory(call).reserve({
    orderId: order.id,
    storeId: order.storeId,
    lines: linesOf(order).flatMap(componentsOf),
    idempotencyKey: call.key,
  });
  if (outcome === Outcome.RESERVED) return undefined;
  if (outcome === Outcome.OUT_OF_STOCK) return { refused: 'OUT_OF_STOCK' };
  throw new Error(`inventory answered ${Outcome[outcome]} to a reservation`);
}

export async function release(call: StepCall<Orders>): Promise<void> {
  const { id, storeId } = await placedOrder(call);
  await inventory(call).release({ orderId: id, storeId, idempotencyKey: call.key });
}

export async function consume(call: StepCall<Orders>): Promise<void> {
  const { id, storeId } = await placedOrder(call);
  await inventory(call).consume({ orderId: id, storeId, idempotencyKey: call.key });
}
