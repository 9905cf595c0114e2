import { print, type FieldDefinitionNode } from 'graphql';
import { z } from 'zod';
import type { EventDefinition } from '#platform/events/defineEvent.ts';
import type { StreamUnderCheck } from './checkEventStreams.ts';
import { namedTypeOf } from './typeIndex.ts';

const fieldOf = ({ answer }: StreamUnderCheck, name: string): FieldDefinitionNode | undefined =>
  answer?.fields.get(name)?.nodes[0];

export function checkVersion(stream: StreamUnderCheck): void {
  const {
    declared: { version, query },
    report,
  } = stream;
  if (version == null) return;
  const type = fieldOf(stream, version)?.type;
  if (!type || print(type).replace(/!$/, '') !== 'Int')
    report(
      'version',
      `version "${version}" is no Int field of its answer. Name the field in which Query.${query} says it.`,
    );
}

/** The fields that the answer of a stream with `since` must have, and their types. */
const collectionFields = { reset: /^Boolean!$/, changed: /^\[.+\]!$/, removed: /^\[.+\]!$/ };
const written = { reset: 'Boolean!', changed: '[…!]!', removed: '[ID!]!' };

export function checkCollection(stream: StreamUnderCheck): void {
  const {
    declared: { since, version },
    node,
    report,
  } = stream;
  if (since == null) return;
  if (version == null)
    report(
      'since',
      'since asks for changes after a version, but the answer says none. Add `version:` with the field that says it.',
    );
  for (const name of ['reset', 'changed', 'removed'] as const) {
    const type = fieldOf(stream, name)?.type;
    if (!type || !collectionFields[name].test(print(type))) {
      report(
        'since',
        `since makes it a stream of a collection, but ${namedTypeOf(node.type)} has no \`${name}: ${written[name]}\`. Add it.`,
      );
    }
  }
}

const propertiesOf = (event: EventDefinition): string[] | undefined =>
  event.schema instanceof z.ZodObject ? Object.keys(event.schema.shape) : undefined;

/** Checks the pairs of `carries`: the field must be a plain value, and the events must have the property. */
export function checkCarried(stream: StreamUnderCheck): void {
  const {
    declared: { carries, fixedOwner, version },
    report,
  } = stream;
  if (fixedOwner && !carries?.length)
    report(
      'fixedOwner',
      'fixedOwner lets events answer, but `carries` lists nothing that they answer. Add `carries:`, or take fixedOwner out.',
    );
  const seen = new Set<string>();
  for (const pair of carries ?? []) {
    const [field = '', property = '', ...more] = pair.split(':');
    const complain = (what: string) => report('carries', `carries "${pair}", but ${what}`);
    if (!field || !property || more.length > 0) {
      complain('that is no pair. Write field:property.');
      continue;
    }
    if (seen.has(field)) complain(`${field} is carried twice. Keep one.`);
    seen.add(field);
    if (field === version) complain(`${field} is the version, which every event carries. Take it out.`);
    checkField(stream, field, complain);
    checkProperty(stream, property, complain);
  }
}

function checkField(stream: StreamUnderCheck, name: string, complain: (what: string) => void): void {
  const node = fieldOf(stream, name);
  if (!node)
    return complain(
      `its answer has no field ${name}. Write field:property, with a field of ${namedTypeOf(stream.node.type)}.`,
    );
  const type = stream.types.get(namedTypeOf(node.type));
  if (type && type.kind !== 'leaf')
    complain(`${name} is an object, whose fields an event cannot tell apart. Carry plain values only.`);
  if (node.arguments?.length)
    complain(`${name} takes arguments, which an event knows nothing of. Carry fields without arguments only.`);
}

function checkProperty(
  { events, declared, node }: StreamUnderCheck,
  property: string,
  complain: (what: string) => void,
): void {
  const properties = events.map(propertiesOf);
  // An unknown event is reported elsewhere, and the properties of a payload that is not an object are not known.
  if (events.length < declared.events.length || properties.includes(undefined)) return;
  const known = [
    ...new Set([...properties.flatMap((each) => each ?? []), ...(node.arguments ?? []).map((each) => each.name.value)]),
  ];
  if (!known.includes(property))
    complain(`none of its events has a property ${property}, and it is no argument. Take one of ${known.join(', ')}.`);
}

/** Checks the pairs of `endsWith`: values of one carried field, which must be an enum that has them. */
export function checkEnd(stream: StreamUnderCheck): void {
  const {
    declared: { endsWith, carries },
    report,
  } = stream;
  if (endsWith == null) return;
  const pairs = endsWith.map((pair) => pair.split(':'));
  const fields = [...new Set(pairs.map(([field = '']) => field))];
  const [field = ''] = fields;
  if (pairs.some(([name, value, ...more]) => !name || !value || more.length > 0) || fields.length !== 1) {
    return report(
      'endsWith',
      `endsWith lists ${endsWith.join(', ') || 'nothing'}. Write pairs field:VALUE of one field.`,
    );
  }
  if (!carries?.some((pair) => pair.split(':')[0] === field))
    return report('endsWith', `endsWith names ${field}, which no event carries. Add it to \`carries:\`.`);
  const node = fieldOf(stream, field);
  if (!node) return;
  const type = namedTypeOf(node.type);
  const values = (stream.types.get(type)?.nodes ?? [])
    .flatMap((each) => ('values' in each ? (each.values ?? []) : []))
    .map(({ name }) => name.value);
  for (const [, value = ''] of pairs) {
    if (!values.includes(value))
      report(
        'endsWith',
        `endsWith "${field}:${value}", but ${type} has no value ${value}. Take one of ${values.join(', ') || "an enum's"}.`,
      );
  }
}
