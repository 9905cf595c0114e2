import { Source, buildSchema, parse } from 'graphql';
import { expect, test } from 'vitest';
import { Coordinates } from '../model/coordinates.ts';
import { Owners } from '../model/owners.ts';
import { routeClient, type LiveDocument } from './liveDocument.ts';
import { deprecatedUses, removedDocuments } from './registrationFindings.ts';

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

test('what is deprecated is named where a document names it: fields, arguments, input fields, enum values', () => {
  const contract = buildSchema(`
    type Query { find(by: By, way: Way @deprecated(reason: "No way.")): Int  old: Int @deprecated(reason: "Old.") }
    input By { id: ID  label: String @deprecated(reason: "Take id.") }
    enum Way { UP  DOWN @deprecated(reason: "Up.") }
  `);
  const text = 'query Q($by: By) { old a: old find(by: { label: "x" }, way: DOWN) b: find(by: $by) }';
  const document = parse(new Source(text, 'app.graphql'));
  const live = { ...route('Q'), channel: 'kiosk', client: 'app', file: 'app.graphql', document };
  const repository = { owners: new Owners(''), coordinates: new Coordinates([]) };
  const found = deprecatedUses([{ contract, documents: [live] }], repository);
  expect(found.map(({ subject, fix, affected }) => [subject, fix, affected.length])).toEqual([
    ['Query.old', 'Old.', 1],
    ['Query.find(way:)', 'No way.', 1],
    ['By.label', 'Take id.', 1],
    ['Way.DOWN', 'Up.', 1],
  ]);
});
