import { parse } from 'graphql';
import { expect, test } from 'vitest';
import { Coordinates } from '../model/coordinates.ts';
import { Owners } from '../model/owners.ts';
import { routeClient, type LiveDocument } from './liveDocument.ts';
import { removedDocuments } from './registrationFindings.ts';

const route = (name: string, sunset?: string): LiveDocument => ({
  ...{
    channel: 'rest',
    client: routeClient,
    version: 'main',
    name,
    id: name,
    file: 'rest/v1/loyalty/getAccount.graphql',
  },
  document: parse('{ stores { id } }'),
  ...(sunset !== undefined && { sunset: new Date(sunset) }),
});

test('a route stays until its sunset is past', () => {
  const repository = { root: '/', owners: new Owners('* @drburger/all'), coordinates: new Coordinates([]) };
  const before = [
    route('GET /v1/kept', '2027-11-01'),
    route('GET /v1/ended', '2026-01-01'),
    route('GET /v1/ending', '2027-11-01'),
    route('GET /v1/plain'),
  ];
  const found = removedDocuments(before, [before[0]!], repository as never, new Date('2026-11-29'));
  expect(found.map(({ rule, severity, subject }) => [rule, severity, subject])).toEqual([
    ['route-removed', 'error', 'GET /v1/ending'],
    ['route-removed', 'error', 'GET /v1/plain'],
  ]);
});
