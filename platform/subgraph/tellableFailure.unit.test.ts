import { Code, ConnectError } from '@connectrpc/connect';
import { expect, it } from 'vitest';
import { tellableFailure } from './tellableFailure.ts';

const withCode = (code: string, message = 'x') => Object.assign(new Error(message), { code });

it.each([
  ['a database that is down', withCode('ECONNREFUSED')],
  ['a database that shuts down', withCode('57P01')],
  ['a full file table', withCode('EMFILE')],
  [
    'a database that lets nobody in, as while it is restored',
    withCode('55000', 'database "orders" is not currently accepting connections'),
  ],
  ['a call to another domain that was cut midway', new ConnectError('http/2 stream closed', Code.Unavailable)],
  ['a call past its deadline', new ConnectError('late', Code.DeadlineExceeded)],
])('says of %s that a part of the graph does not answer', (_what, error) => {
  expect(tellableFailure(error)).toMatchObject({ code: 'SUBGRAPH_UNAVAILABLE', logged: true });
});

it('says what a client has sent wrong, and nothing of a fault of ours', () => {
  expect(tellableFailure(withCode('22021'))).toMatchObject({ code: 'BAD_USER_INPUT' });
  expect(tellableFailure(new TypeError('undefined is not a function'))).toBeUndefined();
});
