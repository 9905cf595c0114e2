import { Kind, valueFromASTUntyped, type DocumentNode } from 'graphql';

/**
 * `every` event; the `latest` that there is, as fast as that may go; or now and then a `sampled` one. The last one
 * always.
 */
export type Delivery = 'every' | 'latest' | 'sampled';

const deliveries: readonly string[] = ['every', 'latest', 'sampled'] satisfies Delivery[];

/** What `@eventStream` says of a subscription field; see `schema/base.graphql`. */
export interface StreamDeclaration {
  readonly field: string;
  readonly events: readonly string[];
  readonly feed: string;
  readonly query: string;
  readonly delivery: Delivery;
  readonly version?: string;
  /** Argument of the Query field that takes the version which the client has: the answer is then what changed since. */
  readonly since?: string;
  /** Who may see the answer never changes: an event may be told without asking again. */
  readonly fixedOwner: boolean;
  /** What is not there yet may be there in a moment, with the first event of its feed. */
  readonly awaits?: true;
  /** Field of the answer → property of the event's data. */
  readonly carries: readonly { readonly field: string; readonly property: string }[];
  /** Values of a carried field after which nothing follows: the message that has one is the last. */
  readonly ends?: { readonly field: string; readonly property: string; readonly values: ReadonlySet<unknown> };
}

const pairsOf = (pairs: readonly string[] | null | undefined): [string, string][] =>
  (pairs ?? []).map((pair) => [pair.split(':')[0]!, pair.split(':')[1]!]);

/** Composition has checked that all pairs are of one field, which is carried. */
function endsOf(pairs: readonly [string, string][], carries: StreamDeclaration['carries']): StreamDeclaration['ends'] {
  const carried = carries.find(({ field }) => field === pairs[0]?.[0]);
  return carried && { ...carried, values: new Set(pairs.map(([, value]) => value)) };
}

/** The streams that a supergraph declares, by subscription field. */
export function streamDeclarations(supergraph: DocumentNode): Map<string, StreamDeclaration> {
  const streams = new Map<string, StreamDeclaration>();
  for (const definition of supergraph.definitions) {
    if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION || definition.name.value !== 'Subscription') continue;
    for (const field of definition.fields ?? []) {
      const directive = field.directives?.find((each) => each.name.value === 'eventStream');
      if (!directive) continue;
      const args = Object.fromEntries(
        (directive.arguments ?? []).map((each) => [each.name.value, valueFromASTUntyped(each.value)]),
      ) as {
        events: string[];
        feed: string;
        query: string;
        delivery?: string | null;
        version?: string | null;
        carries?: string[] | null;
        since?: string | null;
        fixedOwner?: boolean | null;
        awaits?: boolean | null;
        endsWith?: string[] | null;
      };
      const carries = pairsOf(args.carries).map(([carried, property]) => ({ field: carried, property }));
      const ends = endsOf(pairsOf(args.endsWith), carries);
      streams.set(field.name.value, {
        field: field.name.value,
        events: args.events,
        feed: args.feed,
        query: args.query,
        delivery: deliveries.includes(args.delivery ?? '') ? (args.delivery as Delivery) : 'every',
        ...(args.version ? { version: args.version } : {}),
        ...(args.since ? { since: args.since } : {}),
        fixedOwner: args.fixedOwner === true,
        ...(args.awaits ? { awaits: true } : {}),
        carries,
        ...(ends ? { ends } : {}),
      });
    }
  }
  return streams;
}
