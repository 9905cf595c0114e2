import { expect, it } from 'vitest';
import vectors from '../../../../clients/request-signing/vectors.json' with { type: 'json' };
import { signedHeaders } from './signedHeaders.ts';

it.each(vectors.requests)('signs $method $url as programs of partners do', async (request) => {
  const { method, url, created, nonce, headers } = request;
  const signed = await signedHeaders({ method, url, body: request.body }, vectors.apiKey, created, nonce);
  expect(headers).toMatchObject(signed);
});

it('says what an API key looks like', async () => {
  await expect(signedHeaders({ method: 'GET', url: 'http://localhost/', body: '' }, 'my key')).rejects.toThrow(
    'drb_<app>_<id>_<secret>',
  );
});
