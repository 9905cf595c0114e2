import { Kind, parse } from 'graphql';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { eventTypes, pingType } from './eventTypes.ts';

const { definitions } = parse(readFileSync('schema/channels/partner.graphql', 'utf8'));

it('each kind of webhook is described with its type and the scope that it needs, of which the portal reads it', () => {
  const described = definitions.flatMap((each) =>
    each.kind === Kind.ENUM_TYPE_DEFINITION && each.name.value === 'WebhookEventType' ? (each.values ?? []) : [],
  );
  const told = described.map(({ name, description }) => {
    const [, type, scope] = /^`([^`]+)`: [^]*Needs `([^`]+)`\.$/.exec(description?.value ?? '') ?? [];
    return { name: name.value, type, scope };
  });
  const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1);
  const expected = eventTypes.map(({ name, type, scope }) => ({ name, type, scope }));
  expect(told.filter(({ type }) => type !== pingType).sort(byName)).toEqual(expected.sort(byName));
});
