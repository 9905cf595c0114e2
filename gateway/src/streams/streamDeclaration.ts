import { Kind, valueFromASTUntyped, type DocumentNode } from 'graphql';

/** What `@eventStream` says of a subscription field; see `schema/base.graphql`. */
export interface StreamDeclaration {
  readonly field: string;
  readonly events: readonly string[];
  readonly feed: string;
  readonly query: string;
  readonly delivery: 'every' | 'latest';
  readonly version?: string;
  /** Field of the answer → property of the event's data. */
  readonly carries: readonly { readonly field: string; readonly property: string }[];
}

/** The streams that a supergraph declares, by subscription field. */
export function streamDeclarations(supergraph: DocumentNode): Map<string, StreamDeclaration> {
  const streams = new Map<string, StreamDeclaration>();
  for (const definition of supergraph.definitions) {
    if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION || definition.name.value !== 'Subscription') continue;
    for (const field of definition.fields ?? []) {
      const directive = field.directives?.find((each) => each.name.value === 'eventStream');
      if (!directive) continue;
      const args = Object.fromEntries((directive.arguments ?? []).map((each) => [each.name.value, valueFromASTUntyped(each.value)])) as {
        events: string[]; feed: string; query: string; delivery?: string | null; version?: string | null; carries?: string[] | null;
      };
      streams.set(field.name.value, {
        field: field.name.value, events: args.events, feed: args.feed, query: args.query,
        delivery: args.delivery === 'latest' ? 'latest' : 'every',
        ...(args.version ? { version: args.version } : {}),
        carries: (args.carries ?? []).map((pair) => ({ field: pair.split(':')[0]!, property: pair.split(':')[1]! })),
      });
    }
  }
  return streams;
}
