import type { PlaceOrderInput } from '#generated/orders/resolvers.ts';
import type { Principal } from '#platform/identity/principal.ts';
import { sqlTx, type SqlTx } from '#platform/events/sqlTx.ts';
import { earlierResult, idempotent } from '#platform/subgraph/idempotency.ts';
import type { Orders } from '../context.ts';
import { kitchenStatuses, place, type OrderCreatedData } from '../order.ts';
import { openShare } from '../openShare.ts';
import { insertionOf, type OrderView } from '../orderView.ts';
import { ordererAt, type Orderer } from '../ownership.ts';
import { inputProblem } from '../placeOrderInput.ts';
import { serviceNotOffered, storeAtCapacity, storeNotFound, tooManyOpen, type PlaceOrderProblem } from '../problems.ts';
import { checkOrder, type Check, type CheckedOrder } from './checkOrder.ts';

/** `order` is left out when a request was sent again: it may have changed since. */
export type PlaceOrderOutcome =
  | { readonly kind: 'placed'; readonly orderId: string; readonly order?: OrderView }
  | { readonly kind: 'problem'; readonly problem: PlaceOrderProblem };

const refuse = (problem: PlaceOrderProblem) => ({ kind: 'problem', problem }) as const;

/**
 * Accepts an order. The other domains are asked first; then one transaction takes the order's number, writes its row,
 * appends OrderCreated, and keeps the answer under the idempotency key. The event starts the saga, which authorises
 * the payment.
 */
export async function placeOrder(
  domain: Orders,
  principal: Principal,
  input: PlaceOrderInput,
): Promise<PlaceOrderOutcome> {
  const invalid = inputProblem(input);
  if (invalid) return refuse({ __typename: 'OrderInvalidInput', ...invalid });
  const orderer = ordererAt(principal, input.storeId);
  if (!orderer) return refuse(storeNotFound);
  if (!orderer.services.includes(input.service)) return refuse(serviceNotOffered(orderer.services));
  const now = domain.clock();
  const request = { principal, mutation: 'placeOrder', key: input.idempotencyKey, body: input, now };
  const earlier = await earlierResult<PlaceOrderOutcome>(sqlTx(domain.pool), request);
  if (earlier) return earlier.result;
  const check = await checkOrder(domain, input, orderer, now);
  let order: OrderView | undefined;
  const outcome = await domain.sqlTransaction((tx) => {
    order = undefined;
    return idempotent<PlaceOrderOutcome>(tx, request, async () => {
      const accepted = await accept(domain, tx, { principal, input, orderer, check, now });
      if (accepted.kind === 'problem') return accepted;
      order = accepted.order;
      return { kind: 'placed', orderId: order.id };
    });
  });
  return outcome.kind === 'placed' && order ? { ...outcome, order } : outcome;
}

type Accepted =
  { readonly kind: 'accepted'; readonly order: OrderView } | Exclude<PlaceOrderOutcome, { kind: 'placed' }>;

interface Acceptance {
  readonly principal: Principal;
  readonly input: PlaceOrderInput;
  readonly orderer: Orderer;
  readonly check: Check;
  readonly now: Date;
}

async function accept(
  domain: Orders,
  tx: SqlTx,
  { principal, input, orderer, check, now }: Acceptance,
): Promise<Accepted> {
  if (check.kind === 'problem') return check;
  const { terms } = check.order;
  const orderNumber = await nextNumber(tx, input.storeId, terms.localDate);
  const open = await countOpen(tx, orderer, input.storeId);
  const share = openShare(orderer, terms.maxOpenOrders);
  const full = open.all >= terms.maxOpenOrders;
  if (full || (share !== undefined && open.own >= share)) {
    await giveNumberBack(tx, input.storeId, terms.localDate);
    return refuse(full ? storeAtCapacity : tooManyOpen(share!));
  }
  const data = created(domain, { input, orderer, order: check.order, orderNumber, channel: principal.channel, now });
  const events = place(data);
  const order: OrderView = {
    id: data.orderId,
    version: events.length,
    number: orderNumber,
    localDate: terms.localDate,
    storeId: data.storeId,
    customerId: data.customerId,
    deviceId: orderer.deviceId,
    channel: data.channel,
    service: data.service,
    status: 'PLACED',
    reason: null,
    lines: data.lines,
    subtotal: data.subtotal,
    deliveryFee: data.deliveryFee,
    tax: data.tax,
    taxInclusive: data.taxInclusive,
    total: data.total,
    currency: data.currency,
    exponent: data.exponent,
    addressVersionId: data.addressVersionId,
    paymentMethodToken: input.payment.methodToken,
    paymentOutcome: null,
    deliveryId: null,
    deliveryStatus: null,
    courierId: null,
    placedAt: now,
    promisedAt: data.promisedAt === null ? null : new Date(data.promisedAt),
    statusChangedAt: now,
  };
  // Appending comes last, because it locks the feed of the store: from here to the commit, all other orders of the
  // store wait.
  await domain.events.append(tx, 0, events, { also: insertionOf(order) });
  return { kind: 'accepted', order };
}

