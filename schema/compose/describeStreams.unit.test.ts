import { buildASTSchema, parse } from 'graphql';
import { expect, it } from 'vitest';
import type { StreamPolicy } from '#gateway/channelManifest.ts';
import { describeStreams } from './describeStreams.ts';

const descriptionOf = (field: string, policy?: Partial<StreamPolicy>): string | null | undefined => {
  const document =
    parse(`directive @eventStream(delivery: String, since: String, endsWith: [String!]) on FIELD_DEFINITION
    type Subscription { ${field} }
    type Query { field: String }`);
  const [source] = describeStreams([{ name: 'orders', url: '', document }], policy);
  return buildASTSchema(source!.document).getSubscriptionType()?.getFields()['field']?.description;
};

it('adds how a stream is delivered, how it resumes, and when it ends', () => {
  expect(
    descriptionOf(
      '"The order." field: String @eventStream(endsWith: ["status:COMPLETED", "status:CANCELLED", "status:REJECTED"])',
    ),
  ).toBe(`The order.

Delivery: \`every\` event, in order.
With \`resumeFrom\` it goes on with the events after the cursor.
It completes after the message whose \`status\` is \`COMPLETED\`, \`CANCELLED\` or \`REJECTED\`.`);
});

it.each([
  [
    'field: String @eventStream(delivery: "latest")',
    '`latest`, at most one message in 1 s',
    'the state of now, if anything happened',
  ],
  [
    'field: String @eventStream(delivery: "sampled", since: "since")',
    '`sampled`, at most one message in 5 s',
    'one message that holds all changes',
  ],
])('of %s: %s, %s', (field, delivery, resumption) => {
  expect(descriptionOf(field)).toContain(delivery);
  expect(descriptionOf(field)).toContain(resumption);
});

it('uses the intervals of the channel', () => {
  const sampled = 'field: String @eventStream(delivery: "sampled")';
  expect(descriptionOf(sampled, { sampleIntervalMs: 10_000 })).toContain('at most one message in 10 s');
});

it('leaves other fields as they are', () => {
  expect(descriptionOf('"As it was." field: String')).toBe('As it was.');
});
