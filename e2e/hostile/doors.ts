import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { connect as connectHttp2, type OutgoingHttpHeaders } from 'node:http2';
import WebSocket from 'ws';

/** How a door answered: the status of HTTP, of gRPC, or with which a socket was closed; and the code of the error. */
export interface Answered {
  readonly status: number;
  readonly code: string | undefined;
  readonly body: string;
  readonly headers: Readonly<Record<string, unknown>>;
}

export interface Sent {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  readonly token?: string;
}

/** The code of the first error in a body of GraphQL, REST, or the door for webhooks. */
function codeIn(body: string): string | undefined {
  try {
    const { errors, error, code } = JSON.parse(body) as {
      errors?: { extensions?: { code?: string } }[];
      error?: { code?: string } | string;
      code?: string;
    };
    return errors?.[0]?.extensions?.code ?? (typeof error === 'object' ? error.code : error) ?? code;
  } catch {
    return undefined;
  }
}

/** Sends what it is given, byte by byte: no client puts anything right. */
export function overHttp(url: string, { method = 'POST', headers = {}, body = '', token }: Sent): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest(
      new URL(url),
      {
        method,
        headers: {
          ...(method === 'POST' && { 'content-type': 'application/json' }),
          accept: 'application/graphql-response+json, application/json;q=0.9',
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
          ...headers,
        },
      },
      (response) => {
        let text = '';
        // A stream goes on for ever; its first event tells enough.
        const end = () =>
          resolve({ status: response.statusCode!, code: codeIn(text), body: text, headers: response.headers });
        response.on('data', (chunk: Buffer) => {
          text += chunk.toString();
          if (response.headers['content-type']?.startsWith('text/event-stream') && text.includes('\n\n')) {
            text = /^data: ?(.*)$/m.exec(text)?.[1] ?? text;
            sent.destroy();
            end();
          }
        });
        response.on('end', end);
        response.on('error', end);
      },
    );
    // Who refuses a body need not read it to its end.
    sent.on('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EPIPE' || error.code === 'ECONNRESET' ? undefined : reject(error),
    );
    sent.end(body);
  });
}

export const graphqlBody = (query: string, variables?: object): string => JSON.stringify({ query, variables });

export const overEventStream = (url: string, sent: Sent): Promise<Answered> =>
  overHttp(url, { ...sent, headers: { accept: 'text/event-stream', ...sent.headers } });

export const overGet = (url: string, { body = '{}', ...sent }: Sent): Promise<Answered> => {
  const asked = new URLSearchParams(
    Object.entries(JSON.parse(body.toString()) as Record<string, unknown>).map(([key, value]): [string, string] => [
      key,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  );
  return overHttp(`${url}?${asked.toString()}`, {
    ...sent,
    method: 'GET',
    headers: { 'graphql-require-preflight': '1', ...sent.headers },
  });
};

/** A socket of graphql-transport-ws. What is sent before `init` is sent at once. */
export async function overWebSocket(
  url: string,
  { body = '', token, init = true, headers }: Sent & { readonly init?: boolean },
): Promise<Answered> {
  const socket = new WebSocket(url.replace(/^http/, 'ws'), 'graphql-transport-ws', { headers });
  socket.on('error', () => undefined);
  await Promise.race([once(socket, 'open'), once(socket, 'close')]);
  const answered = new Promise<Answered>((resolve) => {
    socket.on('close', (status, reason) =>
      resolve({ status, code: reason.toString() || undefined, body: '', headers: {} }),
    );
    socket.on('message', (data: Buffer) => {
      const text = data.toString();
      const { type, payload } = JSON.parse(text) as { type: string; payload?: unknown };
      if (type === 'connection_ack') socket.send(body);
      if (type !== 'next' && type !== 'error') return;
      const errors = type === 'error' ? payload : (payload as { errors?: unknown }).errors;
      resolve({
        status: type === 'error' ? 400 : 200,
        code: (errors as { extensions?: { code?: string } }[] | undefined)?.[0]?.extensions?.code,
        body: text,
        headers: {},
      });
    });
  });
  if (init)
    socket.send(
      JSON.stringify({
        type: 'connection_init',
        payload: token === undefined ? {} : { authorization: `Bearer ${token}` },
      }),
    );
  else socket.send(body);
  const result = await answered;
  socket.terminate();
  return result;
}

export const subscribe = (payload: unknown, id = '1'): string => JSON.stringify({ id, type: 'subscribe', payload });

/** One call of a method by gRPC, with a message of these bytes. */
export async function overGrpc(url: string, path: string, { headers, body = '', token }: Sent): Promise<Answered> {
  const session = connectHttp2(url).on('error', () => undefined);
  try {
    const stream = session.request({
      ':method': 'POST',
      ':path': path,
      'content-type': 'application/grpc',
      te: 'trailers',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...headers,
    } as OutgoingHttpHeaders);
    let heard: Record<string, unknown> = {};
    const hear = (more: Record<string, unknown>): void => {
      heard = { ...heard, ...more };
    };
    stream
      .on('response', hear)
      .on('trailers', hear)
      .on('error', () => undefined);
    const message = Buffer.from(body);
    const head = Buffer.alloc(5);
    head.writeUInt32BE(message.length, 1);
    stream.end(Buffer.concat([head, message]));
    let text = '';
    stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
    await once(stream, 'close');
    return { status: Number(heard['grpc-status'] ?? -1), code: undefined, body: text, headers: heard };
  } finally {
    session.destroy();
  }
}
