import { Kind, type DefinitionNode, type FieldDefinitionNode } from 'graphql';
import { defaultStreamPolicy, type StreamPolicy } from '#gateway/channelManifest.ts';
import { declaredBy, type DeclaredStream } from './checkEventStreams.ts';
import type { GraphSource } from './graphSource.ts';
import { directivesOf } from './typeIndex.ts';

/**
 * Adds the promises of `@eventStream` to the description of each subscription field, since clients see descriptions
 * but no directives. The words are those of gateway/PROTOCOL.md, the intervals those of the channel (`streams` of its
 * manifest).
 */
export function describeStreams(sources: readonly GraphSource[], policy: Partial<StreamPolicy> = {}): GraphSource[] {
  const intervals = { ...defaultStreamPolicy, ...policy };
  const described = (definition: DefinitionNode): DefinitionNode => withPromises(definition, intervals);
  return sources.map((source) => ({
    ...source,
    document: { ...source.document, definitions: source.document.definitions.map(described) },
  }));
}

function withPromises(definition: DefinitionNode, intervals: Intervals): DefinitionNode {
  if (
    (definition.kind !== Kind.OBJECT_TYPE_DEFINITION && definition.kind !== Kind.OBJECT_TYPE_EXTENSION) ||
    definition.name.value !== 'Subscription'
  )
    return definition;
  return { ...definition, fields: (definition.fields ?? []).map((field) => withPromise(field, intervals)) };
}

type Intervals = Pick<StreamPolicy, 'latestIntervalMs' | 'sampleIntervalMs'>;

function withPromise(field: FieldDefinitionNode, intervals: Intervals): FieldDefinitionNode {
  const directive = directivesOf(field, 'eventStream')[0];
  if (!directive) return field;
  const value = [field.description?.value, promiseOf(declaredBy(directive), intervals)].filter(Boolean).join('\n\n');
  return { ...field, description: { kind: Kind.STRING, value, block: true } };
}

const atMost = (intervalMs: number): string =>
  `at most one message in ${intervalMs / 1_000} s. What is between is left out; the last state always arrives.`;

function deliveryOf(delivery: string, { latestIntervalMs, sampleIntervalMs }: Intervals): string {
  if (delivery === 'every') return 'Delivery: `every` event, in order.';
  return `Delivery: \`${delivery}\`, ${atMost(delivery === 'latest' ? latestIntervalMs : sampleIntervalMs)}`;
}

/** What a client may rely on, in whole sentences. */
function promiseOf({ delivery, since, endsWith }: DeclaredStream, intervals: Intervals): string {
  const kind = delivery ?? 'every';
  return [deliveryOf(kind, intervals), resumptionOf(kind, since), endOf(endsWith ?? [])].filter(Boolean).join('\n');
}

function resumptionOf(delivery: string, since: DeclaredStream['since']): string {
  if (since)
    return 'With `resumeFrom` it goes on with one message that holds all changes since the cursor, or with `reset: true` everything.';
  return delivery === 'every'
    ? 'With `resumeFrom` it goes on with the events after the cursor.'
    : 'With `resumeFrom` it goes on with the state of now, if anything happened since the cursor.';
}

function endOf(pairs: readonly string[]): string {
  const [field] = pairs[0]?.split(':') ?? [];
  return field
    ? `It completes after the message whose \`${field}\` is ${pairs
        .map((pair) => `\`${pair.split(':')[1]}\``)
        .join(', ')
        .replace(/, (?=[^,]+$)/, ' or ')}.`
    : '';
}
