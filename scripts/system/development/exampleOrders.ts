import { setTimeout as pause } from 'node:timers/promises';
import type { Ask } from '#sandbox/simulation/graphqlClient.ts';
import type { ExampleIds } from '#schema/seed/exampleValues.ts';
import { seedId } from '#schema/seed/seedId.ts';

/** Orders that the explorers' documents are about. Both find, or make, what runs when they are called. */
export interface ExampleOrders {
  /** An order of the first customer whose courier is on the way, and one from a vendor. */
  ofCustomer(): Promise<ExampleIds>;
  /** An order that a kiosk of the first store placed. */
  ofKiosk(): Promise<ExampleIds>;
}

interface Found {
  readonly id: string;
  readonly status: string;
  readonly delivery: { readonly id: string; readonly status: string; readonly courier: { id: string } | null } | null;
}

const store = seedId('store', 1);
const courierId = seedId('courier', 1);
const customer = { role: 'customer', subject: seedId('customer', 1) } as const;
const courier = { role: 'courier', subject: courierId } as const;
const kitchen = { role: 'kitchen', store } as const;
const kiosk = { role: 'kiosk', store } as const;

/** How long the opening of a page waits for an order to be under way. */
const patienceMs = 15_000;
const lookMs = 100;

const orderFields = 'id status delivery { id status courier { id } }';
const recentOrders = `query ExampleOrders { me { orders(first: 20) { edges { node { ${orderFields} } } } } }`;
const oneOrder = `query ExampleOrder($id: ID!) { order(orderId: $id) { ${orderFields} } }`;
const placeOrder = `mutation ExamplePlaceOrder($input: PlaceOrderInput!) {
  placeOrder(input: $input) { ... on PlaceOrderSuccess { order { id } } }
}`;
const step = (mutation: string) =>
  `mutation ExampleStep($orderId: ID!) { ${mutation}(orderId: $orderId) { __typename } }`;
const goToWork = 'mutation ExampleGoToWork { setAvailability(available: true) { __typename } }';
const acceptJob = 'mutation ExampleAcceptJob($id: ID!) { acceptJob(deliveryId: $id) { __typename } }';
const reportPosition = `mutation ExampleReportPosition {
  reportPosition(position: { latitude: 52.529, longitude: 13.398 }) { __typename }
}`;
const reportPickUp = `mutation ExamplePickUp($id: ID!) {
  reportDeliveryStatus(input: { deliveryId: $id, status: PICKED_UP }) { __typename }
}`;
const vendorOrders = `query ExampleVendorOrders {
  myMarketplaceOrders(first: 20) { edges { node { id status } } }
}`;
const placeVendorOrder = `mutation ExampleVendorOrder($input: PlaceMarketplaceOrderInput!) {
  placeMarketplaceOrder(input: $input) { ... on PlaceMarketplaceOrderSuccess { order { id } } }
}`;

const isOnItsWay = ({ delivery }: Found): boolean => delivery?.status === 'PICKED_UP';
/** Simulated couriers are there within seconds, the first courier of the seed is not simulated. */
const staysOnItsWay = (order: Found): boolean => isOnItsWay(order) && order.delivery?.courier?.id === courierId;
const hasEnded = ({ status }: Found): boolean => ['COMPLETED', 'CANCELLED', 'REJECTED'].includes(status);

export function exampleOrders(ask: Ask): ExampleOrders {
  let ofKiosk: string | undefined;
  let ofCustomer: Promise<ExampleIds> | undefined;

  async function place(actor: typeof customer | typeof kiosk, input: object): Promise<string | undefined> {
    const { placeOrder: placed } = await ask<{ placeOrder: { order?: { id: string } } }>(actor, placeOrder, {
      input: {
        storeId: store,
        lines: [{ menuItemId: seedId('menuItem', 'cheeseburger'), quantity: 1 }],
        payment: { methodToken: 'tok_visa' },
        idempotencyKey: crypto.randomUUID(),
        ...input,
      },
    });
    return placed.order?.id;
  }

  async function findOrder(): Promise<Found | undefined> {
    const { me } = await ask<{ me: { orders: { edges: { node: Found }[] } } | null }>(customer, recentOrders);
    return me?.orders.edges.map(({ node }) => node).find(staysOnItsWay);
  }

  /** What the kitchen or the courier has to do next. Others may be quicker: then their step is refused. */
  async function moveOn({ id: orderId, status, delivery }: Found): Promise<void> {
    if (status === 'CONFIRMED') await ask(kitchen, step('startPreparation'), { orderId });
    if (status === 'PREPARING') await ask(kitchen, step('markReady'), { orderId });
    if (delivery?.status === 'REQUESTED') {
      await ask(courier, goToWork);
      await ask(courier, acceptJob, { id: delivery.id });
      await ask(courier, reportPosition);
    }
    const ours = delivery?.courier?.id === courierId;
    if (status === 'READY' && ours && delivery?.status === 'ASSIGNED')
      await ask(courier, reportPickUp, { id: delivery.id });
  }

  async function newOrder(): Promise<Found | undefined> {
    const id = await place(customer, { service: 'DELIVERY', addressVersionId: seedId('addressVersion', '1/1') });
    const until = Date.now() + patienceMs;
    let order: Found | undefined;
    while (id !== undefined && Date.now() < until) {
      order = (await ask<{ order: Found }>(customer, oneOrder, { id })).order;
      if (isOnItsWay(order) || hasEnded(order)) return order;
      await moveOn(order);
      await pause(lookMs);
    }
    return order;
  }

  async function vendorOrder(): Promise<string | undefined> {
    const { myMarketplaceOrders: orders } = await ask<{
      myMarketplaceOrders: { edges: { node: { id: string; status: string } }[] };
    }>(customer, vendorOrders);
    const open = orders.edges.find(({ node }) => node.status === 'PLACED');
    if (open) return open.node.id;
    const { placeMarketplaceOrder: placed } = await ask<{ placeMarketplaceOrder: { order?: { id: string } } }>(
      customer,
      placeVendorOrder,
      {
        input: {
          vendorId: seedId('vendor', 1),
          storeId: store,
          lines: [{ itemId: seedId('vendorItem', 'brownie'), quantity: 1 }],
          agreedTotal: 320,
          methodToken: 'tok_visa',
          idempotencyKey: crypto.randomUUID(),
        },
      },
    );
    return placed.order?.id;
  }

  async function findOrMake(): Promise<ExampleIds> {
    const [order, marketplaceOrderId] = await Promise.all([
      findOrder().then((found) => found ?? newOrder()),
      vendorOrder().catch(() => undefined),
    ]);
    return {
      ...(order && { orderId: order.id }),
      ...(order?.delivery && { deliveryId: order.delivery.id }),
      ...(order?.delivery?.courier && { courierId: order.delivery.courier.id }),
      ...(marketplaceOrderId !== undefined && { marketplaceOrderId }),
    };
  }

  return {
    ofCustomer: () =>
      (ofCustomer ??= findOrMake().finally(() => {
        ofCustomer = undefined;
      })),
    async ofKiosk() {
      ofKiosk ??= await place(kiosk, { service: 'KIOSK' });
      return ofKiosk === undefined ? {} : { orderId: ofKiosk };
    },
  };
}
