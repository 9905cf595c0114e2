import { CustomerQueryService } from '#generated/proto/drburger/customers/v1/customers_pb.ts';
import { DeliveryQueryService } from '#generated/proto/drburger/delivery/v1/delivery_pb.ts';
import { MenuQueryService, type PricedLine } from '#generated/proto/drburger/menu/v1/menu_pb.ts';
import { StoreQueryService, type OrderingTerms } from '#generated/proto/drburger/stores/v1/stores_pb.ts';
import type { PlaceOrderInput } from '#generated/orders/resolvers.ts';
import type { Orders } from '../context.ts';
import type { Orderer, Service } from '../ownership.ts';
import { isChargeable, priceOrder, type OrderPrice } from '../pricing.ts';
import {
  addressNotDeliverable,
  lineProblems,
  serviceNotOffered,
  storeClosed,
  storeNotAccepting,
  storeNotFound,
  totalNotChargeable,
  type LineProblem,
  type PlaceOrderProblem,
} from '../problems.ts';
import { missingLine } from './missingLine.ts';
import { reachFor } from './reachFor.ts';

/** An order that all the domains concerned have agreed to, at the instant at which they were asked. */
export interface CheckedOrder {
  readonly terms: OrderingTerms;
  readonly lines: readonly PricedLine[];
  readonly price: OrderPrice;
  readonly promisedAt: string | null;
}

export type Check =
  | { readonly kind: 'checked'; readonly order: CheckedOrder }
  | { readonly kind: 'problem'; readonly problem: PlaceOrderProblem };

/** When a domain cannot be asked, nothing is ordered and the guest is told to try again. */
const reach = reachFor('Nothing was ordered');

const refuse = (problem: PlaceOrderProblem): Check => ({ kind: 'problem', problem });

/**
 * Asks stores, menu, inventory, customers and delivery whether the order can be placed at `at`, and for how much. It
 * opens no transaction.
 * @throws CodedError SUBGRAPH_UNAVAILABLE when one of them but inventory cannot be reached
 */
export async function checkOrder(domain: Orders, input: PlaceOrderInput, orderer: Orderer, at: Date): Promise<Check> {
  const [terms, priced, address] = await Promise.all([
    reach(
      'stores',
      domain.rpc.client(StoreQueryService).getOrderingTerms({ storeId: input.storeId, at: at.toISOString() }),
    ),
    reach(
      'menu',
      domain.rpc
        .client(MenuQueryService)
        .priceLines({ storeId: input.storeId, at: at.toISOString(), lines: input.lines.map(lineToPrice) }),
    ),
    input.service === 'DELIVERY' && orderer.customerId && input.addressVersionId
      ? reach(
          'customers',
          domain.rpc
            .client(CustomerQueryService)
            .getAddressVersion({ customerId: orderer.customerId, addressVersionId: input.addressVersionId }),
        )
      : undefined,
  ]);
  const problem = termsProblem(terms, input.service, orderer) ?? linesProblem(input, priced.lines);
  if (problem) return refuse(problem);
  const missing = await missingLine(domain, input, priced.lines);
  if (missing !== undefined) return refuse(soldOut(input, missing, priced.lines[missing]!.name['en']));
  let deliveryFee = 0;
  let promisedAt: string | null = null;
  if (input.service === 'DELIVERY') {
    if (!address?.found || !address.current || address.country !== terms.country) return refuse(addressNotDeliverable);
    const quote = await reach(
      'delivery',
      domain.rpc.client(DeliveryQueryService).quote({
        storeId: input.storeId,
        storeLatitude: terms.latitude,
        storeLongitude: terms.longitude,
        latitude: address.latitude,
        longitude: address.longitude,
        currency: terms.currency,
        exponent: terms.exponent,
        at: at.toISOString(),
        customerId: orderer.customerId ?? '',
      }),
    );
    if (!quote.deliverable) return refuse(addressNotDeliverable);
    deliveryFee = Number(quote.fee);
    promisedAt = new Date(quote.promisedAt).toISOString();
  }
  const price = priceOrder(
    {
      inclusive: terms.taxInclusive,
      rounding: terms.taxRounding === 'PER_RATE' ? 'PER_RATE' : 'PER_LINE',
      rates: terms.taxRates,
    },
    input.service,
    priced.lines.map((line, index) => ({
      unitPrice: Number(line.unitPrice),
      quantity: input.lines[index]!.quantity,
      taxClass: line.taxClass,
    })),
    deliveryFee,
  );
  if (!isChargeable(price.total)) return refuse(totalNotChargeable);
  if (input.expectedTotal != null && input.expectedTotal !== price.total)
    return refuse(priceChanged(price.total, terms));
  return { kind: 'checked', order: { terms, lines: priced.lines, price, promisedAt } };
}

const lineToPrice = (line: PlaceOrderInput['lines'][number]) => ({
  menuItemId: line.menuItemId,
  quantity: line.quantity,
  sizeId: line.sizeId ?? '',
  modifiers: (line.modifiers ?? []).map(({ modifierId, quantity }) => ({ modifierId, quantity: quantity ?? 1 })),
  slots: (line.slots ?? []).map(({ slotId, menuItemId }) => ({ slotId, menuItemId })),
});

function termsProblem(terms: OrderingTerms, service: Service, orderer: Orderer): PlaceOrderProblem | undefined {
  if (!terms.found) return storeNotFound;
  const offered = orderer.services.filter((each) => terms.services.includes(each));
  if (!offered.includes(service)) return serviceNotOffered(offered);
  if (!terms.open) return storeClosed;
  if (!terms.accepting) return storeNotAccepting;
  return undefined;
}

const isLineProblem = (problem: string): problem is LineProblem => Object.hasOwn(lineProblems, problem);

function linesProblem(input: PlaceOrderInput, lines: readonly PricedLine[]): PlaceOrderProblem | undefined {
  for (const [line, { problem, subject }] of lines.entries()) {
    if (problem === '') continue;
    if (problem === 'UNAVAILABLE') return soldOut(input, line, subject);
    if (!isLineProblem(problem))
      throw new Error(`menu answered with a line problem that orders does not know: ${problem}`);
    return { __typename: 'OrderInvalidLine', message: lineProblems[problem](subject), line, problem };
  }
  return undefined;
}

const soldOut = (input: PlaceOrderInput, line: number, name: string | undefined): PlaceOrderProblem => ({
  __typename: 'OrderItemUnavailable',
  message: `${name ?? 'This item'} is sold out. Remove it from the order, or choose something else.`,
  line,
  item: { id: input.lines[line]!.menuItemId },
});

const priceChanged = (amount: number, { currency, exponent }: OrderingTerms): PlaceOrderProblem => ({
  __typename: 'OrderPriceChanged',
  message: 'The price has changed. Show the guest the new total, and order again with it as `expectedTotal`.',
  total: { amount, currency, exponent },
});
