import type { Logger } from 'pino';
import type { EventSubject } from './answerScope.ts';
import { AnswerTags } from './answerTags.ts';
import { CdnPurges, type Purge } from './cdnPurges.ts';
import type { KeptAnswer } from './keptAnswers.ts';

/** CDNs and clients take 16 kB of headers, and the tags stand there twice. */
const mostTagBytes = 6_000;

/** The CDN before a channel, as this process knows it. */
export class Cdn {
  readonly #tags: AnswerTags;
  readonly #purges: CdnPurges;

  constructor(parts: { readonly channel: string; readonly purge: Purge; readonly log: Logger }) {
    this.#tags = new AnswerTags(parts.channel);
    this.#purges = new CdnPurges({ ...parts, ofAll: this.#tags.ofAll });
    // What it has from before is of events that this process has not heard.
    this.clear();
  }

  heard(subject: EventSubject): void {
    this.#purges.add(this.#tags.after(subject));
  }

  /** The headers by which it keeps an answer; undefined for one that it must not keep. */
  headersOf({ scope, isCurrent }: KeptAnswer, seconds: number): Readonly<Record<string, string>> | undefined {
    if (!isCurrent || !scope.places) return undefined;
    const tags = [this.#tags.ofAll, ...this.#tags.of(scope)];
    if (tags.join(' ').length > mostTagBytes) return undefined;
    return {
      'cdn-cache-control': `max-age=${seconds}`,
      'surrogate-control': `max-age=${seconds}`,
      'surrogate-key': tags.join(' '),
      'cache-tag': tags.join(','),
    };
  }

  /** Has it let everything go. */
  clear(): void {
    this.#purges.add([this.#tags.ofAll]);
  }

  close(): Promise<void> {
    // Nobody else knows by which tags it has found what this process gave it.
    this.clear();
    return this.#purges.close();
  }
}
