import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createHmac } from 'node:crypto';
import { httpbis } from 'http-message-signatures';
import { describe, expect, it } from 'vitest';
import { signRequest } from './signRequest.ts';

const folder = fileURLToPath(new URL('..', import.meta.url));
const { apiKey, requests } = JSON.parse(readFileSync(`${folder}vectors.json`, 'utf8')) as {
  apiKey: string;
  requests: readonly {
    method: string;
    url: string;
    body: string;
    created: number;
    nonce: string;
    headers: Record<string, string>;
  }[];
};

/** The headers of a text with one a line. */
const headersOf = (text: string): Record<string, string> =>
  Object.fromEntries(
    text
      .trim()
      .split('\n')
      .map((line) => line.split(/: (.*)/s).slice(0, 2) as [string, string]),
  );

const python = `
import json, sys
sys.path.insert(0, ${JSON.stringify(folder)})
from drburger_signing import sign_request
url, body, method, created, nonce, key = sys.argv[1:]
for name, value in sign_request(url, body.encode(), key, method, created=int(created), nonce=nonce).items():
    print(name + ": " + value)
`;

describe.each(requests)('the test vector of $method $url', ({ headers, ...request }) => {
  const { url, body, method, created, nonce } = request;

  it('is what TypeScript signs', () => {
    expect(signRequest(request, apiKey, request)).toEqual(headers);
  });

  it('is what Python signs', () => {
    const printed = execFileSync('python3', ['-B', '-c', python, url, body, method, String(created), nonce, apiKey]);
    expect(headersOf(printed.toString())).toEqual(headers);
  });

  it('is what curl and openssl sign', () => {
    const printed = execFileSync(`${folder}signed-curl.sh`, [url, body], {
      env: { ...process.env, DRBURGER_API_KEY: apiKey, CREATED: String(created), NONCE: nonce, PRINT_HEADERS: '1' },
    });
    expect(headersOf(printed.toString())).toEqual(headers);
  });

  it('is good by another implementation of RFC 9421', async () => {
    const secret = apiKey.slice(apiKey.lastIndexOf('_') + 1);
    const signingKey = createHmac('sha256', secret).update('drburger-request-signing-v1').digest();
    const good = await httpbis.verifyMessage(
      {
        notAfter: created + 1,
        keyLookup: ({ keyid }) =>
          Promise.resolve({
            id: String(keyid),
            verify: (data, signature) =>
              Promise.resolve(createHmac('sha256', signingKey).update(data).digest().equals(signature)),
          }),
      },
      { method: request.method, url, headers },
    );
    expect(good).toBe(true);
  });
});

it('refuses what is no API key', () => {
  expect(() => signRequest({ url: 'https://partner.example.com/graphql', body: '{}' }, 'hunter2')).toThrow('drb_');
});
