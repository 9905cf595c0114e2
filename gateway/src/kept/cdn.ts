import type { Logger } from 'pino';
import type { EventDefinition } from '#platform/events/defineEvent.ts';
import type { EventSubject } from './answerScope.ts';
import { CdnPurges, type Purge } from './cdnPurges.ts';
import { CdnTags } from './cdnTags.ts';
import type { KeptAnswer } from './keptAnswers.ts';

/** The CDN before a channel, as this process knows it. */
export class Cdn {
  readonly #tags: CdnTags;
  readonly #purges: CdnPurges;
  /** The domains of the answers that this process has given it. */
  readonly #domains = new Set<string>();

  constructor(parts: {
    readonly channel: string;
    readonly events: readonly EventDefinition[];
    readonly purge: Purge;
    readonly log: Logger;
  }) {
    this.#tags = new CdnTags(parts.channel, parts.events);
    this.#purges = new CdnPurges({ ...parts, ofAll: this.#tags.ofAll });
    // What it has from before is of events that this process has not heard.
    this.#purges.add([this.#tags.ofAll]);
  }

  heard(subject: EventSubject): void {
    if (this.#domains.has(subject.domain)) this.#purges.add(this.#tags.after(subject));
  }

  /** The headers by which it keeps an answer; undefined for one that it must not keep. */
  headersOf({ scope, isCurrent }: KeptAnswer, seconds: number): Readonly<Record<string, string>> | undefined {
    const tags = isCurrent ? this.#tags.of(scope) : undefined;
    if (!tags) return undefined;
    for (const domain of scope.domains ?? []) this.#domains.add(domain);
    return {
      'cdn-cache-control': `max-age=${seconds}`,
      'surrogate-control': `max-age=${seconds}`,
      'surrogate-key': tags.join(' '),
      'cache-tag': tags.join(','),
    };
  }

  close(): Promise<void> {
    return this.#purges.close();
  }
}
