import { parse } from 'graphql';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';

/** Documents of the staff's own tools, which ask the full graph: kitchens have no channel. */
const document = <Data, Variables extends Record<string, unknown>>(text: string): TypedDocumentNode<Data, Variables> => parse(text) as TypedDocumentNode<Data, Variables>;

type OfOrder = { orderId: string };
type Result = { result: { __typename: string; message?: string } };

export const startPreparation = document<Result, OfOrder>('mutation StartPreparation($orderId: ID!) { result: startPreparation(orderId: $orderId) { __typename ... on OrderStepRefused { message } } }');
export const markReady = document<Result, OfOrder>('mutation MarkReady($orderId: ID!) { result: markReady(orderId: $orderId) { __typename ... on OrderStepRefused { message } } }');
export const handOver = document<Result, OfOrder>('mutation HandOver($orderId: ID!) { result: handOver(orderId: $orderId) { __typename ... on OrderStepRefused { message } } }');
