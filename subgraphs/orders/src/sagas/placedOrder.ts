import type { StepCall } from '#platform/sagas/saga.ts';
import { sqlTx } from '#platform/events/sqlTx.ts';
import type { Orders } from '../context.ts';
import { ordersOf, type OrderView } from '../orderView.ts';

/** What is settled about an order once it is placed. */
type PlacedOrder = Pick<OrderView, 'id' | 'storeId' | 'lines' | 'service'>;

const known = new WeakMap<object, PlacedOrder>();

/** The order of the saga, as it is now. */
export async function readOrder({ domain, sagaId, run }: StepCall<Orders>): Promise<OrderView> {
  const [order] = await ordersOf(sqlTx(domain.pool), [sagaId]);
  if (!order) throw new Error('the order of the saga does not exist');
  const { id, storeId, lines, service } = order;
  known.set(run, { id, storeId, lines, service });
  return order;
}

/** What is settled about the order of the saga: it is read once in each process that runs the saga. */
export const placedOrder = async (call: StepCall<Orders>): Promise<PlacedOrder> =>
  known.get(call.run) ?? (await readOrder(call));
