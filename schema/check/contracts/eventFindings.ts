import type { Place } from '../../compose/compositionProblem.ts';
import type { Tree } from '../against/tree.ts';
import type { Affected, Finding, Severity } from '../model/finding.ts';
import type { Owners } from '../model/owners.ts';
import { compareSchemas, type SchemaDifference } from './compareSchemas.ts';
import { readOf, type EventReader } from './eventReaders.ts';
import { eventSchemaFolder, type EventSchema } from './eventSchema.ts';

/** The schemas of events that a state has committed, by name. */
export const eventsIn = (tree: Tree): Map<string, EventSchema> =>
  new Map(
    tree
      .list(eventSchemaFolder)
      .map((file) => JSON.parse(tree.read(file) ?? '{}') as EventSchema)
      .map((schema) => [schema.title, schema]),
  );

/**
 * Judges changes of events by the rules of versions: within a major version an old reader reads new events, and a new
 * reader the old ones of the log; every change takes a new minor version, and what breaks a reader a new major one.
 * Those of `readers` who read what changes are named, and what they read is not free to be removed, required or not.
 * @param textOf the files that define the events, in which findings are placed
 */
export function eventFindings(
  before: ReadonlyMap<string, EventSchema>,
  now: ReadonlyMap<string, EventSchema>,
  owners: Owners,
  readers: readonly EventReader[] = [],
  textOf: Tree['read'] = () => undefined,
): Finding[] {
  const about = (name: string, rule: string, severity: Severity, told: Pick<Finding, 'message' | 'why' | 'fix'>) => {
    const topic = (now.get(name) ?? before.get(name))?.['x-topic'] ?? '';
    const file = `schema/events/${topic.split('.')[0]}.ts`;
    return {
      ...told,
      id: `${rule}:${name}`,
      rule,
      severity,
      subject: name,
      place: { file, ...positionOf(name, textOf(file)) },
      owners: owners.of(file),
      contracts: [topic],
      affected: [],
    };
  };
  return [
    ...[...before.keys()]
      .filter((name) => !now.has(name))
      .map((name) =>
        about(name, 'event-removed', 'error', {
          message: `the event \`${name}\` is removed`,
          why: 'Logs and topics still hold it, and whoever reads them must know it.',
          fix: 'Keep its definition, and stop appending it.',
        }),
      ),
    ...[...now].flatMap(([name, schema]) => {
      const old = before.get(name);
      if (!old)
        return [
          about(name, 'event-added', 'note', {
            message: `the event \`${name}\` is new`,
            why: 'Nobody hears it yet.',
            fix: '',
          }),
        ];
      const own = readers.filter(({ event }) => event === name);
      const verdict = judge(old, schema, own);
      if (!verdict) return [];
      const finding = about(name, verdict.rule, verdict.severity, verdict);
      return [{ ...finding, affected: affectedOf(own, verdict.breaking, finding, owners) }];
    }),
  ];
}

/** Where the event is defined; an event that is gone, at the beginning of the file that had it. */
function positionOf(name: string, text = ''): Pick<Place, 'line' | 'column'> {
  const line = text.split('\n').findIndex((each) => each.startsWith(`export const ${name} =`)) + 1;
  return line === 0 ? { line: 1, column: 1 } : { line, column: 'export const '.length + 1 };
}

const majorOf = (schema: EventSchema): string => schema['x-version'].split('.')[0] ?? '';

/** Whether nothing but the minor version is higher. */
const isRaised = (old: EventSchema, now: EventSchema): boolean =>
  old['x-topic'] === now['x-topic'] &&
  majorOf(old) === majorOf(now) &&
  now['x-version'].localeCompare(old['x-version'], 'en', { numeric: true }) > 0;

