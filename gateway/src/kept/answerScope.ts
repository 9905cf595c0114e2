import type { EventEnvelope } from '#platform/events/defineEvent.ts';

/** Kind of thing, such as `store` → keys. */
export type Things = ReadonlyMap<string, ReadonlySet<string>>;

/** What an event is about: things such as the `store` with the key `17`, and its versions in its feeds. */
export interface EventSubject {
  readonly domain: string;
  readonly things: Things;
  readonly versions: readonly FeedVersion[];
}

/** A version of a feed, which is named as `addressKey` names it. */
export interface FeedVersion {
  readonly feed: string;
  readonly version: number;
}

/**
 * Fields of an answer that are of the same things: of the order that was asked for by its id, and of what is reached
 * through it. Kind of thing → its key.
 */
export type Place = ReadonlyMap<string, string>;

/** After which events an answer may be out of date. */
export interface AnswerScope {
  /** Domain that was asked → where in the answer its fields are. Undefined where it is not known which were asked. */
  readonly places: ReadonlyMap<string, readonly Place[]> | undefined;
  /**
   * What the answer itself says of feeds: up to which version it has them. With an older one than was heard, the read
   * model behind it lags.
   */
  readonly versions: readonly FeedVersion[];
  /** It has something that lags at times, and does not say up to which version it has its feed. */
  readonly isUnproven: boolean;
}

/**
 * An event is about the things that its feed and its aggregate name, and those whose ids are in its data: `storeId` and
 * `toStoreId` of stores.
 */
export function subjectOf(topic: string, { metadata, data }: Pick<EventEnvelope, 'metadata' | 'data'>): EventSubject {
  const { feed, feedVersion, aggregateId, aggregateVersion } = metadata;
  const things = new Map<string, Set<string>>();
  const note = (kind: string, key: unknown): void => {
    if (typeof key === 'string') things.set(kind, (things.get(kind) ?? new Set()).add(key));
  };
  for (const address of [feed, aggregateId]) {
    const at = address?.indexOf(':') ?? -1;
    if (address !== undefined && at > 0) note(address.slice(0, at), address.slice(at + 1));
  }
  for (const [name, value] of Object.entries(data ?? {})) {
    const named = /^(\w+)Ids?$/.exec(name)?.[1];
    if (named === undefined) continue;
    for (const kind of kindsIn(named)) for (const key of Array.isArray(value) ? value : [value]) note(kind, key);
  }
  const versions = [{ feed: `${topic} aggregate ${aggregateId}`, version: aggregateVersion }];
  if (feed !== undefined && feedVersion !== undefined)
    versions.push({ feed: `${topic} declared ${feed}`, version: feedVersion });
  return { domain: topic.slice(0, topic.lastIndexOf('.')), things, versions };
}

const kinds = new Map<string, readonly string[]>();

/** `toStore` → `toStore`, `store` */
function kindsIn(name: string): readonly string[] {
  const known = kinds.get(name);
  if (known) return known;
  const words = name.split(/(?=[A-Z])/);
  const made = words.map((_, from) => kindOf(words.slice(from).join('')));
  // The names of properties are those of the event catalogue.
  if (kinds.size < 1_000) kinds.set(name, made);
  return made;
}

/** The kind of thing that a type is of: `MenuItem` → `menuItem` */
export const kindOf = (type: string): string => type[0]!.toLowerCase() + type.slice(1);

/** Whether an answer may be another one after an event. */
export function concerns({ places }: AnswerScope, { domain, things }: EventSubject): boolean {
  return places === undefined || (places.get(domain) ?? []).some((place) => touches(things, place));
}

/**
 * Whether what is at a place may be another after an event about these things: if one of them is there, and also if
 * the event does not say which of the things of these kinds it is about.
 */
function touches(things: Things, place: Place): boolean {
  let isOfOthers = false;
  for (const [kind, key] of place) {
    const keys = things.get(kind);
    if (keys?.has(key)) return true;
    isOfOthers ||= keys !== undefined;
  }
  return !isOfOthers;
}
