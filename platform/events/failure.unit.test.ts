import { describe, expect, it } from 'vitest';
import { ConcurrencyError } from './concurrencyError.ts';
import { errorCodes, isLostRace } from './databaseFailure.ts';
import { isInfrastructureFailure, PermanentFailure } from './failure.ts';

/** As Prisma 7 wraps what its pg adapter throws. */
const prisma = (code: string, cause: object) =>
  Object.assign(new Error('Raw query failed'), {
    name: 'PrismaClientKnownRequestError',
    code,
    meta: { driverAdapterError: Object.assign(new Error('x'), { name: 'DriverAdapterError', cause }) },
  });
const withCode = (code: string | number, name = 'Error') => Object.assign(new Error('x'), { code, name });

describe('failures', () => {
  it.each([
    ['a refused connection', withCode('ECONNREFUSED')],
    ['a connection that pg lost', new Error('Connection terminated unexpectedly')],
    ['a pool that is exhausted', new Error('timeout exceeded when trying to connect')],
    ['a server that shuts down', withCode('57P01')],
    ['the same through Prisma', prisma('P2010', { kind: 'postgres', originalCode: '57P01' })],
    ['a server that is not there, through Prisma', prisma('P2010', { kind: 'DatabaseNotReachable' })],
    ['a full disk', withCode('53100')],
    ['a server that takes no writes, through Prisma', prisma('P2010', { kind: 'postgres', originalCode: '25006' })],
    ['a statement time-out', withCode('57014')],
    ['a deadlock', withCode('40P01')],
    ['a transaction time-out of Prisma', withCode('P2028')],
    [
      'a prepared statement that a migration has outdated, through Prisma',
      Object.assign(prisma('P2010', { kind: 'postgres', originalCode: '0A000' }), {
        message: 'Raw query failed. Code: `0A000`. Message: `cached plan must not change result type`',
      }),
    ],
    ['a service that is down', withCode(14, 'ConnectError')],
    ['a call past its deadline', withCode(4, 'ConnectError')],
    ['a full file table', withCode('EMFILE')],
    ['one of several', new AggregateError([withCode('ECONNREFUSED')])],
    ['the cause of another', new Error('could not quote', { cause: withCode('UND_ERR_SOCKET') })],
  ])('of the infrastructure: %s', (_what, error) => {
    expect(isInfrastructureFailure(error)).toBe(true);
  });

  it.each([
    ['a bug', new TypeError('undefined is not a function')],
    ['a lost race', new ConcurrencyError('x', { cause: withCode('40001') })],
    ['what is declared permanent', new PermanentFailure('x', { cause: withCode('ECONNREFUSED') })],
    ['a unique violation', prisma('P2010', { kind: 'UniqueConstraintViolation', originalCode: '23505' })],
    ['a division by zero', withCode('22012')],
    ['a service that says no', withCode(5, 'ConnectError')],
    ['a number that means something else', withCode(14)],
    ['no error at all', 'x'],
  ])('of the handler or the event: %s', (_what, error) => {
    expect(isInfrastructureFailure(error)).toBe(false);
  });

  it.each([
    [withCode('40001'), true],
    [withCode('23505'), true],
    [withCode('P2034'), true],
    [prisma('P2010', { kind: 'TransactionWriteConflict', originalCode: '40001' }), true],
    [withCode('23503'), false],
    [new Error('x'), false],
  ])('that are a lost race: %#', (error, lost) => {
    expect(isLostRace(error)).toBe(lost);
  });

  it('are searched without running in circles', () => {
    const error = withCode('A');
    error.cause = Object.assign(new Error('y'), { code: 'B', cause: error });
    expect(errorCodes(error)).toEqual(new Set(['A', 'B', 'Error']));
  });
});
