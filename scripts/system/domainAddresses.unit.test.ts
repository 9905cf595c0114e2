import { expect, it } from 'vitest';
import { domainAddresses } from './domainAddresses.ts';

it.each([
  ['postgresql://admin:p%40ss@db.example.com:6432', 'postgresql://admin:p%40ss@db.example.com:6432/stores'],
  ['postgres://admin:x@db/postgres?sslmode=verify-full', 'postgres://admin:x@db/stores?sslmode=verify-full'],
])('one address of a server is that of each database: %s', async (server, stores) => {
  const environment = { ADMIN_DATABASE_URL: server, DATABASE_HOST: 'elsewhere' };
  expect(await domainAddresses(environment, {})('stores')).toBe(stores);
});

it.each(['db.example.com', 'https://db.example.com', '127.0.0.1:5432', 'postgresql://admin:p/ss@db'])(
  '%s is refused',
  (server) => {
    expect(() => domainAddresses({ ADMIN_DATABASE_URL: server }, {})('stores')).toThrow(
      'ADMIN_DATABASE_URL is no address such as postgresql://<role>:<password>@<host>:5432; in a password / is written %2F',
    );
  },
);
