import { IncomingMessage } from 'node:http';

const isWebSocket = (upgrade: string | undefined): boolean =>
  (upgrade ?? '').split(',').some((each) => each.trim().toLowerCase() === 'websocket');

/**
 * A request whose offer of another protocol than WebSocket is ignored, as HTTP has it for what a server does not speak:
 * Java's client and `curl --http2` offer h2c with their first request. Node asks `upgrade` of each request that has
 * such an offer, once its headers are read, and without this hands over the connection whatever is offered as long as
 * anybody listens for WebSockets.
 */
export class OfferingMessage extends IncomingMessage {
  #offered = false;

  /** The parser's word; Node's own constructor sets it too, before this class has its fields. */
  set upgrade(offered: boolean | null) {
    if (offered !== null) this.#offered = offered;
  }

  get upgrade(): boolean {
    return this.#offered && (this.method === 'CONNECT' || isWebSocket(this.headers.upgrade));
  }
}