/** Who reads what breaks, by their pacts. */
const affectedOf = (
  readers: readonly EventReader[],
  breaking: readonly SchemaDifference[],
  { contracts, severity }: Pick<Finding, 'contracts' | 'severity'>,
  owners: Owners,
): Affected[] =>
  readers.flatMap((reader) => {
    const read = readOf(
      reader,
      breaking.map(({ path }) => path),
    );
    if (read.length === 0) return [];
    const { client, event, file } = reader;
    return [
      {
        ...{ channel: contracts[0]!, client, version: 'by its pact', document: event, severity },
        place: { file, line: 1, column: 1 },
        owners: owners.of(`subgraphs/${client}/src/main.ts`),
        how: `reads ${read.map((path) => `\`${path}\``).join(', ')}`,
      },
    ];
  });

function judge(old: EventSchema, now: EventSchema, readers: readonly EventReader[]) {
  const isRead = (path: string): boolean => readers.some((reader) => readOf(reader, [path]).length > 0);
  const differences = compareSchemas(old, now).map((each): SchemaDifference =>
    each.what === 'is removed' && each.breaches.length === 0 && isRead(each.path)
      ? { ...each, breaches: ['forward'] }
      : each,
  );
  const isSame = old['x-version'] === now['x-version'] && old['x-topic'] === now['x-topic'];
  if (differences.length === 0 && (isSame || isRaised(old, now))) return undefined;
  const told = differences.map(sentence).join('; ');
  const breaking = differences.filter(({ breaches }) => breaches.length > 0);
  const [was, is] = [old['x-version'], now['x-version']];
  const [major = '1', minor = '0'] = was.split('.');
  if (is.localeCompare(was, 'en', { numeric: true }) < 0)
    return {
      rule: 'event-version',
      breaking,
      severity: 'error' as const,
      message: `\`${now.title}\` was ${was} and is ${is}: versions only rise`,
      why: 'Logs and topics hold events of the higher version, which readers of the lower one do not know.',
      fix: `Declare ${major}.${Number(minor) + 1} or more.`,
    };
  if (majorOf(old) === majorOf(now) && old['x-topic'] !== now['x-topic'])
    return {
      rule: 'event-moved',
      breaking,
      severity: 'error' as const,
      message: `\`${now.title}\` moves from the topic ${old['x-topic']} to ${now['x-topic']}`,
      why: 'Consumers of the old topic hear nothing more of it, and nobody tells them.',
      fix: 'Leave it with its domain; a domain that takes it over declares an event of its own beside it.',
    };
  if (majorOf(old) !== majorOf(now))
    return {
      rule: 'event-major',
      breaking,
      severity: 'warning' as const,
      message: `\`${now.title}\` ${is} is a new major version: ${told}`,
      why: 'It has a topic of its own; consumers of the old topic hear nothing more of it.',
      fix: 'Let every consumer follow both topics before the old one falls silent.',
    };
  if (breaking.length > 0)
    return {
      rule: 'event-breaks',
      breaking,
      severity: 'error' as const,
      message: `\`${now.title}\` ${is} breaks readers of ${was}: ${breaking.map(sentence).join('; ')}`,
      why: whyOf(breaking),
      fix: `Add an optional property beside the old one and raise the version to ${major}.${Number(minor) + 1}, or declare ${Number(major) + 1}.0.`,
    };
  if (was === is)
    return {
      rule: 'event-version',
      breaking,
      severity: 'error' as const,
      message: `\`${now.title}\` changed and is still ${was}: ${told}`,
      why: 'The version in the envelope tells readers which payload they hold.',
      fix: `Raise the version to ${major}.${Number(minor) + 1}.`,
    };
  return {
    rule: 'event-minor',
    breaking,
    severity: 'note' as const,
    message: `\`${now.title}\` ${is} extends ${was}: ${told}`,
    why: 'Old readers ignore what is new, and new readers read the old events of the log.',
    fix: '',
  };
}

const sentence = ({ path, what }: SchemaDifference): string => `\`${path || 'the payload'}\` ${what}`;

function whyOf(breaking: readonly SchemaDifference[]): string {
  const has = (breach: 'backward' | 'forward') => breaking.some(({ breaches }) => breaches.includes(breach));
  return [
    has('backward') ? 'New readers refuse the old events of the log, so that nothing can be rebuilt from it.' : '',
    has('forward') ? 'Consumers that are not yet released refuse the new events and park them.' : '',
  ]
    .filter(Boolean)
    .join(' ');
}
