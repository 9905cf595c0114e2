import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { v7 as uuidv7 } from 'uuid';
import { Code } from '@connectrpc/connect';
import { LoyaltyNoticeService } from '#generated/proto/drburger/loyalty/v1/loyalty_pb.ts';
import { startLoyaltyPartner, type RunningLoyaltyPartner } from '#sandbox/loyaltyPartner/loyaltyPartner.ts';
import { temporaryFolder } from '#platform/testkit/temporaryFolder.ts';
import { testSubgraph, type TestSubgraph } from '#platform/testkit/testSubgraph.ts';
import { writeEntry } from '../commands/writeEntry.ts';
import { partnerOf } from '../config.ts';
import type { Loyalty } from '../context.ts';
import definition from '../main.ts';
import { reconcileFile } from './reconcileFile.ts';
import { sendDue } from './sendPostings.ts';
import { takeInDue } from './takeInFiles.ts';

const day = '2026-06-01';
let now = new Date(`${day}T10:00:00.000Z`);
const clock = () => now;
let partner: RunningLoyaltyPartner;
let loyalty: TestSubgraph<Loyalty>;

beforeAll(async () => {
  partner = await startLoyaltyPartner({
    port: 0,
    dataDir: temporaryFolder('partner'),
    apiKey: 'k'.repeat(16),
    clock,
  });
  loyalty = await testSubgraph<Loyalty>(definition, {
    clock,
    configuration: { LOYALTY_PARTNER_URL: partner.url, LOYALTY_PARTNER_API_KEY: 'k'.repeat(16) },
  });
});
afterAll(() => partner.close());
beforeEach(() => {
  now = new Date(`${day}T10:00:00.000Z`);
});

/** Writes an entry of the ledger. @returns the order that caused it */
async function earn(customerId: string, points: number): Promise<string> {
  const orderId = uuidv7();
  await loyalty.domain.transaction((tx) =>
    writeEntry(loyalty.domain, tx, { customerId, orderId }, { kind: 'EARNED', points }, points),
  );
  return orderId;
}
const takeBack = (customerId: string, orderId: string, points: number) =>
  loyalty.domain.transaction((tx) =>
    writeEntry(loyalty.domain, tx, { customerId, orderId }, { kind: 'REVERSED', points: -points }, 0),
  );
/** Sends all that is due, until nothing more is. */
async function sendAll(): Promise<void> {
  while ((await sendDue(loyalty.domain, partnerOf(loyalty.domain))) > 0);
}
const accountOf = async (customerId: string): Promise<string> =>
  (await loyalty.domain.db.account.findUniqueOrThrow({ where: { customerId } })).partnerAccount;
const pass = (seconds: number) => {
  now = new Date(now.getTime() + seconds * 1_000);
};

