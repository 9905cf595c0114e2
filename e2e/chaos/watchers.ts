import { setTimeout as sleep } from 'node:timers/promises';
import { createClient, type Client } from 'graphql-ws';
import WebSocket from 'ws';
import { StreamClient } from '#clients/stream-client/src/streamClient.ts';
import { watchedSockets } from '#clients/stream-client/src/watchedSockets.ts';
import { documents } from './chaosGraph.ts';
import { startFrontDoor, type FrontDoor } from './frontDoor.ts';

/** A message as the client got it. */
export interface Shown {
  /** Messages of one subscription have the same number. A client that resumes keeps its number for ever. */
  readonly part: number;
  readonly kind: string;
  readonly reason?: string;
  readonly version: number;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface WatcherOptions {
  readonly name: string;
  readonly document: keyof typeof documents;
  /** The id of the order or the store that is watched. */
  readonly id: string;
  readonly token: string;
  readonly ports: readonly number[];
}

/** A client that watches one feed. It is cut off again and again, and comes back to any replica. */
export abstract class Watcher {
  readonly options: WatcherOptions;
  readonly shown: Shown[] = [];
  /** A message that the client should never get; undefined if it got none. */
  failure: string | undefined;
  /** Whether it resumes where it was, so that all that it is shown is one sequence. */
  abstract readonly resumes: boolean;
  protected door!: FrontDoor;
  protected done = false;
  /** The error of the last attempt that failed. */
  protected lastError: unknown;
  #running: Promise<void> = Promise.resolve();

  constructor(options: WatcherOptions) {
    this.options = options;
  }

  get connections(): number {
    return this.door.connections;
  }

  async start(): Promise<this> {
    this.door = await startFrontDoor(this.options.ports);
    this.#running = this.run();
    return this;
  }

  /** What the client was shown last, for the message of a failure. */
  get state(): string {
    return `${this.options.name}, shown ${JSON.stringify(this.shown.at(-1))}, last told ${JSON.stringify(this.lastError)}`;
  }

  cut(): void {
    this.door.cut();
  }

  /** Ends the client. Another one takes its place, which knows only what the first one had stored. */
  crash(): void {
    this.dispose();
    this.door.cut();
  }

  async stop(): Promise<void> {
    this.done = true;
    this.dispose();
    await this.door.close();
    await this.#running;
  }

  protected get url(): string {
    return `http://127.0.0.1:${this.door.port}/graphql`;
  }

  protected get query(): string {
    return documents[this.options.document];
  }

  protected abstract run(): Promise<void>;
  protected abstract dispose(): void;
}

/** A client that uses `clients/stream-client`, the package for other teams. */
export class StreamWatcher extends Watcher {
  readonly resumes = true;
  #client: StreamClient | undefined;
  #cursor: string | undefined;

  protected async run(): Promise<void> {
    while (!this.done) {
      this.#client = new StreamClient({
        url: this.url,
        token: () => this.options.token,
        webSocketImpl: WebSocket,
        retry: { minMs: 50, maxMs: 1_000 },
      });
      const stream = this.#client.stream(
        this.query,
        { id: this.options.id },
        {
          resumeFrom: this.#cursor,
          maxBuffered: 1_000,
          onState: ({ cause }) => {
            this.lastError = cause;
          },
        },
      );
      try {
        for await (const { data, kind, reason, version, cursor } of stream) {
          this.shown.push({
            part: 0,
            kind,
            ...(reason ? { reason } : {}),
            version: version ?? -1,
            data: Object.values(data ?? {})[0] as Shown['data'],
          });
          this.#cursor = cursor;
        }
      } catch (error) {
        this.failure = String(error);
        return;
      }
    }
  }

  protected dispose(): void {
    this.#client?.close();
  }
}

export interface Answer {
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly { readonly message: string; readonly extensions?: { readonly code?: string } }[];
  readonly extensions?: {
    readonly stream?: {
      readonly kind: string;
      readonly reason?: string;
      readonly version: number;
      readonly cursor: string;
    };
  };
}

/** The error codes for which `PROTOCOL.md` tells a client to try again. */
const passing = new Set([
  'SUBGRAPH_UNAVAILABLE',
  'DEADLINE_EXCEEDED',
  'INTERNAL_SERVER_ERROR',
  'TOO_MANY_REQUESTS',
  'SHUTTING_DOWN',
  'CONFLICT',
]);

/** A client without the package: it shows everything that it is sent. */
export abstract class BareWatcher extends Watcher {
  protected cursor: string | undefined;
  protected part = 0;

  protected take({ data, errors, extensions }: Answer): void {
    const mark = extensions?.stream;
    if (!mark) return this.refused(errors ?? []);
    this.cursor = mark.cursor;
    const { kind, reason, version } = mark;
    this.shown.push({
      part: this.resumes ? 0 : this.part,
      kind,
      ...(reason ? { reason } : {}),
      version,
      data: Object.values(data ?? {})[0] as Shown['data'],
    });
  }

  protected refused(errors: NonNullable<Answer['errors']>): void {
    this.lastError = errors;
    if (!errors.some(({ extensions }) => passing.has(extensions?.code ?? ''))) this.failure = JSON.stringify(errors);
  }

  protected comeBackSoon(): Promise<unknown> {
    return this.done ? Promise.resolve() : sleep(50 + Math.random() * 200);
  }
}

/** A client that uses graphql-ws alone. It keeps the last cursor, or none. */
export class PlainWatcher extends BareWatcher {
  readonly resumes: boolean;
  #client: Client | undefined;

  constructor(options: WatcherOptions, { resumes }: { readonly resumes: boolean }) {
    super(options);
    this.resumes = resumes;
  }

  protected async run(): Promise<void> {
    while (!this.done) {
      const client = createClient({
        url: this.url.replace('http', 'ws'),
        webSocketImpl: watchedSockets(WebSocket, () => undefined),
        connectionParams: { authorization: `Bearer ${this.options.token}` },
        retryAttempts: 0,
      });
      this.#client = client;
      this.part += 1;
      await new Promise<void>((resolve) => {
        client.subscribe<Record<string, unknown>>(
          {
            query: this.query,
            variables: { id: this.options.id },
            extensions: this.resumes ? { resumeFrom: this.cursor } : {},
          },
          {
            next: (answer) => this.take(answer as Answer),
            error: (error) => {
              if (Array.isArray(error)) this.refused(error as NonNullable<Answer['errors']>);
              resolve();
            },
            complete: resolve,
          },
        );
      });
      await client.dispose();
      await this.comeBackSoon();
    }
  }

  protected dispose(): void {
    this.#client?.terminate();
  }
}
