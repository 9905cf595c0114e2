import asyncApi from '../../../../schema/asyncapi.json' with { type: 'json' };
import openApi from '../../../../rest/openapi-3.1.json' with { type: 'json' };
import contract from '../../../../schema/channels/partner.graphql';
import { trialDocuments } from './trialDocument.ts';

interface RestOperation {
  readonly operationId?: string;
  readonly summary?: string;
  readonly description?: string;
  readonly deprecated?: boolean;
  readonly parameters?: readonly RestParameter[];
  readonly requestBody?: {
    readonly content: Readonly<Record<string, { readonly schema: JsonSchema; readonly example?: unknown }>>;
  };
}

/** What of JSON Schema the OpenAPI document uses. */
export interface JsonSchema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly allOf?: readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
}

export interface RestParameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly description?: string;
  readonly example?: unknown;
}

export interface RestRoute extends RestOperation {
  /** Such as `GET /v1/stores`. */
  readonly route: string;
}

/** The schemas that others refer to, by name. */
export const components = openApi.components.schemas as unknown as Readonly<Record<string, JsonSchema>>;

const methods = ['get', 'post', 'put', 'patch', 'delete'] as const;
const paths = openApi.paths as unknown as Readonly<Record<string, Readonly<Record<string, RestOperation>>>>;

/** All routes of REST, in the order of the OpenAPI document. */
export const routes: readonly RestRoute[] = Object.entries(paths).flatMap(([path, item]) =>
  methods.flatMap((method) => (item[method] ? [{ ...item[method], route: `${method.toUpperCase()} ${path}` }] : [])),
);

const channels = asyncApi.channels as unknown as Readonly<
  Record<string, { readonly messages?: Readonly<Record<string, unknown>>; readonly description?: string }>
>;

const messages = asyncApi.components.messages as unknown as Readonly<
  Record<string, { readonly title?: string; readonly examples?: readonly { readonly payload: unknown }[] }>
>;

/** Of which apps can be told. */
const told = 'partner_webhooks';

/** The channels of events and webhooks, each with its messages: first those of which apps can be told. */
export const topics = Object.entries(channels)
  .map(([name, { description, messages: own = {} }]) => ({
    ...{ name, description, isTold: name === told },
    messages: Object.keys(own).map((message) => ({
      name: name === told ? (messages[message]?.title ?? message) : message,
      example: messages[message]?.examples?.[0]?.payload,
    })),
  }))
  .sort((one, other) => Number(other.isTold) - Number(one.isTold));

/** The contract of the channel, in the schema definition language. */
export const sdl: string = contract;

/** What apps can be told of by webhook, each with the scope that it needs. */
export const webhookTypes: readonly { readonly type: string; readonly scope: string }[] = [
  ...sdl
    .split('enum WebhookEventType {')[1]!
    .split('\n}')[0]!
    .matchAll(/Needs `([^`]+)`\.\s*"""\s*(\w+)/g),
].map(([, scope = '', type = '']) => ({ scope, type }));

/** A document that tries each field of Query. */
export const trials = trialDocuments(sdl);

/** Fields and values of the contract that are deprecated, each with its reason. */
export const deprecatedFields: readonly { readonly field: string; readonly reason: string }[] = [
  ...sdl.matchAll(/^\s*(\w+)[^\n]*@deprecated\(reason: "([^"]*)"\)/gm),
].map(([, field = '', reason = '']) => ({ field, reason }));

export const files = [
  { name: 'openapi-3.1.json', type: 'application/json', text: () => JSON.stringify(openApi, undefined, 1) },
  { name: 'asyncapi.json', type: 'application/json', text: () => JSON.stringify(asyncApi, undefined, 1) },
  { name: 'partner.graphql', type: 'text/plain', text: () => sdl },
] as const;
