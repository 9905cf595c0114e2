import { EventStreamReader } from '#gateway/testkit/eventStreamReader.ts';
import { BareWatcher, type Answer } from './watchers.ts';

/**
 * A client that uses Server-Sent Events with `fetch` and no library. After a lost connection it sends the id of the
 * last event as `Last-Event-ID`.
 */
export class EventStreamWatcher extends BareWatcher {
  readonly resumes = true;
  #stop: AbortController | undefined;

  protected async run(): Promise<void> {
    while (!this.done && this.failure === undefined) {
      this.#stop = new AbortController();
      try {
        const { status, over } = await this.#open(this.#stop.signal);
        if (status !== 200) this.lastError = status;
        if (status === 401 || status === 403) this.failure = `refused with ${status}`;
        await over;
      } catch (error) {
        this.lastError = String(error);
      }
      await this.comeBackSoon();
    }
  }

  #open(signal: AbortSignal): Promise<EventStreamReader> {
    const headers = {
      'content-type': 'application/json',
      authorization: `Bearer ${this.options.token}`,
      ...(this.cursor === undefined ? {} : { 'last-event-id': this.cursor }),
    };
    return EventStreamReader.open(
      this.url,
      {
        method: 'POST',
        signal,
        headers,
        body: JSON.stringify({ query: this.query, variables: { id: this.options.id } }),
      },
      ({ event, data, id }) => {
        if (event !== 'next') return;
        // The id counts and not the cursor in the message: an event stream resumes by ids alone, and an answer that
        // does not belong to the stream has no id.
        const last = id ?? this.cursor;
        this.take(JSON.parse(data!) as Answer);
        this.cursor = last;
      },
    );
  }

  protected dispose(): void {
    this.#stop?.abort();
  }
}