describe('the loyalty partner', () => {
  it('books what is earned and burned, in order, once, whatever gets lost', async () => {
    const customerId = uuidv7();
    partner.failNext('ERROR', 'ERROR', 'LOSE_ANSWER');
    const orderId = await earn(customerId, 12);
    await takeBack(customerId, orderId, 12);
    await earn(customerId, 5);
    await sendAll();
    // Two tries have failed; what comes after it waits, too.
    expect(partner.ledger.balanceOf(await accountOf(customerId))).toBe(0);
    pass(10);
    await sendAll();
    pass(60);
    await sendAll();
    const booked = partner.ledger.bookings.filter(({ account }) => account.length > 0);
    expect(booked.map(({ kind, points }) => [kind, points])).toEqual([
      ['EARN', 12],
      ['BURN', 12],
      ['EARN', 5],
    ]);
    expect(partner.ledger.balanceOf(await accountOf(customerId))).toBe(5);
    // The partner does not know who it is.
    expect(JSON.stringify(booked)).not.toContain(customerId);
  });

  it('that refuses one for good is asked no more, and the next ones follow', async () => {
    const customerId = uuidv7();
    await earn(customerId, 3);
    await earn(customerId, 4);
    partner.failNext('REFUSE');
    await sendAll();
    const postings = await loyalty.domain.db.partnerPosting.findMany({
      where: { customerId },
      orderBy: { version: 'asc' },
    });
    expect(postings.map(({ refused, bookedAt }) => [refused, bookedAt !== null])).toEqual([
      ['account_closed', false],
      [null, true],
    ]);
  });

  it('tells by a file what it booked: each difference is found once, a second run changes nothing', async () => {
    now = new Date('2026-06-03T10:00:00.000Z');
    const customerId = uuidv7();
    partner.failNext('FORGET', 'BOOK_TWICE', 'WRONG_AMOUNT', 'STRANGE_ACCOUNT');
    for (const points of [1, 2, 3, 4, 5]) await earn(customerId, points);
    await sendAll();
    now = new Date('2026-06-04T03:00:00.000Z');
    const text = partner.ledger.fileOf('2026-06-03');
    const first = await reconcileFile(loyalty.domain, text);
    if (first.kind !== 'reconciled') throw new Error(JSON.stringify(first));
    expect(first.found.map(({ kind }) => kind).sort()).toEqual([
      'DOUBLED',
      'MISSING',
      // The booking at the strange account is missing at the right one.
      'MISSING',
      'UNKNOWN_ACCOUNT',
      'WRONG_AMOUNT',
    ]);
    expect(first.open).toBe(5);
    const rows = () =>
      loyalty.domain.db.partnerFinding.findMany({ where: { day: '2026-06-03' }, orderBy: { subject: 'asc' } });
    const before = await rows();
    pass(60);
    expect(await reconcileFile(loyalty.domain, text)).toMatchObject({ found: [], open: 5, resolved: 0 });
    expect(await rows()).toEqual(before);
  });

  it('corrects a file: what is put right is resolved, and nothing is told twice', async () => {
    now = new Date('2026-06-05T10:00:00.000Z');
    const customerId = uuidv7();
    partner.failNext('FORGET');
    await earn(customerId, 7);
    await sendAll();
    const wrong = partner.ledger.fileOf('2026-06-05');
    expect(await reconcileFile(loyalty.domain, wrong)).toMatchObject({ found: [{ kind: 'MISSING' }], open: 1 });
    const [posting] = await loyalty.domain.db.partnerPosting.findMany({ where: { customerId } });
    partner.ledger.book({
      key: posting!.key,
      account: posting!.partnerAccount,
      kind: 'EARN',
      points: 7,
      bookedAt: now.toISOString(),
    });
    const right = partner.ledger.fileOf('2026-06-05');
    expect(await reconcileFile(loyalty.domain, right)).toMatchObject({ found: [], open: 0, resolved: 1 });
  });

  it('refuses a file that is cut off or tampered with, and keeps nothing of it', async () => {
    now = new Date('2026-06-07T10:00:00.000Z');
    await earn(uuidv7(), 9);
    await sendAll();
    const text = partner.ledger.fileOf('2026-06-07');
    for (const bad of [text.slice(0, -100), text.replace(',9,', ',8,')])
      expect((await reconcileFile(loyalty.domain, bad)).kind).toBe('refused');
    expect(await reconcileFile(loyalty.domain, text, '2026-06-06')).toMatchObject({ problems: [{ line: 1 }] });
    expect(await loyalty.domain.db.partnerFile.count({ where: { day: '2026-06-07' } })).toBe(0);
  });

  it('is asked for the files of the last days that were not taken in, and for no other', async () => {
    now = new Date('2026-06-08T03:00:00.000Z');
    const asked: string[] = [];
    const client = partnerOf(loyalty.domain);
    let unavailable = '2026-06-02';
    const fileOf = async (which: string) => {
      asked.push(which);
      if (which === unavailable) throw new Error('there is no answer');
      return client.fileOf(which);
    };
    const counting = { ...client, fileOf };
    // A day whose file cannot be had keeps no later one waiting.
    await takeInDue(loyalty.domain, counting, new Set());
    // Those of the 3rd and the 5th were taken in by hand.
    expect(asked).toEqual(['2026-06-01', '2026-06-02', '2026-06-04', '2026-06-06', '2026-06-07']);
    unavailable = '';
    for (const expected of [['2026-06-02'], []]) {
      asked.length = 0;
      await takeInDue(loyalty.domain, counting, new Set());
      expect(asked).toEqual(expected);
    }
  });

  it('that changes points by itself is followed once, whatever comes twice or at once, and its file agrees', async () => {
    now = new Date('2026-06-09T10:00:00.000Z');
    const customerId = uuidv7();
    const orderId = await earn(customerId, 20);
    await sendAll();
    const account = await accountOf(customerId);
    const notices = loyalty.client(LoyaltyNoticeService, 'webhooks');
    const spent = { id: uuidv7(), account, points: -15, bookedAt: now.toISOString() };
    await partner.adjust({ key: spent.id, account, points: spent.points });
    await Promise.all(Array.from({ length: 4 }, () => notices.noteAdjustment(spent)));
    expect(await loyalty.domain.db.account.findUniqueOrThrow({ where: { customerId } })).toMatchObject({
      balance: 5n,
      earned: 20n,
      version: 2,
    });
    // An order whose points were spent is refunded: the account is in debt.
    await takeBack(customerId, orderId, 20);
    expect((await loyalty.domain.db.account.findUniqueOrThrow({ where: { customerId } })).balance).toBe(-15n);
    await sendAll();
    // It is not told what it has told us, and refuses to take back what its customer has not.
    expect(partner.ledger.bookings.filter((each) => each.account === account)).toHaveLength(2);
    now = new Date('2026-06-10T10:00:00.000Z');
    expect(await reconcileFile(loyalty.domain, partner.ledger.fileOf('2026-06-09'))).toMatchObject({ open: 0 });
    // It takes them back as soon as the account has them, here or from another chain.
    const balances = async () => [
      (await loyalty.domain.db.account.findUniqueOrThrow({ where: { customerId } })).balance,
      partner.ledger.balanceOf(account),
    ];
    await earn(customerId, 7);
    await sendAll();
    expect(await balances()).toEqual([-8n, 12]);
    const given = { id: uuidv7(), account, points: 9, bookedAt: now.toISOString() };
    await partner.adjust({ key: given.id, account, points: given.points });
    await notices.noteAdjustment(given);
    await sendAll();
    expect(await balances()).toEqual([1n, 1]);

    const codeOf = (notice: object) =>
      notices.noteAdjustment({ ...spent, ...notice }).then(
        () => undefined,
        ({ code }: { code: Code }) => code,
      );
    expect(await codeOf({ points: -16 })).toBe(Code.AlreadyExists);
    expect(await codeOf({ id: uuidv7(), account: uuidv7() })).toBe(Code.NotFound);
    for (const wrong of [{ points: 0 }, { id: '1' }, { account: 'x' }, { bookedAt: 'today' }])
      expect(await codeOf(wrong)).toBe(Code.InvalidArgument);
  });

  it('is asked at once about a posting of which it tells, and is not believed', async () => {
    now = new Date('2026-06-11T10:00:00.000Z');
    const customerId = uuidv7();
    const notices = loyalty.client(LoyaltyNoticeService, 'webhooks');
    partner.failNext('ERROR', 'ERROR');
    await earn(customerId, 6);
    await sendAll();
    const posting = () => loyalty.domain.db.partnerPosting.findFirstOrThrow({ where: { customerId } });
    const { key } = await posting();
    await sendAll();
    expect((await posting()).bookedAt).toBeNull();
    await notices.notePosting({ key });
    expect((await posting()).bookedAt).toBeNull();
    await sendAll();
    expect((await posting()).bookedAt).toEqual(now);
    // A notice about what is settled does no harm.
    await notices.notePosting({ key });
    await sendAll();
    expect(partner.ledger.bookings.filter((each) => each.key === key)).toHaveLength(1);
    await expect(notices.notePosting({ key: uuidv7() })).rejects.toMatchObject({ code: Code.NotFound });
  });
});
