import { randomUUID } from 'node:crypto';
import { parse } from 'graphql';
import { seedId } from '#schema/seed/seedId.ts';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';

/** Ids of what belongs to somebody; or, for comparison, ids of nothing at all. */
export interface Rows {
  readonly orderId: string;
  readonly kioskOrderId: string;
  readonly deliveryId: string;
  readonly paymentId: string;
  readonly customerId: string;
  readonly courierId: string;
  readonly storeId: string;
  readonly addressId: string;
  readonly addressVersionId: string;
}

/** Ways to get at a row by its id, as they come into somebody's mind who has the full graph before them. */
export interface Attempt {
  readonly document: TypedDocumentNode<Record<string, unknown>, Record<string, unknown>>;
  readonly variables: (rows: Rows) => Record<string, unknown>;
}

const attempt = (text: string, variables: Attempt['variables']): Attempt => ({
  document: parse(text) as Attempt['document'],
  variables,
});
const order =
  'id number status customer { id givenName email } lines { name } total { amount } payment { id captured { amount } } delivery { id courier { id displayName } dropoff { latitude } } pointsEarned timeline { at }';
const key = (): string => randomUUID();
// Every store keeps it: whose store it is alone decides.
const ingredient = seedId('ingredient', 'cheddar');

/** Queries by an id, which answer the owner of the row. */
export const reads: Readonly<Record<string, Attempt>> = {
  order: attempt(`query ($id: ID!) { order(orderId: $id) { ${order} } }`, ({ orderId }) => ({ id: orderId })),
  kioskOrder: attempt(
    'query ($id: ID!) { order(orderId: $id) { id number status total { amount } } }',
    ({ kioskOrderId }) => ({ id: kioskOrderId }),
  ),
  delivery: attempt(
    'query ($id: ID!) { delivery(id: $id) { id status courier { id } dropoff { latitude } order { id customer { id } } } }',
    ({ deliveryId }) => ({ id: deliveryId }),
  ),
  courierPosition: attempt(
    'query ($id: ID!) { courierPosition(courierId: $id) { courierId position { latitude longitude } } }',
    ({ courierId }) => ({ id: courierId }),
  ),
  payment: attempt('query ($id: ID!) { payment(id: $id) { id status amount { amount } } }', ({ paymentId }) => ({
    id: paymentId,
  })),
  payments: attempt('query ($id: ID!) { payments(storeId: $id) { edges { node { id } } } }', ({ storeId }) => ({
    id: storeId,
  })),
  customer: attempt(
    'query ($id: ID!) { customer(id: $id) { id givenName orders { edges { node { id } } } } }',
    ({ customerId }) => ({ id: customerId }),
  ),
  points: attempt('query ($id: ID!) { loyaltyAccount(customerId: $id) { customerId balance } }', ({ customerId }) => ({
    id: customerId,
  })),
  stock: attempt(
    'query ($id: ID!, $ingredient: ID!) { stockItem(storeId: $id, ingredientId: $ingredient) { id onHand movements { edges { node { orderId } } } } }',
    ({ storeId }) => ({ id: storeId, ingredient }),
  ),
  board: attempt(
    'query ($id: ID!) { orderBoard(storeId: $id) { version preparing { orderId } ready { orderId } } }',
    ({ storeId }) => ({ id: storeId }),
  ),
  kitchen: attempt(
    'query ($id: ID!) { kitchenQueue(storeId: $id) { orderId number order { id } } }',
    ({ storeId }) => ({ id: storeId }),
  ),
  quoteToTheirDoor: attempt(
    'query ($id: ID!, $store: ID!) { deliveryQuote(storeId: $store, addressVersionId: $id) { __typename ... on DeliveryQuote { distanceMetres } } }',
    ({ addressVersionId }) => ({ id: addressVersionId, store: seedId('store', 1) }),
  ),
};

const ofOrder = (text: string): Attempt =>
  attempt(`mutation ($id: ID!) { ${text} { __typename } }`, ({ orderId }) => ({ id: orderId }));
const ofStore = (text: string, type: string, over: () => Record<string, unknown> = () => ({})): Attempt =>
  attempt(`mutation ($input: ${type}!) { ${text}(input: $input) { __typename } }`, ({ storeId }) => ({
    input: { storeId, ...over() },
  }));
const address = {
  line1: 'Elsewhere 1',
  postalCode: '10115',
  city: 'Berlin',
  country: 'DE',
  position: { latitude: 52.5, longitude: 13.4 },
};

