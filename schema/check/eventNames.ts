import { z } from 'zod';
import type { EventDefinition } from '#platform/events/defineEvent.ts';

/**
 * Checks an event against the company's conventions: its name is in the past tense and starts with the domain, and
 * its properties are in camelCase. It returns one line for each breach, which says what to do.
 */
export function eventNameProblems(event: Pick<EventDefinition, 'name' | 'domain' | 'schema'>): string[] {
  const problems: string[] = [];
  const words = event.name.match(/[A-Z][a-z0-9]*/g) ?? [];
  if (words.join('') !== event.name) problems.push(`${event.name}: write it in PascalCase`);
  const prefix = prefixOf(event.domain);
  if (!event.name.startsWith(prefix) || event.name === prefix)
    problems.push(`${event.name}: begin it with ${prefix}, since ${event.domain} owns it`);
  if (!isPast(words)) problems.push(`${event.name}: name what happened, in the past tense, such as ${prefix}Changed`);
  const wrong = propertiesOf(event.schema).filter((path) => !/^[a-z][a-zA-Z0-9]*$/.test(path.split('.').at(-1) ?? ''));
  for (const path of wrong) problems.push(`${event.name}.${path}: write properties in camelCase`);
  return problems;
}

/** The prefix of a domain's events: `orders` → `Order`. A domain whose name is not a plural keeps it. */
const prefixOf = (domain: string): string => `${domain[0]?.toUpperCase()}${domain.slice(1).replace(/s$/, '')}`;

/** Past participles that do not end in -ed, and words that may follow a verb, as in `OrderHandedOver`. */
const irregular = new Set([
  'Sent',
  'Paid',
  'Lost',
  'Made',
  'Taken',
  'Given',
  'Begun',
  'Withdrawn',
  'Left',
  'Sold',
  'Found',
  'Held',
  'Done',
  'Built',
  'Broken',
  'Chosen',
  'Gone',
  'Met',
  'Put',
  'Set',
  'Spent',
  'Won',
  'Written',
]);
const particles = new Set(['Over', 'Out', 'Back', 'Off', 'Up', 'Down', 'In', 'On', 'Away']);

function isPast(words: readonly string[]): boolean {
  const verb = particles.has(words.at(-1) ?? '') ? words.at(-2) : words.at(-1);
  return verb !== undefined && (/ed$/.test(verb) || irregular.has(verb));
}

interface JsonSchema {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
}

/** All properties of a payload, nested ones as paths. */
function propertiesOf(schema: z.ZodType): string[] {
  const walk = (node: JsonSchema, path: string): string[] => [
    ...Object.entries(node.properties ?? {}).flatMap(([name, child]) => [
      `${path}${name}`,
      ...walk(child, `${path}${name}.`),
    ]),
    ...[node.items, ...(node.anyOf ?? []), ...(node.oneOf ?? []), ...(node.allOf ?? [])].flatMap((child) =>
      child ? walk(child, path) : [],
    ),
  ];
  return walk(z.toJSONSchema(schema, { unrepresentable: 'any', io: 'input' }) as JsonSchema, '');
}
