import { parse } from 'graphql';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';

/** Documents that scenarios send to the full graph in the name of staff. */
const document = <Data, Variables extends Record<string, unknown>>(text: string): TypedDocumentNode<Data, Variables> =>
  parse(text) as TypedDocumentNode<Data, Variables>;

type OfOrder = { orderId: string };
type Result = { result: { __typename: string; message?: string } };

export const startPreparation = document<Result, OfOrder>(
  'mutation StartPreparation($orderId: ID!) { result: startPreparation(orderId: $orderId) { __typename ... on OrderStepRefused { message } } }',
);
export const markReady = document<Result, OfOrder>(
  'mutation MarkReady($orderId: ID!) { result: markReady(orderId: $orderId) { __typename ... on OrderStepRefused { message } } }',
);
export const handOver = document<Result, OfOrder>(
  'mutation HandOver($orderId: ID!) { result: handOver(orderId: $orderId) { __typename ... on OrderStepRefused { message } } }',
);

export const storeRoom = document<
  { stockItem: { onHand: number; reserved: number; consumed: number } | null },
  { storeId: string; ingredientId: string }
>(
  'query StoreRoom($storeId: ID!, $ingredientId: ID!) { stockItem(storeId: $storeId, ingredientId: $ingredientId) { onHand reserved consumed } }',
);
export const adjustStock = document<
  Result,
  {
    input: {
      idempotencyKey: string;
      storeId: string;
      ingredientId: string;
      quantity: number;
      reason: 'COUNTED' | 'WASTED' | 'RETURNED';
    };
  }
>('mutation AdjustStock($input: AdjustStockInput!) { result: adjustStock(input: $input) { __typename } }');
export const receiveStock = document<
  Result,
  { input: { idempotencyKey: string; storeId: string; lines: { ingredientId: string; quantity: number }[] } }
>('mutation ReceiveStock($input: ReceiveStockInput!) { result: receiveStock(input: $input) { __typename } }');
export const setOpeningException = document<
  Result,
  { input: { storeId: string; date: string; intervals: { opens: string; closes: string }[] } }
>(
  'mutation SetOpeningException($input: SetOpeningExceptionInput!) { result: setOpeningException(input: $input) { __typename } }',
);
export const kitchenQueue = document<{ kitchenQueue: { order: { id: string } }[] | null }, { storeId: string }>(
  'query KitchenQueue($storeId: ID!) { kitchenQueue(storeId: $storeId) { order { id } } }',
);
export const openTickets = document<
  { openTickets: { orderId: string; status: 'CONFIRMED' | 'PREPARING' | 'READY' }[] },
  Record<string, never>
>('query OpenTickets { openTickets(first: 200) { orderId status } }');
export const orderTimeline = document<{ order: { timeline: { version: number; status: string }[] } | null }, OfOrder>(
  'query OrderTimeline($orderId: ID!) { order(orderId: $orderId) { timeline { version status } } }',
);
type Amount = { amount: number };
export const orderPayment = document<
  { order: { payment: { status: string; amount: Amount; captured: Amount; refunded: Amount } | null } | null },
  OfOrder
>(
  'query OrderPayment($orderId: ID!) { order(orderId: $orderId) { payment { status amount { amount } captured { amount } refunded { amount } } } }',
);

/** The messages to a customer, as support sees them. */
export const customerMessages = document<{ customerMessages: object }, { id: string }>(
  'query CustomerMessages($id: ID!) { customerMessages(customerId: $id, first: 5) { edges { node { orderId status content { to } } } } }',
);

export const setPartnerApp = document<Result, { input: object }>(
  'mutation SetPartnerApp($input: SetPartnerAppInput!) { result: setPartnerApp(input: $input) { __typename } }',
);
