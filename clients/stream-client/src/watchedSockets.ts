/** As much of a WebSocket as is used here: a browser's, Node's own, or that of the package `ws`. */
export interface SocketLike {
  readonly readyState: number;
  onmessage: unknown;
  onclose: unknown;
  send(text: string): void;
  close(code?: number, reason?: string): void;
  /** Of `ws`: closes without waiting for the other side. */
  terminate?(): void;
  addEventListener(type: 'error', listener: () => void): void;
}

export type SocketClass = new (url: string, protocols?: string | string[]) => SocketLike;

const openState = 1;
const hasNoListener = (): void => undefined;

/**
 * A WebSocket class whose instances are told to `made`, and whose errors always have a listener: `ws` ends the process
 * for one that has none.
 */
export function watchedSockets(Base: SocketClass, made: (socket: SocketLike) => void): SocketClass {
  return class extends Base {
    constructor(url: string, protocols?: string | string[]) {
      super(url, protocols);
      this.addEventListener('error', hasNoListener);
      made(this);
    }
  };
}

/**
 * A WebSocket class for graphql-ws whose `new` takes what is there already: of a `new` that throws, as for a wrong
 * address, graphql-ws tells nobody.
 */
export const readySockets = (take: () => SocketLike): unknown =>
  Object.assign(
    function ready() {
      return take();
    },
    { CONNECTING: 0, OPEN: openState, CLOSING: 2, CLOSED: 3 },
  );

export const isOpen = (socket: SocketLike | undefined): socket is SocketLike => socket?.readyState === openState;

/** Lets go of a socket: whatever it still has to say is not heard. */
export function abandon(socket: SocketLike | undefined): void {
  if (!socket) return;
  socket.onmessage = null;
  socket.onclose = null;
  if (socket.terminate) socket.terminate();
  else socket.close();
}
