import type { Tree } from '../against/tree.ts';
import { eventFindings, eventsIn } from '../contracts/eventFindings.ts';
import { compareSchemas } from '../contracts/compareSchemas.ts';
import type { EventSchema } from '../contracts/eventSchema.ts';
import type { Finding } from '../model/finding.ts';
import { Owners } from '../model/owners.ts';
import type { SchemaRegistry } from './schemaRegistry.ts';

/** What the registry has of an event, and what it would say to the committed schema. */
export interface EventInRegistry {
  /** `orders.v1-OrderCreated`: topic and event, as Confluent's TopicRecordNameStrategy names subjects. */
  readonly subject: string;
  readonly schema: EventSchema;
  readonly state: 'new' | 'same' | 'changed' | 'refused';
  /** Why it is refused, in words. */
  readonly reasons: readonly string[];
}

const subjectOf = (schema: EventSchema): string => `${schema['x-topic']}-${schema.title}`;

/**
 * Compares the committed schemas with the newest ones of the registry. A schema is refused by our own rules (new
 * readers read the old events of the log, each change takes a new version) or by the registry's (old readers read the
 * new events). An open JSON Schema has no registry level that allows an additional property in both directions.
 */
export async function compareWithRegistry(tree: Tree, registry: SchemaRegistry): Promise<EventInRegistry[]> {
  const owners = new Owners(tree.read('CODEOWNERS') ?? '');
  const events: EventInRegistry[] = [];
  for (const schema of eventsIn(tree).values()) {
    const subject = subjectOf(schema);
    const known = await registry.latest(subject);
    if (!known) {
      events.push({ subject, schema, state: 'new', reasons: [] });
      continue;
    }
    const name = schema.title;
    const findings = eventFindings(new Map([[name, known]]), new Map([[name, schema]]), owners);
    const reasons = findings.filter(({ severity }) => severity === 'error').map(reason);
    const same = compareSchemas(known, schema).length === 0 && known['x-version'] === schema['x-version'];
    if (!same && reasons.length === 0 && !(await registry.accepts(subject, schema)))
      reasons.push('the registry says that readers of an earlier version could not read it');
    const state = reasons.length > 0 ? 'refused' : same ? 'same' : 'changed';
    events.push({ subject, schema, state, reasons });
  }
  return events;
}

const reason = ({ message, fix }: Finding): string => `${message}. ${fix}`;

/**
 * Registers what is new or changed. Nothing is registered if something is refused. The level is set for what is there
 * already, too: a push that was cut off between the two would leave a subject that takes anything.
 */
export async function pushToRegistry(tree: Tree, registry: SchemaRegistry): Promise<EventInRegistry[]> {
  const events = await compareWithRegistry(tree, registry);
  if (events.some(({ state }) => state === 'refused')) return events;
  for (const { subject, schema, state } of events) {
    if (state !== 'same') await registry.register(subject, schema);
    await registry.keepForward(subject);
  }
  return events;
}
