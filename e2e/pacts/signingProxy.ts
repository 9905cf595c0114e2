import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { signRequest } from '../../clients/request-signing/src/signRequest.ts';

export interface SigningProxyOptions {
  readonly baseUrl: string;
  /** The API key of the partner in whose name requests are signed anew: a signature in a file is good no more. */
  readonly apiKey: string;
  /** A field that is taken out of every answer, as if somebody had removed it. */
  readonly without?: string;
}

/** Stands between the verifier and REST. */
export async function startSigningProxy({ baseUrl, apiKey, without }: SigningProxyOptions) {
  const server = createServer((request, response) => {
    const url = `${baseUrl}${request.url ?? ''}`;
    void fetch(url, { headers: signRequest({ url }, apiKey) }).then(async (answer) => {
      const body = JSON.parse(await answer.text(), (name, value: unknown) => (name === without ? undefined : value));
      response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type')! });
      response.end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}