export const writes: Readonly<Record<string, Attempt>> = {
  cancelOrder: ofOrder('cancelOrder(orderId: $id)'),
  startPreparation: ofOrder('startPreparation(orderId: $id)'),
  markReady: ofOrder('markReady(orderId: $id)'),
  rejectOrder: ofOrder('rejectOrder(orderId: $id, reason: KITCHEN_CLOSING)'),
  handOver: ofOrder('handOver(orderId: $id)'),
  capturePayment: attempt(
    'mutation ($input: CapturePaymentInput!) { capturePayment(input: $input) { __typename } }',
    ({ orderId }) => ({ input: { orderId, idempotencyKey: key() } }),
  ),
  refundPayment: attempt(
    'mutation ($input: RefundPaymentInput!) { refundPayment(input: $input) { __typename } }',
    ({ orderId }) => ({ input: { orderId, idempotencyKey: key() } }),
  ),
  reportDelivered: attempt(
    'mutation ($input: ReportDeliveryStatusInput!) { reportDeliveryStatus(input: $input) { __typename } }',
    ({ deliveryId }) => ({ input: { deliveryId, status: 'DELIVERED' } }),
  ),
  reportFailed: attempt(
    'mutation ($input: ReportDeliveryStatusInput!) { reportDeliveryStatus(input: $input) { __typename } }',
    ({ deliveryId }) => ({ input: { deliveryId, status: 'FAILED', reason: 'FOOD_DAMAGED' } }),
  ),
  pauseOrdering: ofStore('pauseOrdering', 'PauseOrderingInput', () => ({ reason: 'because' })),
  resumeOrdering: ofStore('resumeOrdering', 'ResumeOrderingInput'),
  setOpeningException: ofStore('setOpeningException', 'SetOpeningExceptionInput', () => ({
    date: '2099-01-01',
    intervals: [],
  })),
  removeOpeningException: ofStore('removeOpeningException', 'RemoveOpeningExceptionInput', () => ({
    date: '2099-01-01',
  })),
  changeStore: ofStore('changeStore', 'ChangeStoreInput', () => ({
    idempotencyKey: key(),
    expectedVersion: 1,
    name: 'Mine',
  })),
  setOpeningHours: ofStore('setOpeningHours', 'SetOpeningHoursInput', () => ({
    idempotencyKey: key(),
    expectedVersion: 1,
    days: [],
  })),
  setHolidayHours: ofStore('setHolidayHours', 'SetHolidayHoursInput', () => ({
    idempotencyKey: key(),
    expectedVersion: 1,
    holiday: 'Christmas Day',
    plan: 'CLOSED',
  })),
  closeStore: ofStore('closeStore', 'CloseStoreInput', () => ({ idempotencyKey: key(), expectedVersion: 1 })),
  setMenuItemAvailability: ofStore('setMenuItemAvailability', 'SetMenuItemAvailabilityInput', () => ({
    menuItemId: seedId('menuItem', 'cheeseburger'),
    available: false,
  })),
  adjustStock: ofStore('adjustStock', 'AdjustStockInput', () => ({
    idempotencyKey: key(),
    ingredientId: ingredient,
    quantity: -1,
    reason: 'WASTED',
  })),
  receiveStock: ofStore('receiveStock', 'ReceiveStockInput', () => ({
    idempotencyKey: key(),
    lines: [{ ingredientId: ingredient, quantity: 1 }],
  })),
  setReorderLevel: ofStore('setReorderLevel', 'SetReorderLevelInput', () => ({
    idempotencyKey: key(),
    ingredientId: ingredient,
    expectedVersion: 1,
    reorderLevel: 1,
  })),
  changeAddress: attempt(
    'mutation ($input: ChangeAddressInput!) { changeAddress(input: $input) { __typename } }',
    ({ addressId }) => ({ input: { addressId, idempotencyKey: key(), address } }),
  ),
  removeAddress: attempt('mutation ($id: ID!) { removeAddress(addressId: $id) { __typename } }', ({ addressId }) => ({
    id: addressId,
  })),
};

export const streams: Readonly<Record<string, Attempt>> = {
  orderStatusChanged: attempt(
    'subscription ($id: ID!) { orderStatusChanged(orderId: $id) { id status } }',
    ({ orderId }) => ({ id: orderId }),
  ),
  orderBoardChanged: attempt(
    'subscription ($id: ID!) { orderBoardChanged(storeId: $id) { version } }',
    ({ storeId }) => ({ id: storeId }),
  ),
  courierPositionChanged: attempt(
    'subscription ($id: ID!) { courierPositionChanged(courierId: $id) { courierId position { latitude } } }',
    ({ courierId }) => ({ id: courierId }),
  ),
};
