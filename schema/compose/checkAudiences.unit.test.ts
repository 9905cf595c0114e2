import { expect, it } from 'vitest';
import { checkAudiences } from './checkAudiences.ts';
import { graphSource } from './graphSource.ts';
import { indexTypes } from './typeIndex.ts';

const subgraph = (name: string, sdl: string) =>
  graphSource(name, `http://localhost/${name}`, sdl, `subgraphs/${name}/schema.graphql`);
const messages = (...sdl: string[]) =>
  checkAudiences(indexTypes(sdl.map((each, index) => subgraph(`s${index}`, each)))).map(
    ({ where, message }) => `${where}: ${message}`,
  );

it('accepts fields that the type names, that have tags, or that belong to a type that no channel sees', () => {
  expect(
    messages(
      'type Shop @key(fields: "id") @tag(name: "public") @show(fields: "id name") { id: ID! name: String takings: Int @tag(name: "staff") }',
      'type Shop @key(fields: "id") { id: ID! wares: Int @tag(name: "web") } type Audit { at: Int } type Query { audit: Audit }',
    ),
  ).toEqual([]);
});

it('refuses an undecided field of a tagged type, in the subgraph of the type and in any other', () => {
  expect(
    messages(
      'type Shop @tag(name: "public") @show(fields: "id") {\n id: ID!\n takings: Int\n}',
      'type Shop {\n takings2: Int }',
    ),
  ).toEqual([
    'subgraphs/s0/schema.graphql:3: Shop.takings does not say which channels see it. Write @tag(name: "…") behind it, with "staff" for staff alone,' +
      ' or name it in the @show(fields: "…") of Shop, which is for public.',
    'subgraphs/s1/schema.graphql:2: Shop.takings2 does not say which channels see it. Write @tag(name: "…") behind it, with "staff" for staff alone.',
  ]);
});

it('refuses @show that names unknown or tagged fields, or is on a type without tags', () => {
  expect(
    messages('type Shop @tag(name: "public") @show(fields: "id nmae") { id: ID! name: String @tag(name: "web") }'),
  ).toEqual(['subgraphs/s0/schema.graphql:1: @show names Shop.nmae, which is not there. Correct the name.']);
  expect(
    messages(
      'type Shop @tag(name: "public") @show(fields: "openningHours") { openingHours: Int @tag(name: "web") }',
    )[0],
  ).toContain('Did you mean openingHours?');
  expect(
    messages('type Shop @tag(name: "public") @show(fields: "id name") { id: ID! name: String @tag(name: "web") }'),
  ).toEqual([
    'subgraphs/s0/schema.graphql:1: @show names Shop.name, which has tags of its own (web). Take either away.',
  ]);
  expect(messages('type Shop @show(fields: "id") { id: ID! }')[0]).toContain(
    'Shop has no @tag here for its @show to refer to',
  );
  expect(messages('type Query @tag(name: "public") @show(fields: "shop") { shop: Int }')[0]).toContain(
    'Tag each of its fields instead',
  );
});