/**
 * Takes the next order number, which locks the store's counter until the transaction ends. Numbers therefore have no
 * gaps, and two orders cannot both count the open orders before either is placed.
 */
async function nextNumber(tx: SqlTx, storeId: string, localDate: string): Promise<number> {
  const [row] = await tx.$queryRawUnsafe<{ number: number }[]>(
    `insert into order_counter (store_id, local_date, number) values ($1::uuid, $2, 1)
     on conflict (store_id, local_date) do update set number = order_counter.number + 1 returning number`,
    storeId,
    localDate,
  );
  return row!.number;
}

/** How many orders the kitchen has, and how many of them are of this customer or device, counted under that lock. */
async function countOpen(
  tx: SqlTx,
  { customerId, deviceId }: Orderer,
  storeId: string,
): Promise<{ all: number; own: number }> {
  const [count] = await tx.$queryRawUnsafe<{ all: number; own: number }[]>(
    `select count(*)::int as all, count(*) filter (
       where case when $4::text is null then customer_id = $3::uuid else device_id = $4::text end
     )::int as own
     from orders where store_id = $1::uuid and status = any ($2::text[])`,
    storeId,
    kitchenStatuses,
    customerId,
    deviceId,
  );
  return count!;
}

async function giveNumberBack(tx: SqlTx, storeId: string, localDate: string): Promise<void> {
  await tx.$executeRawUnsafe(
    'update order_counter set number = number - 1 where store_id = $1::uuid and local_date = $2',
    storeId,
    localDate,
  );
}

interface Creation {
  readonly input: PlaceOrderInput;
  readonly orderer: Orderer;
  readonly order: CheckedOrder;
  readonly orderNumber: number;
  readonly channel: string;
  readonly now: Date;
}

function created(domain: Orders, { input, orderer, order, orderNumber, channel, now }: Creation): OrderCreatedData {
  const { price, terms } = order;
  return {
    orderId: domain.newId(),
    orderNumber,
    storeId: input.storeId,
    customerId: orderer.customerId,
    channel,
    service: input.service,
    lines: order.lines.map((line, index) => {
      const asked = input.lines[index]!;
      return {
        lineId: domain.newId(),
        menuItemId: asked.menuItemId,
        name: line.name,
        quantity: asked.quantity,
        sizeId: asked.sizeId ?? null,
        modifiers: (asked.modifiers ?? []).map(({ modifierId, quantity }) => ({ modifierId, quantity: quantity ?? 1 })),
        slots: (asked.slots ?? []).map(({ slotId, menuItemId }) => ({ slotId, menuItemId })),
        componentItemIds: line.componentItemIds,
        taxClass: line.taxClass,
        unitPrice: Number(line.unitPrice),
        ...price.lines[index]!,
      };
    }),
    subtotal: price.subtotal,
    deliveryFee: price.deliveryFee,
    tax: price.tax,
    taxInclusive: price.taxInclusive,
    total: price.total,
    currency: terms.currency,
    exponent: terms.exponent,
    addressVersionId: input.addressVersionId ?? null,
    placedAt: now.toISOString(),
    promisedAt: order.promisedAt,
  };
}
