import type { AnswerScope, EventSubject, Place } from './answerScope.ts';

/**
 * Whether the id of a thing can stand in a tag. A CDN parts tags at spaces and commas, and takes some kilobytes of
 * them; ids come from callers, too, who may send any text.
 */
export const isTagKey = (key: unknown): key is string => typeof key === 'string' && /^[!-+\--~]{1,100}$/.test(key);

/** The kinds of a place, such as `order` or `menuItem+store`. */
const kindsOf = (place: Place): string[] => [...place.keys()].sort();

/**
 * The tags by which kept answers are found: by this process, and by a CDN, which lets go whatever has one of the tags
 * that it is told. An answer has one for each thing that stands at its places, `menu.store:17`, and one for each set of
 * kinds, `menu.store`, by which it is let go when an event does not say of which thing of these kinds it is. With an
 * event's tags exactly those answers are found that it concerns.
 */
export class AnswerTags {
  /** Begins each tag; the tag of every answer. */
  readonly #prefix: string;
  /** Domain → the sets of kinds for which answers have tags. */
  readonly #kinds = new Map<string, Map<string, readonly string[]>>();
  #isAnything = false;

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  /** The tag of every answer. */
  get ofAll(): string {
    return this.#prefix;
  }

  /** The tag of answers of which nobody knows what they depend on: every event lets them go. */
  get ofAnything(): string {
    return `${this.#prefix}.*`;
  }

  /** The tags of an answer, besides `ofAll`. */
  of({ places }: AnswerScope): string[] {
    if (!places) {
      this.#isAnything = true;
      return [this.ofAnything];
    }
    const tags = new Set<string>();
    for (const [domain, all] of places)
      for (const place of all) {
        const kinds = kindsOf(place);
        const known = this.#kinds.get(domain) ?? new Map<string, readonly string[]>();
        this.#kinds.set(domain, known.set(kinds.join('+'), kinds));
        tags.add(this.#tag(domain, kinds.join('+')));
        for (const [kind, key] of place) tags.add(this.#tag(domain, `${kind}:${key}`));
      }
    return [...tags];
  }

  /** The tags of all answers that may be other ones after an event. */
  after({ domain, things }: EventSubject): string[] {
    const known = this.#kinds.get(domain);
    if (!known) return this.#isAnything ? [this.ofAnything] : [];
    const unnamed = [...known].flatMap(([name, kinds]) =>
      kinds.some((kind) => things.has(kind)) ? [] : [this.#tag(domain, name)],
    );
    const inUse = new Set([...known.values()].flat());
    const named = [...things].flatMap(([kind, keys]) =>
      // No answer has a tag of another key.
      inUse.has(kind) ? [...keys].filter(isTagKey).map((key) => this.#tag(domain, `${kind}:${key}`)) : [],
    );
    return [...(this.#isAnything ? [this.ofAnything] : []), ...unnamed, ...named];
  }

  /** Of a domain's fields that are of no thing: `menu`. */
  #tag = (domain: string, name: string): string => `${this.#prefix}.${domain}${name === '' ? '' : `.${name}`}`;
}
