import type { IncomingMessage, Server, ServerResponse } from 'node:http';

/** Serves on; each answer from now on closes its connection, so that its client makes the next one elsewhere. */
export function announceClose(server: Server): void {
  server.prependListener('request', (_request: IncomingMessage, response: ServerResponse) =>
    response.setHeader('connection', 'close'),
  );
}

/**
 * Takes no more connections and answers what is in hand; what is left after `withinMs` is cut. Node itself would wait
 * for ever for a connection that has said nothing or half a request, and for one that was busy and is asked again and
 * again.
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
