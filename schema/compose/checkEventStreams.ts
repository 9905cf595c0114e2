import { Kind, print, valueFromASTUntyped, type FieldDefinitionNode } from 'graphql';
import { z } from 'zod';
import type { EventDefinition } from '#platform/events/defineEvent.ts';
import { placeOf, type CompositionProblem } from './compositionProblem.ts';
import { directivesOf, namedTypeOf, type IndexedType } from './typeIndex.ts';

interface Declared {
  readonly events: readonly string[];
  readonly feed: string;
  readonly query: string;
  readonly delivery?: string;
  readonly version?: string;
  readonly carries?: readonly string[];
}

const deliveries = ['every', 'latest'];

/** What is wrong with the streams that the graph declares; each points at the field in its SDL. */
export function checkEventStreams(types: Map<string, IndexedType>, events: Map<string, EventDefinition>): CompositionProblem[] {
  const problems: CompositionProblem[] = [];
  for (const field of types.get('Subscription')?.fields.values() ?? []) {
    for (const node of field.nodes) {
      const report = (message: string) => problems.push({ where: placeOf(node, 'Subscription'), message: `Subscription.${field.name}: ${message}` });
      const directive = directivesOf(node, 'eventStream')[0];
      if (!directive) {
        report('says not what feeds it. Add @eventStream(events:, feed:, query:).');
        continue;
      }
      const declared = Object.fromEntries(
        (directive.arguments ?? []).map((argument) => [argument.name.value, valueFromASTUntyped(argument.value)]),
      ) as unknown as Declared;
      checkEvents(declared, events, report);
      checkFeed(declared, node, events, report);
      checkQuery(declared, node, types, report);
      checkAnswer(declared, types.get(namedTypeOf(node.type)), events, report);
      if (declared.delivery !== undefined && !deliveries.includes(declared.delivery)) {
        report(`delivery "${declared.delivery}" is unknown. Take one of ${deliveries.join(', ')}.`);
      }
    }
  }
  return problems;
}

type Report = (message: string) => void;

function checkEvents({ events }: Declared, known: Map<string, EventDefinition>, report: Report): void {
  if (events.length === 0) report('names no event.');
  for (const name of events) if (!known.has(name)) report(`the event ${name} is unknown. Define it in schema/events, or correct the name.`);
}

/** The kinds of feed an event appears in, such as `order` and `store`: what stands before the first colon, whatever the data. */
function feedKinds(event: EventDefinition): string[] {
  const data = new Proxy({}, { get: (_target, key) => `<${String(key)}>` });
  return [event.aggregate(data), event.feed?.(data)].flatMap((feed) => (feed === undefined ? [] : [feed.split(':')[0] ?? '']));
}

function checkFeed({ feed, events }: Declared, node: FieldDefinitionNode, known: Map<string, EventDefinition>, report: Report): void {
  const names = (node.arguments ?? []).map((argument) => argument.name.value);
  for (const [, key = ''] of feed.matchAll(/\{([^}]*)\}/g)) {
    const first = key.split('.')[0] ?? '';
    if (first !== 'principal' && !names.includes(first)) {
      report(`the feed's key {${key}} is no argument of the field. Take one of ${names.join(', ') || 'none, it has no arguments'}, or {principal.subject}.`);
    }
  }
  const kind = feed.split(':')[0] ?? '';
  for (const name of events) {
    const event = known.get(name);
    if (event && !feedKinds(event).includes(kind)) report(`${name} appears in no feed ${kind}:…, but in ${feedKinds(event).join(', ')}.`);
  }
}

const argumentsOf = (node: FieldDefinitionNode) => (node.arguments ?? []).map((each) => `${each.name.value}: ${print(each.type)}`).sort().join(', ');

function checkQuery({ query }: Declared, node: FieldDefinitionNode, types: Map<string, IndexedType>, report: Report): void {
  const target = types.get('Query')?.fields.get(query);
  const targetNode = target?.nodes[0];
  if (!target || !targetNode) {
    report(`there is no Query.${query}. Name the Query field that answers the same selection.`);
    return;
  }
  if (argumentsOf(targetNode) !== argumentsOf(node)) {
    report(`its arguments (${argumentsOf(node)}) are not those of Query.${query} (${argumentsOf(targetNode)}). Make them the same.`);
  }
  const bare = (field: FieldDefinitionNode) => print(field.type).replace(/!$/, '');
  if (bare(targetNode) !== bare(node)) report(`it returns ${print(node.type)}, but Query.${query} returns ${print(targetNode.type)}. Return the same type.`);
  if (node.type.kind === Kind.NON_NULL_TYPE && targetNode.type.kind !== Kind.NON_NULL_TYPE) {
    report(`it promises ${print(node.type)}, but Query.${query} may answer null. Make the field nullable.`);
  }
}

const propertiesOf = (event: EventDefinition): string[] | undefined => (event.schema instanceof z.ZodObject ? Object.keys(event.schema.shape) : undefined);

function checkAnswer({ version, carries = [], events }: Declared, answer: IndexedType | undefined, known: Map<string, EventDefinition>, report: Report): void {
  if (version !== undefined) {
    const type = answer?.fields.get(version)?.nodes[0]?.type;
    if (!type || namedTypeOf(type) !== 'Int') report(`version "${version}" is no Int field of its answer.`);
  }
  for (const pair of carries) {
    const [field = '', property = ''] = pair.split(':');
    if (!answer?.fields.has(field)) report(`carries "${pair}", but its answer has no field ${field}. Write field:property.`);
    const properties = events.flatMap((name) => (known.has(name) ? propertiesOf(known.get(name)!) ?? [property] : [property]));
    if (!properties.includes(property)) report(`carries "${pair}", but none of its events has a property ${property}.`);
  }
}
