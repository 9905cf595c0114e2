import { Kind, type DefinitionNode, type FieldDefinitionNode } from 'graphql';
import { declaredBy, type DeclaredStream } from './checkEventStreams.ts';
import type { GraphSource } from './graphSource.ts';
import { directivesOf } from './typeIndex.ts';

/**
 * The same sources, with what `@eventStream` promises said in the description of each subscription field: clients see descriptions, and no
 * directives. The words are those of gateway/PROTOCOL.md.
 */
export function describeStreams(sources: readonly GraphSource[]): GraphSource[] {
  return sources.map((source) => ({ ...source, document: { ...source.document, definitions: source.document.definitions.map(described) } }));
}

function described(definition: DefinitionNode): DefinitionNode {
  if ((definition.kind !== Kind.OBJECT_TYPE_DEFINITION && definition.kind !== Kind.OBJECT_TYPE_EXTENSION) || definition.name.value !== 'Subscription') return definition;
  return { ...definition, fields: (definition.fields ?? []).map(withPromise) };
}

function withPromise(field: FieldDefinitionNode): FieldDefinitionNode {
  const directive = directivesOf(field, 'eventStream')[0];
  if (!directive) return field;
  const value = [field.description?.value, promiseOf(declaredBy(directive))].filter(Boolean).join('\n\n');
  return { ...field, description: { kind: Kind.STRING, value, block: true } };
}

const deliveries: Readonly<Record<string, string>> = {
  every: 'Delivery: `every` event, in order.',
  latest: 'Delivery: `latest`, at most one message a second. What is between is left out; the last state always arrives.',
  sampled: 'Delivery: `sampled`, at most one message in 5 seconds. What is between is left out; the last state always arrives.',
};

/** What a client may rely on, in whole sentences. */
function promiseOf({ delivery, since, endsWith }: DeclaredStream): string {
  return [deliveries[delivery ?? 'every'], resumptionOf(delivery ?? 'every', since), endOf(endsWith ?? [])].filter(Boolean).join('\n');
}

function resumptionOf(delivery: string, since: DeclaredStream['since']): string {
  if (since) return 'With `resumeFrom` it goes on with one message that holds all changes since the cursor, or with `reset: true` everything.';
  return delivery === 'every' ? 'With `resumeFrom` it goes on with the events after the cursor.' : 'With `resumeFrom` it goes on with the state of now, if anything happened since the cursor.';
}

function endOf(pairs: readonly string[]): string {
  const [field] = pairs[0]?.split(':') ?? [];
  return field ? `It completes after the message whose \`${field}\` is ${pairs.map((pair) => `\`${pair.split(':')[1]}\``).join(', ').replace(/, (?=[^,]+$)/, ' or ')}.` : '';
}
