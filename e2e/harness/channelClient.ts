import { readFileSync } from 'node:fs';
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache, type OperationVariables } from '@apollo/client';
import { SetContextLink } from '@apollo/client/link/context';
import { CombinedGraphQLErrors } from '@apollo/client/errors';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { Kind, parse, print, type GraphQLFormattedError } from 'graphql';
import { createClient, type Client } from 'graphql-ws';
import WebSocket from 'ws';
import { until } from '#platform/testkit/until.ts';

export interface Answer<Data> {
  readonly data: Data | undefined;
  readonly errors: readonly GraphQLFormattedError[];
}

/** Keeps the messages of one subscription as they come. */
export interface Stream<Data> {
  readonly messages: readonly Data[];
  readonly errors: readonly unknown[];
  /** Resolves with the first message that satisfies the condition, among those that have come and those to come. */
  next(satisfies: (data: Data) => boolean, what?: string): Promise<Data>;
  stop(): void;
}

/**
 * An app of a channel: Apollo Client over HTTP, graphql-ws over a WebSocket, both with the documents that codegen
 * typed.
 */
export class ChannelClient {
  readonly #apollo: ApolloClient;
  readonly #socket: Client;

  /** `contract` is the SDL of what the channel offers. Without `token`, the client is not signed in. */
  constructor(url: string, contract: string, token?: () => Promise<string>) {
    const authorization = async (): Promise<Record<string, string>> =>
      token ? { authorization: `Bearer ${await token()}` } : {};
    const identify = new SetContextLink(async (previous) => ({
      headers: { ...(previous.headers as Record<string, string>), ...(await authorization()) },
    }));
    this.#apollo = new ApolloClient({
      link: ApolloLink.from([identify, new HttpLink({ uri: url })]),
      cache: new InMemoryCache({ possibleTypes: possibleTypes(contract) }),
    });
    this.#socket = createClient({
      url: url.replace(/^http/, 'ws'),
      webSocketImpl: WebSocket,
      connectionParams: authorization,
      retryAttempts: 0,
      lazy: true,
    });
  }

  async query<Data, Variables extends OperationVariables>(
    query: TypedDocumentNode<Data, Variables>,
    variables: NoInfer<Variables>,
  ): Promise<Answer<Data>> {
    return answerOf(
      await this.#apollo.query({ query, variables, fetchPolicy: 'no-cache', errorPolicy: 'all' } as never),
    );
  }

  async mutate<Data, Variables extends OperationVariables>(
    mutation: TypedDocumentNode<Data, Variables>,
    variables: NoInfer<Variables>,
  ): Promise<Answer<Data>> {
    return answerOf(
      await this.#apollo.mutate({ mutation, variables, fetchPolicy: 'no-cache', errorPolicy: 'all' } as never),
    );
  }

  /** Returns the data of an answer. @throws if the answer has an error */
  async ask<Data, Variables extends OperationVariables>(
    document: TypedDocumentNode<Data, Variables>,
    variables: NoInfer<Variables>,
  ): Promise<Data> {
    const mutation = document.definitions.some(
      (each) => each.kind === 'OperationDefinition' && each.operation === 'mutation',
    );
    const { data, errors } = mutation ? await this.mutate(document, variables) : await this.query(document, variables);
    if (errors[0] || !data) throw new Error(`answered with ${JSON.stringify(errors)}`);
    return data;
  }

  subscribe<Data, Variables extends Record<string, unknown>>(
    document: TypedDocumentNode<Data, Variables>,
    variables: NoInfer<Variables>,
  ): Stream<Data> {
    const messages: Data[] = [];
    const errors: unknown[] = [];
    const stop = this.#socket.subscribe<Data>(
      { query: print(document), variables },
      {
        next: (result) => {
          if (result.errors) errors.push(...result.errors);
          if (result.data) messages.push(result.data);
        },
        error: (error) => errors.push(error),
        complete: () => undefined,
      },
    );
    return {
      messages,
      errors,
      stop,
      next: (satisfies, what = 'a message of the stream') =>
        until(
          () => {
            if (errors[0]) throw new Error(`the stream failed: ${JSON.stringify(errors[0])}`);
            return messages.find(satisfies);
          },
          { what, timeoutMs: 30_000 },
        ) as Promise<Data>,
    };
  }

  async close(): Promise<void> {
    this.#apollo.stop();
    await this.#socket.dispose();
  }
}

/** The SDL of what a channel, or `gateway`, offers. */
export function contractOf(channel: string): string {
  const file = channel === 'gateway' ? 'schema/supergraph.graphql' : `schema/channels/${channel}.graphql`;
  return readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
}

/** Types of data as parsed from JSON; Apollo's own types hold only with its masks and caches. */
function answerOf<Data>(result: { data?: unknown; error?: unknown }): Answer<Data> {
  if (result.error && !CombinedGraphQLErrors.is(result.error))
    throw new Error('the request failed', { cause: result.error });
  return {
    data: (result.data ?? undefined) as Data | undefined,
    errors: result.error ? (result.error as CombinedGraphQLErrors).errors : [],
  };
}

/** The types of each union. Without them, Apollo Client drops the data of fragments on a member. */
function possibleTypes(contract: string): Record<string, string[]> {
  const unions = parse(contract).definitions.flatMap((each) =>
    each.kind === Kind.UNION_TYPE_DEFINITION ? [each] : [],
  );
  return Object.fromEntries(unions.map(({ name, types = [] }) => [name.value, types.map((type) => type.name.value)]));
}
