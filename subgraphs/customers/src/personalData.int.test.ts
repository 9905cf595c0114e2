import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { CustomerQueryService } from '#generated/proto/drburger/customers/v1/customers_pb.ts';
import { createLogger } from '#platform/telemetry/createLogger.ts';
import { testSubgraph } from '#platform/testkit/testSubgraph.ts';
import customers from './main.ts';
import { added, admin, ask, graph, now, register, somebody, startCustomers, zoe } from './testing/customersGraph.ts';

startCustomers();

describe('personal data', () => {
  /** Everything that the database contains, as text; encrypted bytes are as they are stored. */
  async function everything(): Promise<string> {
    const { rows: tables } = await graph.domain.pool.query<{ name: string }>(
      `SELECT format('%I.%I', table_schema, table_name) AS name FROM information_schema.tables WHERE table_schema IN ('public', 'platform') AND table_type = 'BASE TABLE'`,
    );
    const texts = await Promise.all(
      tables.map(async ({ name }) => {
        const { rows } = await graph.domain.pool.query<Record<string, unknown>>(`SELECT * FROM ${name}`);
        return rows
          .map((row) =>
            Object.values(row)
              .map((value) => (Buffer.isBuffer(value) ? value.toString('latin1') : JSON.stringify(value)))
              .join('|'),
          )
          .join('\n');
      }),
    );
    return texts.join('\n');
  }

  it('is nowhere in plain text: not in rows, events, the outbox or idempotency keys', async () => {
    const principal = await somebody();
    await added(principal);
    const all = await everything();
    expect(all).toContain(principal.subject);
    for (const value of [
      'Zufall',
      'somebody',
      'example.com',
      '5550199',
      '1999-09-09',
      'Geheimgasse',
      '10115',
      '52.5311',
      'Klingel',
      'Beispiel',
      'VEGAN',
      'SESAME',
    ]) {
      expect(all.includes(value), value).toBe(false);
    }
  });

  it('cannot be read by anybody after an erasure', async () => {
    const principal = await somebody();
    const { current } = await added(principal);
    const erase = `mutation ($confirm: Boolean!) { eraseMe(confirm: $confirm) { __typename } }`;
    expect(await ask(principal, erase, { confirm: false })).toEqual({
      eraseMe: { __typename: 'CustomerErasureNotConfirmed' },
    });
    expect(await ask(principal, erase, { confirm: true })).toEqual({ eraseMe: { __typename: 'EraseMeSuccess' } });
    expect(await ask(principal, '{ me { id } }')).toEqual({ me: null });
    expect(await ask(admin, `query ($id: ID!) { customer(id: $id) { id } }`, { id: principal.subject })).toEqual({
      customer: null,
    });
    expect(
      await ask(admin, `query ($of: [_Any!]!) { _entities(representations: $of) { ... on AddressVersion { id } } }`, {
        of: [{ __typename: 'AddressVersion', id: current.id }],
      }),
    ).toEqual({ _entities: [null] });
    const position = await graph
      .client(CustomerQueryService)
      .getAddressVersion({ customerId: principal.subject, addressVersionId: current.id });
    expect(position.found).toBe(false);
    expect(await ask(principal, erase, { confirm: true })).toEqual({
      eraseMe: { __typename: 'CustomerNotRegistered' },
    });
    expect(
      await ask(principal, register, { input: { ...zoe, email: 'again@example.com', idempotencyKey: 'again' } }),
    ).toEqual({ register: { __typename: 'CustomerAlreadyRegistered' } });
    const own = (await graph.appended()).filter(
      ({ metadata }) => metadata.aggregateId === `customer:${principal.subject}`,
    );
    expect(own.map(({ eventType }) => eventType)).toEqual([
      'CustomerRegistered',
      'CustomerAddressVersioned',
      'CustomerErased',
    ]);
    // A token of the erased customer is refused in every channel.
    const ended = (await graph.appended()).filter(
      ({ metadata }) => metadata.aggregateId === `access:${principal.subject}`,
    );
    expect(ended.map(({ eventType, data }) => [eventType, data])).toEqual([
      ['CustomerAccessRevoked', { subject: principal.subject, before: now.toISOString() }],
    ]);
  });

  it('is in no logged error, whether of the database, of Prisma, or wrapping one of theirs', async () => {
    const { pool, db } = graph.domain;
    await pool.query(
      `CREATE TABLE guest (id int, email text CONSTRAINT guest_email UNIQUE, age int NOT NULL CONSTRAINT guest_age CHECK (age > 0)); INSERT INTO guest VALUES (1, 'ada@example.com', 3)`,
    );
    await pool.query(`ALTER TABLE access_revocation ADD CONSTRAINT ada_stays CHECK (subject <> 'ada@example.com')`);
    const email = 'ada@example.com';
    const failures: [told: string, failing: () => Promise<unknown>][] = [
      ['guest_email', () => pool.query('INSERT INTO guest VALUES (2, $1, 3)', [email])],
      ['guest_age', () => pool.query('INSERT INTO guest VALUES (2, $1, 0)', [`${email}x`])],
      ['invalid input syntax for type uuid', () => pool.query('SELECT $1::uuid', [email])],
      ['22P02', () => pool.query('SELECT $1::json', [email])],
      ['guest_email', () => db.$executeRaw`INSERT INTO guest VALUES (2, ${email}, 3)`],
      ['guest_age', () => db.$executeRaw`INSERT INTO guest VALUES (2, ${`${email}x`}, 0)`],
      ['ada_stays', () => db.accessRevocation.create({ data: { subject: email, revokedAt: new Date() } })],
      ['P2007, 22P02', () => db.customer.findMany({ where: { id: email } })],
      [
        'accessRevocation.create() failed: argument revokedAt',
        () => db.accessRevocation.create({ data: { subject: 'x', revokedAt: email as unknown as Date } }),
      ],
    ];
    for (const [told, failing] of failures) {
      const error: unknown = await failing().then(
        () => undefined,
        (reason: unknown) => reason,
      );
      expect(inspect(error, { depth: 9 }), 'it would have been told').toMatch(/ada/);
      const lines: string[] = [];
      for (const readable of [false, true]) {
        const log = createLogger({ level: 'info', readable, destination: { write: (line) => void lines.push(line) } });
        log.error({ err: error }, 'failed');
        log.error({ err: new Error(`it went wrong: ${(error as Error).message}`, { cause: error }) }, 'failed');
        log.child({ service: 'customers' }).error({ err: new AggregateError([error]) }, 'failed');
      }
      expect(lines.filter((line) => line.includes(told)).length, told).toBeGreaterThanOrEqual(4);
      expect(
        lines.filter((line) => line.includes(email)),
        told,
      ).toEqual([]);
      expect(lines[0]).toContain('personalData.int.test.ts');
    }
  });

  it('does not start without its keys', async () => {
    await expect(testSubgraph(customers, { configuration: {} })).rejects.toThrow('PII_MASTER_KEYS');
  });
});
