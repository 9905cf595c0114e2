import { setTimeout as pause } from 'node:timers/promises';
import { print } from 'graphql';
import WebSocket from 'ws';
import {
  OrderBoardChangedDocument,
  OrderStatusChangedDocument,
  PlaceOrderDocument,
  type OrderBoardChangedSubscription,
  type PlaceOrderMutation,
} from '#generated/bffs/kiosk/operations.ts';
import { StreamClient, type StreamMessage } from '#clients/stream-client/src/streamClient.ts';
import type { ErrorCode } from '#schema/errorCodes.ts';
import { orderInput, orderOf } from './placing.ts';

/** What the screen got about an order: the answer to placing it, then the messages of its stream as they came. */
export interface Told {
  readonly kind: 'placed' | StreamMessage<unknown>['kind'];
  readonly version: number;
  readonly status: string;
}

export interface BoardTold {
  readonly kind: StreamMessage<unknown>['kind'];
  /** The reason for which a snapshot came instead of the missed messages. */
  readonly reason: StreamMessage<unknown>['reason'];
  readonly version: number;
  readonly board: OrderBoardChangedSubscription['orderBoardChanged'];
}

export interface KioskOptions {
  readonly store: string;
  readonly token: string;
  /** The addresses of all replicas. Each request and each connection goes to the next one. */
  readonly addresses: readonly string[];
  /** The replica to begin with. */
  readonly first: number;
  /** Called with everything that must not happen. */
  readonly onFailure: (what: string) => void;
  /**
   * Whether processes are killed during the scenario: then requests that broke off or could not be answered are sent
   * again, too.
   */
  readonly amidKills?: boolean;
}

/** A device of a store: it places orders, and shows the guests how far they have come. */
export class Kiosk {
  readonly store: string;
  readonly orders = new Map<string, Told[]>();
  readonly board: BoardTold[] = [];
  /**
   * How often an order was sent once more, with its idempotency key: no replica listened, or a domain did not answer in
   * time on a busy machine.
   */
  sentAgain = 0;
  /** How often it came back after its connection was lost. */
  reconnects = 0;
  readonly #options: KioskOptions;
  readonly #streams: StreamClient;
  readonly #reading: Promise<void>[] = [];
  #at: number;

  constructor(options: KioskOptions) {
    this.#options = options;
    this.store = options.store;
    this.#at = options.first;
    this.#streams = new StreamClient({ url: () => this.#next(), token: () => options.token, webSocketImpl: WebSocket });
  }

  /** Orders, and follows the order from then on. Resolves with its id. */
  async order(): Promise<string> {
    const { placeOrder } = await this.#send(orderInput('KIOSK', { storeId: this.store }));
    const { id, version, status } = orderOf(placeOrder);
    const told: Told[] = [{ kind: 'placed', version, status }];
    this.orders.set(id, told);
    this.#read(this.#streams.stream(OrderStatusChangedDocument, { orderId: id }), ({ data, kind }) => {
      const order = data?.orderStatusChanged;
      if (order) told.push({ kind, version: order.version, status: order.status });
    });
    return id;
  }

  /** Follows the store's order board. */
  followBoard(): void {
    this.#read(
      this.#streams.stream(OrderBoardChangedDocument, { storeId: this.store }),
      ({ data, kind, reason, version }) => {
        this.board.push({ kind, reason, version: version ?? 0, board: data?.orderBoardChanged ?? null });
      },
    );
  }

  /** Ends the streams. Resolves when all messages are written down. */
  async close(): Promise<void> {
    this.#streams.close();
    await Promise.all(this.#reading);
  }

  #next(): string {
    const { addresses } = this.#options;
    return addresses[this.#at++ % addresses.length]!;
  }

  /**
   * Sends a request again where a client may: to the next replica if one cannot be reached, and after an answer that
   * allows it. Any other error is a failure.
   */
  async #send(input: ReturnType<typeof orderInput>): Promise<PlaceOrderMutation> {
    const { amidKills = false } = this.#options;
    for (;;) {
      try {
        const response = await fetch(this.#next(), {
          method: 'POST',
          body: JSON.stringify({ query: print(PlaceOrderDocument), variables: { input } }),
          headers: {
            'content-type': 'application/json',
            accept: 'application/graphql-response+json',
            authorization: `Bearer ${this.#options.token}`,
          },
        });
        const { data, errors } = (await response.json()) as {
          data?: PlaceOrderMutation;
          errors?: readonly { extensions?: { code?: string } }[];
        };
        if (response.status === 200 && data && !errors) return data;
        if (errors?.every(({ extensions }) => retryable.has(extensions?.code ?? ''))) this.sentAgain += 1;
        else this.#options.onFailure(`an order was answered with ${response.status} ${JSON.stringify(errors)}`);
      } catch (error) {
        if (amidKills || codeOf(error) === 'ECONNREFUSED') this.sentAgain += 1;
        else this.#options.onFailure(`an order was not answered: ${String(error)}, ${codeOf(error)}`);
      }
      await pause(50);
    }
  }

  #read<Data>(stream: AsyncIterable<StreamMessage<Data>>, take: (message: StreamMessage<Data>) => void): void {
    const read = async (): Promise<void> => {
      for await (const message of stream) {
        if (message.errors.length > 0 && !this.#options.amidKills)
          this.#options.onFailure(`a message came with ${JSON.stringify(message.errors)}`);
        take(message);
      }
    };
    this.#reading.push(read().catch((error: unknown) => this.#options.onFailure(`a stream ended: ${String(error)}`)));
  }
}

/** The codes of schema/errorCodes.ts after which a client sends the request again. */
const retryable: ReadonlySet<string> = new Set<ErrorCode>([
  'SUBGRAPH_UNAVAILABLE',
  'DEADLINE_EXCEEDED',
  'SHUTTING_DOWN',
  'CONFLICT',
]);

const codeOf = (error: unknown): string | undefined =>
  ((error as Error).cause as NodeJS.ErrnoException | undefined)?.code;
