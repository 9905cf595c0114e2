import { expect, it } from 'vitest';
import { graphSource, registeredSources, viewSource } from '../../compose/graphSource.ts';
import { channels } from '#schema/channels.ts';
import { Owners } from '../model/owners.ts';
import { rules } from '../model/rules.ts';
import { unusedTypes } from './unusedTypes.ts';

const owners = new Owners('/subgraphs/shops/ @shops');
const source = (name: string, sdl: string) => graphSource(name, '', sdl, `subgraphs/${name}/schema.graphql`);

it('finds what no field of a root leads to, in whichever subgraph, with its place and owner', () => {
  const shops = source(
    'shops',
    `type Query { shop(filter: Filter): Shop }
     type Shop @key(fields: "id") { id: ID! hours: [Hours!]! like: Named }
     type Hours { day: Day! }
     enum Day { MONDAY }
     input Filter { inner: Inner }
     input Inner { a: Int }
     interface Named { name: String }
     type Ware implements Named { name: String }
     union Found = Shop | Lost
     type Lost { by: Someone }
     type Someone { a: Int }
     input Forgotten { a: Colour }
     enum Colour { RED }
     scalar Nothing`,
  );
  const found = unusedTypes([shops], owners);
  expect(found.map(({ subject }) => subject).sort()).toEqual(
    ['Colour', 'Forgotten', 'Found', 'Lost', 'Nothing', 'Someone'].sort(),
  );
  expect(found[0]).toMatchObject({ owners: ['@shops'], severity: 'error' });
  expect(rules[found[0]!.rule]).toBeTruthy();
  const wares = source('wares', 'extend type Query { found: Found forgotten(it: Forgotten, n: Nothing): Int }');
  expect(unusedTypes([shops, wares], owners)).toEqual([]);
});

it('finds nothing in our own graph', () => {
  const views = channels.flatMap(({ name }) => viewSource(name) ?? []);
  expect(unusedTypes([...registeredSources(), ...views], owners).map(({ subject }) => subject)).toEqual([]);
});
