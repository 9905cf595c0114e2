import type { Heard } from './streamingClient.ts';

/** Reads an event stream over HTTP and keeps what has come. */
export class EventStreamReader {
  readonly status: number;
  readonly headers: Headers;
  /** The fields of each event; comments are left out. */
  readonly events: Readonly<Record<string, string>>[] = [];
  comments = 0;
  /** Resolves when the response is over. */
  readonly over: Promise<void>;
  readonly #stop: AbortController;
  readonly #hear: ((event: Readonly<Record<string, string>>) => void) | undefined;

  private constructor(
    response: Response,
    stop: AbortController,
    hear?: (event: Readonly<Record<string, string>>) => void,
  ) {
    this.#hear = hear;
    this.status = response.status;
    this.headers = response.headers;
    this.#stop = stop;
    this.over = this.#read(response).catch(() => undefined);
  }

  /** `hear` is called with each event as it comes. */
  static async open(
    url: string,
    { signal, ...init }: RequestInit,
    hear?: (event: Readonly<Record<string, string>>) => void,
  ): Promise<EventStreamReader> {
    const stop = new AbortController();
    const response = await fetch(url, {
      ...init,
      signal: signal ? AbortSignal.any([stop.signal, signal]) : stop.signal,
      headers: { accept: 'text/event-stream', ...(init.headers as Record<string, string>) },
    });
    return new EventStreamReader(response, stop, hear);
  }

  async #read(response: Response): Promise<void> {
    let text = '';
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        this.#take(text.slice(0, end));
        text = text.slice(end + 2);
      }
    }
  }

  #take(block: string): void {
    const lines = block.split('\n').filter((line) => !line.startsWith(':'));
    if (lines.length === 0) {
      this.comments += 1;
      return;
    }
    const event = Object.fromEntries(
      lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]),
    );
    this.events.push(event);
    this.#hear?.(event);
  }

  get messages(): Heard[] {
    return this.events.filter(({ event }) => event === 'next').map(({ data }) => JSON.parse(data!) as Heard);
  }

  get marks(): string[] {
    return this.messages.map(({ extensions }) => `${extensions?.stream?.kind} ${extensions?.stream?.version}`);
  }

  stop(): void {
    this.#stop.abort();
  }
}
