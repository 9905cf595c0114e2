import { buildSchema, parse, type OperationDefinitionNode } from 'graphql';
import { expect, it } from 'vitest';
import { exactLiterals } from '../graph/exactLiterals.ts';
import { stringifyExactly } from './exactNumber.ts';
import { parseJson } from './parseJson.ts';
import { coerceVariables } from './variableNumbers.ts';

const schema = exactLiterals(
  buildSchema(`scalar Long
    input In { rate: Float rates: [Float!] id: ID count: Int long: Long inner: In }
    type Query { f(id: ID, ids: [ID], rate: Float, rates: [[Float]], in: In, count: Int, long: Long): Int }`),
);

function coerced(declared: string, json: string) {
  const text = `query(${declared}) { f }`;
  const { variableDefinitions } = parse(text).definitions[0] as OperationDefinitionNode;
  const given = parseJson(json) as Record<string, unknown>;
  const result = coerceVariables(schema, variableDefinitions!, given, { maxErrors: 10 });
  return result.errors ? result.errors.map(({ message }) => message).join(' ') : stringifyExactly(result.coerced);
}

it.each([
  ['$v: Float', '{"v":12345678901234567890}', '{"v":12345678901234567890}'],
  ['$v: Float!', '{"v":0.12345678901234567891}', '{"v":0.12345678901234567891}'],
  ['$v: Float = 0.12345678901234567891', '{}', '{"v":0.12345678901234567891}'],
  ['$v: [[Float]]', '{"v":[[1,0.12345678901234567891]]}', '{"v":[[1,0.12345678901234567891]]}'],
  ['$v: [[Float]]', '{"v":0.12345678901234567891}', '{"v":[[0.12345678901234567891]]}'],
  [
    '$v: In',
    '{"v":{"rates":0.12345678901234567891,"inner":{"rate":12345678901234567890}}}',
    '{"v":{"rates":[0.12345678901234567891],"inner":{"rate":12345678901234567890}}}',
  ],
  ['$v: Long = 9007199254740993', '{}', '{"v":9007199254740993}'],
  ['$v: Long = 19.90', '{}', '{"v":19.90}'],
  ['$v: Long', '{"v":[19.90,-0,1e2,0.0000001,5,-0.5]}', '{"v":[19.90,-0,1e2,0.0000001,5,-0.5]}'],
  ['$v: Int', '{"v":1.0}', '{"v":1}'],
  ['$v: Int', '{"v":12.50e1}', '{"v":125}'],
  ['$v: ID', '{"v":1e3}', '{"v":"1000"}'],
  ['$v: ID', '{"v":12345678901234567890}', '{"v":"12345678901234567890"}'],
  ['$v: ID', '{"v":12345678901234567890.0}', '{"v":"12345678901234567890"}'],
  ['$v: [ID]', '{"v":12345678901234567890}', '{"v":["12345678901234567890"]}'],
])('%s of %s is %s', (declared, json, expected) => {
  expect(coerced(declared, json)).toBe(expected);
});

it.each([
  ['$v: ID', '{"v":1.00000000000000000001}', '1.00000000000000000001'],
  ['$v: Int', '{"v":1.00000000000000000001}', '1.00000000000000000001'],
  ['$v: [ID]', '{"v":[1.00000000000000000001]}', '1.00000000000000000001'],
  ['$v: In', '{"v":{"inner":{"count":1.00000000000000000001}}}', '1.00000000000000000001'],
  ['$v: Float', '{"v":1e400}', '1e400'],
  ['$v: Int', '{"v":1.50}', '1.50'],
  ['$v: Int', '{"v":15e-1}', '15e-1'],
  ['$v: In', '{"v":12345678901234567890}', '12345678901234567000'],
])('%s of %s is refused, with the digits that were sent', (declared, json, digits) => {
  expect(coerced(declared, json)).toMatch(
    new RegExp(`^Variable "\\$v" got invalid value.*[ :]${digits.replace('.', '\\.')}`),
  );
  expect(coerced(declared, json)).not.toContain('number ');
});
