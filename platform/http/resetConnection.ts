import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { cancelStream, streamOf } from './boundedHttp2.ts';

/**
 * Ends a connection without sending what waits in it. One with TLS cannot be reset by Node: it is closed, and the
 * kernel gives up what it still holds after its own time.
 */
export const resetConnection = (socket: Socket | null | undefined): void =>
  void (socket instanceof TLSSocket ? socket.destroy() : socket?.resetAndDestroy());

/**
 * Ends a response without sending what waits of it: with its connection in HTTP/1.1, alone in HTTP/2, where the
 * connection has others.
 */
export function resetResponse(response: ServerResponse): void {
  const stream = streamOf(response);
  if (stream) cancelStream(stream);
  else resetConnection(response.socket);
}

/**
 * Calls the listener once all that was written before has been sent; at once if there is no connection any more.
 * Node's event `drain` would not do: it comes only after more is buffered than a stream's own mark.
 */
export function whenSent(response: ServerResponse, listener: () => void): void {
  const out = streamOf(response) ?? response.socket;
  if (!out || out.destroyed) setImmediate(listener);
  else
    out.write('', (error) => {
      if (!error) listener();
    });
}
