import { composeServices } from '@apollo/composition';
import { getIntrospectionQuery, graphqlSync, parse, type IntrospectionQuery } from 'graphql';
import { expect, it } from 'vitest';
import { stringifyExactly } from '../documents/exactNumber.ts';
import { buildGraph } from './graph.ts';

const sdl = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@inaccessible"])
  scalar Long
  scalar Amount
  input Deep { amount: Amount = 0.1001 plain: Int = 3 id: ID = 1234567890 hidden: Int = 1 @inaccessible }
  input Filter { long: Long = 900719 list: [Long!] = [900719, 1] deep: Deep = { plain: 4 } rate: Float = 0.12345 }
  type Query { wares(filter: Filter = {}, after: Long = 1234567890, ids: [ID] = 1234567890): String }`;
/** Composition reads these through a double as well: other tools write them as they are. */
const digits = {
  '1234567890': '12345678901234567890',
  '900719': '9007199254740993',
  '0.1001': '0.10000000000000000001',
  '0.12345': '0.12345678901234567891',
};
const supergraphSdl = Object.entries(digits).reduce(
  (text, [short, long]) => text.replaceAll(short, long),
  composeServices([{ name: 'only', url: 'http://localhost/only', typeDefs: parse(sdl) }]).supergraphSdl!,
);
const { apiSchema } = buildGraph(supergraphSdl);

it('fills in the defaults of arguments and input fields with all their digits', () => {
  const { args } = apiSchema.getQueryType()!.getFields()['wares']!;
  const values = Object.fromEntries(args.map(({ name, defaultValue }) => [name, defaultValue]));
  expect(stringifyExactly(values)).toBe(
    `{"filter":{"long":9007199254740993,"list":[9007199254740993,1],"deep":{"amount":0.10000000000000000001,"plain":4,"id":"12345678901234567890"},"rate":0.12345678901234567891},"after":12345678901234567890,"ids":["12345678901234567890"]}`,
  );
});

it('tells them so in an introspection', () => {
  const { data, errors } = graphqlSync({ schema: apiSchema, source: getIntrospectionQuery() });
  expect(errors).toBeUndefined();
  const { types } = (JSON.parse(stringifyExactly(data)) as IntrospectionQuery).__schema;
  const defaultsOf = (name: string) =>
    types.flatMap((each) =>
      each.kind === 'INPUT_OBJECT' && each.name === name
        ? each.inputFields.map(({ defaultValue }) => defaultValue)
        : [],
    );
  expect(defaultsOf('Deep')).toEqual(['0.10000000000000000001', '3', '12345678901234567890']);
  expect(defaultsOf('Filter').slice(0, 2)).toEqual(['9007199254740993', '[9007199254740993, 1]']);
});
