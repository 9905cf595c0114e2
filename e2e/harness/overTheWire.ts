import { request } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { print, type DocumentNode } from 'graphql';

interface WireAnswer {
  /** The bytes of the body as they were sent, compressed or not. */
  readonly bytes: number;
  readonly encoding: string | undefined;
  readonly body: { readonly data?: unknown; readonly errors?: readonly unknown[] };
}

/**
 * Sends an operation as a browser or an app does, which accepts gzip, and returns the response before it is unpacked.
 */
export function overTheWire(
  url: string,
  token: string,
  document: DocumentNode,
  variables: Readonly<Record<string, unknown>>,
): Promise<WireAnswer> {
  return new Promise((resolve, reject) => {
    const headers = {
      'content-type': 'application/json',
      accept: 'application/graphql-response+json',
      'accept-encoding': 'gzip',
      authorization: `Bearer ${token}`,
    };
    const sent = request(url, { method: 'POST', headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const raw = Buffer.concat(chunks);
        const encoding = response.headers['content-encoding'];
        const text = (encoding === 'gzip' ? gunzipSync(raw) : raw).toString();
        resolve({ bytes: raw.length, encoding, body: JSON.parse(text) as WireAnswer['body'] });
      });
    });
    sent.on('error', reject);
    sent.end(JSON.stringify({ query: print(document), variables }));
  });
}
