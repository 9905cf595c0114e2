import { Webhook } from 'standardwebhooks';
import type { WrappingKeys } from '#platform/pii/keyring.ts';
import { mayBeTold } from '../webhooks/eventTypes.ts';
import { bodyOf } from '../webhooks/payloadVersions.ts';
import { failsForMs, pauseAfter, putOffMs, sureAfterTries } from '../webhooks/schedule.ts';
import { openSecret } from '../webhooks/secret.ts';
import type { Head, Settlement } from './lanes.ts';
import type { Answer } from './post.ts';
import type { TokenSigner } from './tokenSigner.ts';

export interface Sending {
  readonly keys: WrappingKeys;
  readonly tokens: TokenSigner;
  readonly clock: () => Date;
  readonly post: (url: string, headers: Readonly<Record<string, string>>, body: string) => Promise<Answer>;
}

/** Sends the first delivery of a lane once, and says what becomes of it. */
export async function sendOne(head: Head, sending: Sending): Promise<Settlement> {
  const began = sending.clock();
  const { scopes, orderStoreIds, vendorIds } = head;
  const subscriber = { scopes: scopes ?? [], orderStoreIds: orderStoreIds ?? [], vendorIds: vendorIds ?? [] };
  if (!mayBeTold(subscriber, head.type, head)) {
    const answer = { at: began.toISOString(), ms: 0, problem: 'The app may not be told of this any more.' };
    return { now: began, outcome: 'DEAD', answer, nextAt: began, withheld: true };
  }
  const body = bodyOf(head);
  const answer = await sending.post(head.url, await headersOf(head, body, began, sending), body);
  return settlementOf(head, answer, began, sending.clock());
}

/** What a message carries: its id, the same on every try; the time of this try; and two signatures to choose from. */
async function headersOf(
  head: Head,
  body: string,
  at: Date,
  { keys, tokens }: Sending,
): Promise<Readonly<Record<string, string>>> {
  const { endpointId, eventId: messageId, claim } = head;
  const secrets = [openSecret(keys, endpointId, head)];
  const { oldSecret, oldWrappedKey, oldSecretUntil } = head;
  if (oldSecret && oldWrappedKey && oldSecretUntil && oldSecretUntil > at)
    secrets.push(openSecret(keys, endpointId, { secret: oldSecret, wrappedKey: oldWrappedKey }));
  return {
    'content-type': 'application/json',
    'user-agent': 'DrBurger-Webhooks/1',
    'webhook-id': messageId,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
    'webhook-signature': secrets.map((secret) => new Webhook(secret).sign(messageId, at, body)).join(' '),
    'webhook-cursor': claim,
    authorization: `Bearer ${await tokens.sign({ endpointId, messageId, body, at })}`,
  };
}

/** What follows from an answer. */
export function settlementOf(
  { attempts, failingSince }: Pick<Head, 'attempts' | 'failingSince'>,
  { status, retryAfter, excerpt, problem }: Answer,
  began: Date,
  now: Date,
): Settlement {
  const answer = { at: began.toISOString(), ms: now.getTime() - began.getTime(), status, problem, excerpt };
  if (status !== undefined && status >= 200 && status < 300) return { now, outcome: 'DELIVERED', answer, nextAt: now };
  const pause = pauseAfter(attempts + 1);
  const putOff = putOffMs(retryAfter, now);
  const failsFor = now.getTime() - (failingSince ?? now).getTime();
  return {
    now,
    outcome: pause === undefined ? 'DEAD' : 'WAITING',
    answer,
    nextAt: new Date(now.getTime() + Math.max(pause ?? 0, putOff ?? 0)),
    pausedUntil: putOff ? new Date(now.getTime() + putOff) : undefined,
    disabledBecause:
      status === 410
        ? 'GONE'
        : failsFor >= failsForMs && attempts + 1 >= sureAfterTries
          ? 'FAILED_FOR_DAYS'
          : undefined,
  };
}
