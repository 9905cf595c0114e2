import type { Dispatcher } from 'undici';

/** The answer to one request, as it came. */
export interface ReceivedAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly contentEncoding: string;
  readonly bytes: Buffer;
}

const aborted = (): Error =>
  Object.assign(new Error('nobody waits for the request any more'), { code: 'UND_ERR_ABORTED' });

/**
 * Gathers the answer to a request of undici's `dispatch`, which makes no stream of it. Ends at once when `signal`
 * fires; a request that still waits for a connection then is dropped when its turn comes.
 */
export class AnswerReceiver implements Dispatcher.DispatchHandler {
  readonly answer: Promise<ReceivedAnswer>;
  readonly #signal: AbortSignal | undefined;
  #resolve!: (answer: ReceivedAnswer) => void;
  #reject!: (error: Error) => void;
  #controller: Dispatcher.DispatchController | undefined;
  #chunks: Buffer[] = [];
  #status = 0;
  #contentType = '';
  #contentEncoding = '';

  constructor(signal: AbortSignal | undefined) {
    this.#signal = signal;
    this.answer = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    signal?.addEventListener('abort', this.#leave, { once: true });
  }

  #leave = (): void => {
    this.#reject(aborted());
    this.#controller?.abort(aborted());
  };

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    this.#chunks = [];
    if (this.#signal?.aborted) controller.abort(aborted());
  }

  onResponseStart(_: unknown, status: number, headers: Readonly<Record<string, string | string[] | undefined>>): void {
    this.#status = status;
    this.#contentType = String(headers['content-type'] ?? '');
    this.#contentEncoding = String(headers['content-encoding'] ?? '');
  }

  onResponseData(_: unknown, chunk: Buffer): void {
    this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    this.#signal?.removeEventListener('abort', this.#leave);
    const bytes = this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks);
    this.#resolve({
      status: this.#status,
      contentType: this.#contentType,
      contentEncoding: this.#contentEncoding,
      bytes,
    });
  }

  onResponseError(_: unknown, error: Error): void {
    this.#signal?.removeEventListener('abort', this.#leave);
    this.#reject(error);
  }
}
