import { expect, it } from 'vitest';
import { partnerAnswer } from './partnerAnswer.ts';

it('has what is to be copied as it has to stand there, and the trial as JSON', () => {
  const curl = `curl -d '{"documentId":"a1"}'`;
  const { json, toCopy } = partnerAnswer({
    documentId: 'a1',
    trial: '{"data":{"stores":[]},"errors":[]}',
    typescript: 'export async function ask() {\n  return "a1";\n}\n',
    curl,
  });
  expect(JSON.parse(json)).toMatchObject({ documentId: 'a1', trial: { data: { stores: [] } }, curl });
  expect(toCopy).toBe(`export async function ask() {\n  return "a1";\n}\n\n${curl}`);
});

it('is the answer alone where nothing is to be copied', () => {
  expect(partnerAnswer({ __typename: 'X', trial: null })).toEqual({
    json: JSON.stringify({ __typename: 'X', trial: null }, null, 2),
  });
  expect(partnerAnswer(null)).toEqual({ json: 'null' });
});
