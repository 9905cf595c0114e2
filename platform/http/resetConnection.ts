import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

/**
 * Ends a connection without sending what waits in it. One with TLS cannot be reset by Node: it is closed, and the
 * kernel gives up what it still holds after its own time.
 */
export const resetConnection = (socket: Socket | null | undefined): void =>
  void (socket instanceof TLSSocket ? socket.destroy() : socket?.resetAndDestroy());
