import { EventStreamReader } from '#gateway/testkit/eventStreamReader.ts';
import { BareWatcher, type Answer } from './watchers.ts';

/**
 * By Server-Sent Events, as a server would that has `fetch` and no library: goes on from the id of the last event, by
 * `Last-Event-ID`.
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
        // Not the cursor that the message says: an event stream resumes by ids alone, and an answer that is none of the
        // stream has none.
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
