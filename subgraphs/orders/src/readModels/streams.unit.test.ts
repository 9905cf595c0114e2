import { readFileSync } from 'node:fs';
import { parse, valueFromASTUntyped, type ObjectTypeDefinitionNode } from 'graphql';
import { expect, it } from 'vitest';
import type { EventDefinition } from '#platform/events/defineEvent.ts';
import { eventCatalogue } from '#schema/eventCatalogue.ts';
import orders from '../main.ts';
import { kitchenQueue } from './kitchenQueue.ts';
import { orderBoard } from './orderBoard.ts';

/** Shows the primary view, which is written together with the events. */
const primary = 'storeDayChanged';
/** The read model that each other stream shows; all of them follow the store's feed. */
const shown = { kitchenQueueChanged: kitchenQueue, orderBoardChanged: orderBoard };

interface Declared {
  readonly events: readonly string[];
  readonly feed: string;
}
const subscription = parse(readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8')).definitions.find(
  (node): node is ObjectTypeDefinitionNode =>
    node.kind === 'ObjectTypeDefinition' && node.name.value === 'Subscription',
)!;
const declared = new Map(
  subscription.fields!.map((field) => {
    const directive = field.directives!.find(({ name }) => name.value === 'eventStream')!;
    return [
      field.name.value,
      Object.fromEntries(
        directive.arguments!.map(({ name, value }) => [name.value, valueFromASTUntyped(value)]),
      ) as unknown as Declared,
    ];
  }),
);

const namesOf = (list: readonly EventDefinition[]): string[] => list.map(({ name }) => name).sort();
const ofTheStore = [...(await eventCatalogue()).values()].filter(
  (event) => event.domain === 'orders' && event.feed?.({ storeId: '7' }) === 'store:7',
);

it('every stream of a store shows a read model, and every read model is shown by a stream', () => {
  expect(
    [...declared]
      .filter(([, { feed }]) => feed === 'store:{storeId}')
      .map(([field]) => field)
      .sort(),
  ).toEqual([primary, ...Object.keys(shown)].sort());
  expect(Object.values(shown)).toEqual(expect.arrayContaining([...orders.readModels!]));
});

it.each(Object.entries(shown))('%s streams every event that its read model projects', (field, model) => {
  expect([...declared.get(field)!.events].sort()).toEqual(namesOf(model.events));
});

// An event that is projected but not in the feed reaches no client. An event of the feed that is not projected leaves
// a gap in the head row for ever, so that the version stops there.
it.each(Object.entries(shown))(
  '%s has a read model that projects the events of the feed, all of them and no others',
  (_field, model) => {
    expect(namesOf(model.events)).toEqual(namesOf(ofTheStore));
  },
);

it('the stream of the primary view streams every event of the feed', () => {
  expect([...declared.get(primary)!.events].sort()).toEqual(namesOf(ofTheStore));
});
