import { ApolloLink } from '@apollo/client';
import { print } from 'graphql';
import { Observable } from 'rxjs';
import type { StreamClient } from './streamClient.ts';
import type { StreamOptions } from './resumingStream.ts';

/**
 * An Apollo link that sends subscriptions through a stream client, so that they survive broken connections, server
 * restarts and expired tokens; Apollo's own links would end each with an error. Each result has the message's kind,
 * version and cursor in `extensions.stream`. It takes subscriptions only: put it behind `ApolloLink.split`.
 */
export class StreamLink extends ApolloLink {
  readonly #client: StreamClient;
  readonly #options: Pick<StreamOptions, 'onState' | 'maxBuffered'>;

  constructor(client: StreamClient, options: Pick<StreamOptions, 'onState' | 'maxBuffered'> = {}) {
    super();
    this.#client = client;
    this.#options = options;
  }

  override request({ query, variables }: ApolloLink.Operation): Observable<ApolloLink.Result> {
    return new Observable((observer) => {
      const stream = this.#client.stream(print(query), variables, this.#options);
      const pump = async (): Promise<void> => {
        for await (const { data, errors, ...mark } of stream) {
          observer.next({ data, ...(errors.length > 0 ? { errors } : {}), extensions: { stream: mark } });
        }
      };
      pump().then(
        () => observer.complete(),
        (error: unknown) => observer.error(error),
      );
      return () => void stream.return();
    });
  }
}
