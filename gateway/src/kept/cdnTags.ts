import type { EventDefinition } from '#platform/events/defineEvent.ts';
import { subjectOf, type AnswerScope, type EventSubject } from './answerScope.ts';

/** Data of an event of which every field is an empty text: what an event is about is `store:` then. */
const anything: unknown = new Proxy({}, { get: () => '' });

function kindOf({ topic, aggregate, feed }: EventDefinition): EventSubject {
  return subjectOf(topic, { aggregateId: aggregate(anything), feed: feed?.(anything) });
}

/**
 * The tags by which a CDN knows kept answers. A CDN lets go whatever has one of the tags that it is told, so an answer
 * has one for each kind of thing that events of its domains are about: `menu.store:17` if it can be of that store only,
 * otherwise `menu.store`.
 */
export class CdnTags {
  readonly #channel: string;
  /** Domain → kinds of things that its events are about. */
  readonly #kinds = new Map<string, Set<string>>();

  constructor(channel: string, events: Iterable<EventDefinition>) {
    this.#channel = channel;
    for (const event of events) {
      const { domain, kind } = kindOf(event);
      this.#kinds.set(domain, (this.#kinds.get(domain) ?? new Set()).add(kind));
    }
  }

  /** The tag of every answer of the channel. */
  get ofAll(): string {
    return this.#channel;
  }

  /** The tags of an answer; undefined where it is not known after which events it is out of date. */
  of({ domains, named }: AnswerScope): string[] | undefined {
    if (!domains) return undefined;
    const tags = [...domains].flatMap((domain) => [
      `${this.#channel}.${domain}`,
      ...[...(this.#kinds.get(domain) ?? [])].flatMap((kind) => {
        const keys = named.get(kind);
        const tag = `${this.#channel}.${domain}.${kind}`;
        return keys ? [...keys].map((key) => `${tag}:${key}`) : [tag];
      }),
    ]);
    return [this.#channel, ...tags];
  }

  /** The tags of all answers that may be other ones after an event. */
  after({ domain, kind, key }: EventSubject): string[] {
    const ofDomain = `${this.#channel}.${domain}`;
    // An event of a newer release, about things of a kind that no answer has a tag for.
    if (!this.#kinds.get(domain)?.has(kind)) return [ofDomain];
    return [`${ofDomain}.${kind}:${key}`, `${ofDomain}.${kind}`];
  }
}
