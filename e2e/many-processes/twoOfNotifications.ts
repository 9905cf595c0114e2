import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { SMTPServer } from 'smtp-server';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ContactQueryService } from '#generated/proto/drburger/customers/v1/contact_pb.ts';
import type { NewEvent } from '#platform/events/defineEvent.ts';
import { grpcNetwork } from '#platform/rpc/network.ts';
import { service } from '#platform/rpc/service.ts';
import type { SupervisedProcess } from '#platform/testkit/superviseProcess.ts';
import { until } from '#platform/testkit/until.ts';
import { OrderStatusChanged } from '#schema/events/orders.ts';
import { grpcOffsetOf } from '../../scripts/system/ports.ts';
import { serviceIdentityOf } from '../../scripts/system/secrets.ts';
import { envelopeOf, type OutsideStage } from './outsideStage.ts';

const patience = { timeoutMs: 60_000 };

/** Two processes of notifications before a mail server that takes the mails of the first, and does not answer it. */
export const twoOfNotifications = (stageOf: () => OutsideStage) =>
  describe('mails', () => {
    const processes: SupervisedProcess[] = [];
    const taken: string[] = [];
    /** Mails of the first process, which is not answered, and of the second, which waits for it to begin. */
    let unanswered = 0;
    const early: (() => void)[] = [];
    let holding = true;
    const ends: (() => Promise<unknown>)[] = [];
    const mails = new SMTPServer({
      hideSTARTTLS: true,
      allowInsecureAuth: true,
      closeTimeout: 100,
      onAuth: ({ username = '' }, _session, done) => done(null, { user: username }),
      onData: (stream, session, done) =>
        void text(stream).then(() => {
          taken.push(...session.envelope.rcptTo.map(({ address }) => address));
          if (!holding) return done();
          if (String(session.user) === 'second' && unanswered === 0) return early.push(() => done());
          if (String(session.user) === 'second') return done();
          unanswered += 1;
          for (const answer of early.splice(0)) answer();
        }),
    }).on('error', () => undefined);

    beforeAll(async () => {
      const { production, bases, callsOnly } = stageOf();
      await once(mails.listen(0, '127.0.0.1'), 'listening');
      const customers = grpcNetwork({
        identity: await serviceIdentityOf(
          {
            settings: { PROFILE: 'production', DATA_DIR: production.env['DATA_DIR']! },
            environment: production.env,
            onMade: () => undefined,
          },
          'customers',
        ),
        addressOf: () => '',
        listen: { host: '127.0.0.1', port: bases[0] + grpcOffsetOf('customers') },
      });
      const serving = await customers.serve('customers', [
        service(ContactQueryService, ['notifications'], {
          getOrderNewsContact: ({ customerId }) => ({
            ...{ found: true, givenName: 'Ada', locale: 'EN' },
            email: `${customerId}@example.com`,
          }),
          getReceiptContact: () => ({ found: false }),
        }),
      ]);
      ends.push(() => serving.close());
      const settings = {
        ...callsOnly('customers'),
        SMTP_URL: `smtp://127.0.0.1:${(mails.server.address() as AddressInfo).port}`,
        SMTP_STARTTLS: 'off',
        MESSAGES_SECONDS: '0.2',
      };
      for (const [side, base] of bases.entries()) {
        const own = { ...settings, SMTP_USERNAME: ['first', 'second'][side]! };
        processes.push(production.serveWith(own, base, 'subgraph', 'notifications'));
      }
      await Promise.all(processes.map((each) => each.whenReady()));
    });
    afterAll(async () => {
      await Promise.all(processes.map((each) => each.stop()));
      await Promise.all(ends.map((end) => end()));
      await new Promise<void>((closed) => mails.close(() => closed()));
    });

    const ready = (customerId: string) =>
      envelopeOf(
        OrderStatusChanged.of({
          ...{ orderId: uuidv7(), orderNumber: 7, storeId: uuidv7(), customerId, service: 'TAKEAWAY' },
          ...{ from: 'PREPARING', to: 'READY', reason: null, total: 1_299, currency: 'EUR', exponent: 2 },
          at: new Date().toISOString(),
        }) as unknown as NewEvent,
      );
    async function statuses(): Promise<Record<string, number>> {
      const { rows } = await stageOf()
        .pool('notifications')
        .query<{ status: string; n: number }>('SELECT status, count(*)::int AS n FROM message GROUP BY status');
      return Object.fromEntries(rows.map(({ status, n }) => [status, n]));
    }

    it('go out once for each event, though it comes twice and a process dies before it knows that one was taken', async () => {
      const readers = Array.from({ length: 30 }, () => uuidv7());
      const events = readers.map(ready);
      await stageOf().say(...events, ...events);
      const sent = () => readers.length - unanswered;
      await until(async () => unanswered > 0 && (await statuses())['SENT'] === sent(), {
        ...patience,
        what: 'all are sent but those of which the first process does not know it',
      });
      const { starts } = processes[0]!;
      await processes[0]!.kill('SIGKILL');
      holding = false;
      await processes[0]!.whenReady(starts + 1);
      expect(await statuses()).toEqual({ SENT: sent(), SENDING: unanswered });
      // The time passes after which nobody is believed to be sending still.
      await stageOf()
        .pool('notifications')
        .query(`UPDATE message SET due_at = due_at - interval '6 minutes' WHERE status = 'SENDING'`);
      await until(async () => (await statuses())['SENDING'] === undefined, patience);
      expect(await statuses()).toEqual({ SENT: sent(), UNCERTAIN: unanswered });
      expect([...taken].sort()).toEqual(readers.map((each) => `${each}@example.com`).sort());
    });
  });
