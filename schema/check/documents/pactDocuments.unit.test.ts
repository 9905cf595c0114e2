import { fileURLToPath } from 'node:url';
import { print } from 'graphql';
import { expect, it } from 'vitest';
import { workingTree } from '../against/tree.ts';
import { reviewPatched } from '../testing/patchedSystem.ts';
import { documentsOf } from './liveDocument.ts';
import { pactDocuments } from './pactDocuments.ts';

const tree = workingTree(fileURLToPath(new URL('../../../', import.meta.url)));
const documents = pactDocuments(tree, documentsOf('rest', tree));
const textOf = (id: string): string => print(documents.find((each) => each.id === id)!.document);

it('has what each partner reads of a route, and no more', () => {
  expect(textOf('lunchbox GET /v1/stores')).toMatch(/openNow/);
  expect(textOf('lunchbox GET /v1/stores')).not.toMatch(/timeZone/);
  expect(textOf('quickcourier GET /v1/stores/nearest')).toMatch(/distanceMetres[^]*acceptingOrders/);
  expect(textOf('quickcourier GET /v1/stores/nearest')).not.toMatch(/openNow/);
  expect(textOf('quickcourier GET /v1/stores/{storeId}/delivery-quote')).toMatch(/promisedAt/);
});

it('names the partner who reads a field that is removed, and nobody else', async () => {
  const file = 'subgraphs/delivery/schema.graphql';
  const patch = { file, within: 'type DeliveryQuote', from: '  promisedAt: DateTime!\n', to: '' };
  const { findings } = await reviewPatched([patch], ['rest']);
  const removed = findings.find(({ id }) => id === 'field-removed:DeliveryQuote.promisedAt');
  expect(removed?.severity).toBe('error');
  expect(removed?.affected.map(({ client }) => client).sort()).toEqual(['REST', 'quickcourier']);
});
