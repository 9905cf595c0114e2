import { valueFromASTUntyped, type ConstDirectiveNode, type FieldDefinitionNode } from 'graphql';
import { didYouMean } from '#platform/config/misspelling.ts';
import type { EventDefinition } from '#platform/events/defineEvent.ts';
import { checkCarried, checkCollection, checkEnd, checkVersion } from './checkStreamAnswer.ts';
import { checkStreamQuery } from './checkStreamQuery.ts';
import { at, type CompositionProblem } from './compositionProblem.ts';
import { directivesOf, namedTypeOf, type IndexedType } from './typeIndex.ts';

/** The arguments of `@eventStream` as they are written; see `schema/base.graphql`. */
export interface DeclaredStream {
  readonly events: readonly string[];
  readonly feed: string;
  readonly query: string;
  readonly delivery?: string | null;
  readonly version?: string | null;
  readonly carries?: readonly string[] | null;
  readonly since?: string | null;
  readonly fixedOwner?: boolean | null;
  readonly endsWith?: readonly string[] | null;
}

/** A subscription field with its declaration, and a function that reports problems with it. */
export interface StreamUnderCheck {
  readonly declared: DeclaredStream;
  readonly node: FieldDefinitionNode;
  readonly types: Map<string, IndexedType>;
  /** The type of the answer, as all subgraphs together declare it. */
  readonly answer: IndexedType | undefined;
  /** Those of the declared events that exist. */
  readonly events: readonly EventDefinition[];
  /** Reports a problem at the place of the argument, if it is written; otherwise at the field. */
  report(about: keyof DeclaredStream | 'field', message: string): void;
}

const deliveries = ['every', 'latest', 'sampled'];

/** The problems of all streams that the graph declares, each with its place in the SDL. */
export function checkEventStreams(
  types: Map<string, IndexedType>,
  events: Map<string, EventDefinition>,
): CompositionProblem[] {
  const problems: CompositionProblem[] = [];
  for (const field of types.get('Subscription')?.fields.values() ?? []) {
    for (const node of field.nodes) {
      const directive = directivesOf(node, 'eventStream')[0];
      const report: StreamUnderCheck['report'] = (about, message) =>
        problems.push({
          ...at(directive?.arguments?.find(({ name }) => name.value === about) ?? node, 'Subscription'),
          subject: `event-stream:Subscription.${field.name}`,
          message: `Subscription.${field.name}: ${message}`,
        });
      if (!directive) {
        report('field', 'says not what feeds it. Add @eventStream(events:, feed:, query:).');
        continue;
      }
      const declared = declaredBy(directive);
      const stream = {
        declared,
        node,
        types,
        answer: types.get(namedTypeOf(node.type)),
        events: declared.events.flatMap((name) => events.get(name) ?? []),
        report,
      };
      checkEvents(stream, events);
      checkFeed(stream);
      checkDelivery(stream);
      checkStreamQuery(stream);
      checkVersion(stream);
      checkCollection(stream);
      checkCarried(stream);
      checkEnd(stream);
    }
  }
  return problems;
}

/** The arguments of the directive as they are written. */
export const declaredBy = (directive: ConstDirectiveNode): DeclaredStream =>
  Object.fromEntries(
    (directive.arguments ?? []).map((argument) => [argument.name.value, valueFromASTUntyped(argument.value)]),
  ) as unknown as DeclaredStream;

function checkEvents({ declared, events, report }: StreamUnderCheck, known: Map<string, EventDefinition>): void {
  if (declared.events.length === 0) report('events', 'names no event. List at least one of schema/events.');
  for (const name of declared.events) {
    if (!known.has(name))
      report(
        'events',
        `the event ${name} is unknown. Define it in schema/events, or correct the name.${didYouMean(name, known.keys())}`,
      );
  }
  const topics = [...new Set(events.map(({ topic }) => topic))];
  if (topics.length > 1)
    report(
      'events',
      `its events are of several domains (${topics.join(', ')}), whose versions make no order. Take events of one, and a stream for each other.`,
    );
}

/**
 * The kinds of feeds in which an event appears, such as `order` and `store`: the part of a feed's key before the
 * first colon, which does not depend on the data.
 */
function feedKinds(event: EventDefinition): string[] {
  const data = new Proxy({}, { get: (_target, key) => `<${String(key)}>` });
  return [event.aggregate(data), event.feed?.(data)].flatMap((feed) =>
    feed === undefined ? [] : [feed.split(':')[0] ?? ''],
  );
}

function checkFeed({ declared: { feed }, node, events, report }: StreamUnderCheck): void {
  const names = (node.arguments ?? []).map((argument) => argument.name.value);
  for (const [, key = ''] of feed.matchAll(/\{([^}]*)\}/g)) {
    const first = key.split('.')[0] ?? '';
    if (first !== 'principal' && !names.includes(first)) {
      report(
        'feed',
        `the feed's key {${key}} is no argument of the field. Take one of ${names.join(', ') || 'none, it has no arguments'}, or {principal.subject}.`,
      );
    }
  }
  const kind = feed.split(':')[0] ?? '';
  for (const event of events) {
    if (!feedKinds(event).includes(kind))
      report(
        'feed',
        `${event.name} appears in no feed ${kind}:…, but in ${feedKinds(event).join(', ')}. Take one of these, or another event.`,
      );
  }
}

function checkDelivery({ declared: { delivery }, report }: StreamUnderCheck): void {
  if (delivery != null && !deliveries.includes(delivery))
    report('delivery', `delivery "${delivery}" is unknown. Take one of ${deliveries.join(', ')}.`);
}
