import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface TakingProxyOptions {
  readonly baseUrl: string;
  /** A field that is taken out of every answer, as if somebody had removed it. */
  readonly without?: string | undefined;
  /** The headers of a request to this address; by default those that say who asks, and what. */
  readonly headersOf?: (url: string) => Record<string, string>;
}

/** Stands between the verifier and a part of the system. */
export async function startTakingProxy({ baseUrl, without, headersOf }: TakingProxyOptions) {
  const failures: string[] = [];
  const server = createServer((request, response) => {
    void (async () => {
      const url = `${baseUrl}${request.url ?? ''}`;
      const body = await text(request);
      const answer = await fetch(url, {
        method: request.method!,
        headers: headersOf?.(url) ?? usualHeaders(request),
        ...(body !== '' && { body }),
      });
      const left: unknown = JSON.parse(await answer.text(), (name, value: unknown) =>
        name === without ? undefined : value,
      );
      const { errors } = left as { errors?: unknown };
      if (errors !== undefined) failures.push(`${body}: ${JSON.stringify(errors)}`);
      response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type')! });
      response.end(JSON.stringify(left));
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    /** Of GraphQL: the errors that answers had beside their data. */
    failures,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

const usualHeaders = ({ headers }: IncomingMessage): Record<string, string> =>
  Object.fromEntries(
    ['content-type', 'accept', 'authorization'].flatMap((name) =>
      headers[name] ? [[name, String(headers[name])]] : [],
    ),
  );
