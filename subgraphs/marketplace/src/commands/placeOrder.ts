import type { MarketplaceOrder, Vendor } from '#generated/marketplace/prisma/client.ts';
import { isId } from '#platform/domain/id.ts';
import type { Principal } from '#platform/identity/principal.ts';
import { charactersIn } from '#platform/subgraph/characters.ts';
import { earlierResult, idempotent, requireIdempotencyKey } from '#platform/subgraph/idempotency.ts';
import { MarketplaceOrderPlaced } from '#schema/events/marketplace.ts';
import type { Marketplace, Tx } from '../context.ts';
import { isOpen } from '../loaders.ts';
import { largestTotal, type SoldLine } from '../order.ts';
import { splitOf } from '../split.ts';

export interface PlaceOrder {
  readonly idempotencyKey: string;
  readonly vendorId: string;
  readonly storeId: string;
  readonly lines: readonly { readonly itemId: string; readonly quantity: number }[];
  readonly methodToken: string;
  readonly agreedTotal: number;
  readonly besideOrderId?: string | null;
}

export type PlaceOrderOutcome =
  | { readonly kind: 'placed'; readonly orderId: string }
  | { readonly kind: 'notOpen' }
  | { readonly kind: 'unavailable'; readonly itemId: string }
  | { readonly kind: 'totalDiffers'; readonly amount: number; readonly currency: string; readonly exponent: number }
  | Problem;

interface Problem {
  readonly kind: 'invalid';
  readonly field: string;
  readonly message: string;
}

const mostLines = 50;
const mostOfOne = 99;
/** How many orders of one customer a vendor may have to answer at once, so that nobody fills its list. */
const mostOpen = 5;

/** What is wrong with an input; null if nothing is. */
function problemIn({ lines, methodToken, besideOrderId }: PlaceOrder): Problem | null {
  const problem = (field: string, message: string): Problem => ({ kind: 'invalid', field, message });
  if (methodToken === '' || charactersIn(methodToken) > 200)
    return problem('methodToken', 'Give the token of the provider, 1 to 200 characters.');
  if (lines.length === 0 || lines.length > mostLines) return problem('lines', `Give 1 to ${mostLines} lines.`);
  if (new Set(lines.map(({ itemId }) => itemId)).size < lines.length)
    return problem('lines', 'Give each item in one line only.');
  if (lines.some(({ quantity }) => quantity < 1 || quantity > mostOfOne))
    return problem('lines', `Order 1 to ${mostOfOne} of an item.`);
  if (besideOrderId != null && !isId(besideOrderId)) return problem('besideOrderId', 'Give the id of an order.');
  return null;
}

/** Takes an order, once per idempotency key. The saga that hears of it has the money held and tells the vendor. */
export async function placeOrder(
  domain: Marketplace,
  principal: Principal,
  input: PlaceOrder,
): Promise<PlaceOrderOutcome> {
  const { idempotencyKey: key, methodToken, ...wanted } = input;
  requireIdempotencyKey(key);
  const now = domain.clock();
  // The card's token is not among what is kept under the key: it is deleted when the saga ends.
  const request = { principal, mutation: 'placeMarketplaceOrder', key, body: wanted, now };
  const earlier = await earlierResult<PlaceOrderOutcome>(domain.db, request);
  if (earlier) return earlier.result;
  const problem = problemIn(input);
  if (problem) return problem;
  return domain.transaction((tx) =>
    idempotent<PlaceOrderOutcome>(tx, request, async () => {
      const { vendorId, storeId } = wanted;
      const vendor = isId(vendorId) ? await tx.vendor.findUnique({ where: { id: vendorId } }) : null;
      if (!vendor || !vendor.storeIds.includes(storeId) || !isOpen(vendor, now)) return { kind: 'notOpen' };
      const lines = await sell(tx, vendorId, wanted.lines);
      if (typeof lines === 'string') return { kind: 'unavailable', itemId: lines };
      const total = lines.reduce((sum, line) => sum + line.total, 0);
      const { currency, exponent } = vendor;
      if (total > largestTotal)
        return { kind: 'invalid', field: 'lines', message: 'This is more than one order may cost: make it two.' };
      if (total !== wanted.agreedTotal) return { kind: 'totalDiffers', amount: total, currency, exponent };
      if (await hasTooMany(tx, principal.subject, vendorId))
        return {
          kind: 'invalid',
          field: 'vendorId',
          message: `This vendor has yet to answer ${mostOpen} orders of yours. Wait until it has.`,
        };
      const order = await create(domain, tx, { customerId: principal.subject, input, vendor, lines });
      return { kind: 'placed', orderId: order.id };
    }),
  );
}

/** The lines as they are sold now; the id of an item that is not sold instead. */
async function sell(tx: Tx, vendorId: string, lines: PlaceOrder['lines']): Promise<SoldLine[] | string> {
  const ids = lines.map(({ itemId }) => itemId).filter(isId);
  const items = await tx.vendorItem.findMany({ where: { vendorId, available: true, id: { in: ids } } });
  const byId = new Map(items.map((item) => [item.id, item]));
  const sold: SoldLine[] = [];
  for (const { itemId, quantity } of lines) {
    const item = byId.get(itemId);
    if (!item) return itemId;
    const { name, price, taxBasisPoints } = item;
    sold.push({ itemId, name: name as SoldLine['name'], quantity, total: price * quantity, taxBasisPoints });
  }
  return sold;
}

/** Orders of one customer from one vendor take turns, so that two at once do not both count as the last. */
async function hasTooMany(tx: Tx, customerId: string, vendorId: string): Promise<boolean> {
  await tx.$queryRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`BUYER:${customerId}:${vendorId}`}, 0))::text`;
  const open = await tx.marketplaceOrder.count({
    where: { customerId, vendorId, status: { in: ['PLACED', 'OFFERED'] } },
  });
  return open >= mostOpen;
}

interface Creation {
  readonly customerId: string;
  readonly input: PlaceOrder;
  readonly vendor: Vendor;
  readonly lines: readonly SoldLine[];
}

async function create(
  domain: Marketplace,
  tx: Tx,
  { customerId, input, vendor, lines }: Creation,
): Promise<MarketplaceOrder> {
  const { id: vendorId, currency, exponent, feeBasisPoints } = vendor;
  const { storeId, methodToken, besideOrderId = null } = input;
  const total = lines.reduce((sum, line) => sum + line.total, 0);
  const id = domain.newId();
  const createdAt = domain.clock();
  const order = await tx.marketplaceOrder.create({
    data: {
      ...splitOf(lines, feeBasisPoints),
      id,
      vendorId,
      customerId,
      storeId,
      besideOrderId,
      status: 'PLACED',
      currency,
      exponent,
      lines: lines.map((line) => ({ ...line })),
      total,
      methodToken,
      version: 1,
      createdAt,
    },
  });
  await domain.events.append(tx, 0, [
    MarketplaceOrderPlaced.of({
      marketplaceOrderId: id,
      vendorId,
      customerId,
      storeId,
      lines: lines.map(({ itemId, quantity, total: each }) => ({ itemId, quantity, total: each })),
      total,
      currency,
      exponent,
      at: createdAt.toISOString(),
    }),
  ]);
  return order;
}
