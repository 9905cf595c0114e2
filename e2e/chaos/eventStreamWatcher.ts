import { BareWatcher, type Answer } from './watchers.ts';

/** By Server-Sent Events, as a server would that has `fetch` and no library: goes on from the id of the last event, by `Last-Event-ID`. */
export class EventStreamWatcher extends BareWatcher {
  readonly resumes = true;
  #stop: AbortController | undefined;

  protected async run(): Promise<void> {
    while (!this.done && this.failure === undefined) {
      this.#stop = new AbortController();
      try {
        await this.#read(await this.#ask(this.#stop.signal));
      } catch (error) {
        this.lastError = String(error);
      }
      await this.comeBackSoon();
    }
  }

  #ask(signal: AbortSignal): Promise<Response> {
    return fetch(this.url, {
      method: 'POST', signal, body: JSON.stringify({ query: this.query, variables: { id: this.options.id } }),
      headers: {
        'content-type': 'application/json', accept: 'text/event-stream', authorization: `Bearer ${this.options.token}`, ...(this.cursor === undefined ? {} : { 'last-event-id': this.cursor }),
      },
    });
  }

  async #read(response: Response): Promise<void> {
    if (!response.ok) {
      this.lastError = `${response.status} ${await response.text()}`;
      if (response.status === 401 || response.status === 403) this.failure = String(this.lastError);
      return;
    }
    let text = '';
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        this.#event(text.slice(0, end));
        text = text.slice(end + 2);
      }
    }
  }

  /** What has not come whole is not there. */
  #event(block: string): void {
    const fields = new Map(block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]));
    if (fields.get('event') !== 'next') return;
    this.take(JSON.parse(fields.get('data')!) as Answer);
    this.cursor = fields.get('id') ?? this.cursor;
  }

  protected dispose(): void {
    this.#stop?.abort();
  }
}
