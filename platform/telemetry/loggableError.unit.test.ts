import { expect, it } from 'vitest';
import { loggableError, reasonOf } from './loggableError.ts';

it('says why none of several addresses could be reached: Node gives that error no message of its own', () => {
  const refused = ['::1', '127.0.0.1'].map((address) => new Error(`connect ECONNREFUSED ${address}:5432`));
  const error = Object.assign(new AggregateError(refused), { code: 'ECONNREFUSED' });
  const why = 'connect ECONNREFUSED ::1:5432, connect ECONNREFUSED 127.0.0.1:5432';
  expect(reasonOf(error)).toBe(`AggregateError: ${why}`);
  expect(loggableError(new Error('the peer is not there', { cause: error }))).toMatchObject({
    message: `the peer is not there: ${why}`,
  });
});
