import type { IncomingMessage, Server, ServerResponse } from 'node:http';

/**
 * Makes every answer from now on close its connection, so that clients connect elsewhere for the next request. The
 * server goes on serving.
 */
export function announceClose(server: Server): void {
  server.prependListener('request', (_request: IncomingMessage, response: ServerResponse) =>
    response.setHeader('connection', 'close'),
  );
}

/**
 * Closes a server: it takes no more connections and answers the requests under way; connections left after `withinMs`
 * are cut. Node's own `close` would wait for ever for a connection that has sent nothing or half a request, and for one
 * whose client sends one request after the other.
 */
export function closeHttpServer(server: Server, withinMs: number): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => server.closeAllConnections(), withinMs);
    announceClose(server);
    server.close(() => {
      clearTimeout(cut);
      resolve();
    });
  });
}
