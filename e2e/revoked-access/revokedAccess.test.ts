import { print, parse } from 'graphql';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { OrderBoardChangedDocument } from '#generated/bffs/kiosk/operations.ts';
import {
  EraseMeDocument,
  LoyaltyBalanceChangedDocument,
  RegisterDocument,
  SignOutEverywhereDocument,
} from '#generated/bffs/mobile/operations.ts';
import { followRevocations } from '#gateway/access/followRevocations.ts';
import { RawSocket } from '#gateway/testkit/streamingClient.ts';
import { localNetwork } from '#platform/rpc/network.ts';
import { until } from '#platform/testkit/until.ts';
import { seedId } from '#schema/seed/seedId.ts';
import type { Customers } from '#subgraphs/customers/src/context.ts';
import { accessQueryService } from '#subgraphs/customers/src/services/accessQueryService.ts';
import { sharedSystem } from '../harness/sharedSystem.ts';
import { demoStore, type Actor, type TestSystem } from '../harness/startTestSystem.ts';

let system: TestSystem;
const sockets: RawSocket[] = [];
beforeAll(async () => {
  system = await sharedSystem();
});
afterAll(() => sockets.forEach((socket) => socket.cut()));

// These people and devices belong to this scenario alone, so that revoking them disturbs no other.
const me: Actor = { role: 'customer', subject: seedId('customer', 5) };
const somebodyElse: Actor = { role: 'customer', subject: seedId('customer', 6) };
const device = 'kiosk-lost';
const connect = async (channel: string, token: string) => {
  const socket = await new RawSocket(system.urlOf(channel)).begin(token);
  sockets.push(socket);
  return socket;
};
const status = async (channel: string, token: string) =>
  (
    await fetch(system.urlOf(channel).replace('localhost', '127.0.0.1'), {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query: 'query Nothing { __typename }' }),
    })
  ).status;
const revokeAccess = parse(
  'mutation ($input: RevokeAccessInput!) { result: revokeAccess(input: $input) { __typename } }',
) as TypedDocumentNode<{ result: { __typename: string } }, { input: { idempotencyKey: string; subject: string } }>;

test('a customer who signs out everywhere is out at once, in all channels, and may come back', async () => {
  const [phone, browser, others] = await Promise.all([me, me, somebodyElse].map((who) => system.tokenFor(who)));
  const streaming = await connect('mobile', phone!);
  const stream = streaming.subscribe(print(LoyaltyBalanceChangedDocument), {});
  await until(() => stream.messages.length > 0, { what: 'the balance is told' });
  const idle = await connect('web', browser!);
  const other = await connect('mobile', others!);

  const { signOutEverywhere } = await system.client('mobile', me).ask(SignOutEverywhereDocument, {});
  expect(signOutEverywhere.__typename).toBe('SignOutEverywhereSuccess');
  expect(await Promise.all([streaming.closed, idle.closed])).toEqual([4403, 4403]);
  for (const channel of ['mobile', 'web', 'gateway']) expect(await status(channel, phone!)).toBe(401);

  expect(await status('mobile', others!)).not.toBe(401);
  other.send({ type: 'ping' });
  await other.heard(({ type }) => type === 'pong');
  const again = await until(
    async () => {
      const token = await system.tokenFor(me);
      return (await status('mobile', token)) !== 401 && token;
    },
    { what: 'a token of a later second is good' },
  );
  const anew = (await connect('mobile', again)).subscribe(print(LoyaltyBalanceChangedDocument), {});
  await until(() => anew.messages.length > 0, { what: 'the balance is told again' });
});

test('a customer who erases themselves is out, too, and is nobody when they come back', async () => {
  const gone: Actor = { role: 'customer', subject: seedId('customer', 3) };
  const token = await system.tokenFor(gone);
  const streaming = await connect('mobile', token);
  const stream = streaming.subscribe(print(LoyaltyBalanceChangedDocument), {});
  await until(() => stream.messages.length > 0, { what: 'the balance is told' });
  const phone = system.client('mobile', gone);
  expect((await phone.ask(EraseMeDocument, { confirm: false })).eraseMe.__typename).toBe('CustomerErasureNotConfirmed');
  expect((await phone.ask(EraseMeDocument, { confirm: true })).eraseMe.__typename).toBe('EraseMeSuccess');
  expect(await streaming.closed).toBe(4403);
  expect(await status('web', token)).toBe(401);

  await until(async () => (await status('mobile', await system.tokenFor(gone))) !== 401, {
    what: 'a token of a later second is good',
  });
  const input = {
    idempotencyKey: 'again',
    givenName: 'Ada',
    familyName: 'Again',
    email: 'ada@example.com',
    locale: 'EN' as const,
  };
  const { register } = await system.client('mobile', gone).ask(RegisterDocument, { input });
  expect(register.__typename).toBe('CustomerAlreadyRegistered');
});

test('a device that is revoked by staff is out at once; a process that begins afterwards knows it', async () => {
  const token = await system.tokenFor({ role: 'kiosk', subject: device });
  const board = await connect('kiosk', token);
  const stream = board.subscribe(print(OrderBoardChangedDocument), { storeId: demoStore });
  await until(() => stream.messages.length > 0, { what: 'the board is told' });
  const { result } = await system
    .client('gateway', { role: 'admin' })
    .ask(revokeAccess, { input: { idempotencyKey: 'lost', subject: device } });
  expect(result.__typename).toBe('RevokeAccessSuccess');
  expect(await board.closed).toBe(4403);
  expect(await status('kiosk', token)).toBe(401);

  const network = localNetwork(system.identity);
  await network.serve('customers', [accessQueryService(system.subgraph('customers').domain as Customers)]);
  const begun = await followRevocations({
    bus: { tail: () => Promise.resolve({ close: () => Promise.resolve() }) },
    network,
    log: pino({ level: 'silent' }),
  });
  const { issuedAt } = await system.identity.verifyClientToken(token, { name: 'kiosk', roles: ['kiosk'] });
  expect(begun.revocations.isRevoked(device, issuedAt)).toBe(true);
  await begun.close();
});
