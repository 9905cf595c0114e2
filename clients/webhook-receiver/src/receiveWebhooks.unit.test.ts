import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { byToken, receiveWebhooks } from './receiveWebhooks.ts';

const servers: Server[] = [];
async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}
afterAll(() => servers.forEach((server) => void server.close()));

const ours = await generateKeyPair('ES256');
const taken: string[] = [];
let receiver: string;
let withoutKeys: string;

beforeAll(async () => {
  const key = { ...(await exportJWK(ours.publicKey)), kid: 'ours', alg: 'ES256' };
  const receiveBy = (jwksUrl: string) =>
    serve(
      receiveWebhooks({
        isOurs: byToken(jwksUrl, 'endpoint'),
        wasTaken: (id) => Promise.resolve(taken.includes(id)),
        take: (_, id) => Promise.resolve(void taken.push(id)),
      }),
    );
  receiver = await receiveBy(await serve((_, response) => response.end(JSON.stringify({ keys: [key] }))));
  withoutKeys = await receiveBy('http://127.0.0.1:1/');
});

const body = '{"version":"V1"}';
const usual = {
  ...{ iss: 'drburger-webhooks', aud: 'endpoint', jti: 'message' },
  ...{
    exp: Math.floor(Date.now() / 1_000) + 300,
    request_body_sha256: createHash('sha256').update(body).digest('hex'),
  },
};

async function send(claims: object, to = receiver, key = ours.privateKey): Promise<number> {
  const token = await new SignJWT({ ...usual, ...claims }).setProtectedHeader({ alg: 'ES256', kid: 'ours' }).sign(key);
  const headers = { authorization: `Bearer ${token}`, 'webhook-id': 'message', 'webhook-cursor': '1' };
  return (await fetch(to, { method: 'POST', headers, body })).status;
}

it('takes a message whose token is ours, once', async () => {
  expect([await send({}), await send({})]).toEqual([204, 204]);
  expect(taken).toEqual(['message']);
});

it.each([
  ['for another endpoint', { aud: 'another' }],
  ['of somebody else', { iss: 'somebody' }],
  ['about another message', { jti: 'another' }],
  ['about another body', { request_body_sha256: createHash('sha256').update('{}').digest('hex') }],
  ['that is over', { exp: Math.floor(Date.now() / 1_000) - 300 }],
  ['without an end', { exp: undefined }],
])('refuses a token %s', async (_, claims) => {
  expect(await send(claims)).toBe(401);
});

it('refuses a token that another key has signed, and a message without one', async () => {
  expect(await send({}, receiver, (await generateKeyPair('ES256')).privateKey)).toBe(401);
  expect((await fetch(receiver, { method: 'POST', body })).status).toBe(401);
});

it('has the message come again while our keys are not to be had', async () => {
  expect(await send({}, withoutKeys)).toBe(500);
});
