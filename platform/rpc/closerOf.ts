import type { Http2Server } from 'node:http2';
import type { Socket } from 'node:net';

/**
 * Prepares to close an HTTP/2 server; call this before the server listens. The function that it returns answers the
 * calls under way, closes idle connections, and cuts what is left after `withinMs`. Node's own `close` would wait for
 * ever for a call that never ends, and for a client that reads nothing or does not disconnect.
 */
export function closerOf(server: Http2Server, withinMs: number): () => Promise<void> {
  const sessions = new Set<{ close(): void }>();
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('session', (session) => {
    sessions.add(session);
    session.once('close', () => sessions.delete(session));
  });
  return () =>
    new Promise((resolve) => {
      const cut = setTimeout(() => sockets.forEach((socket) => socket.destroy()), withinMs);
      server.close(() => {
        clearTimeout(cut);
        resolve();
      });
      for (const session of sessions) session.close();
    });
}
