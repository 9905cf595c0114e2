import { IncomingMessage } from 'node:http';

const isWebSocket = (upgrade: string | undefined): boolean =>
  (upgrade ?? '').split(',').some((each) => each.trim().toLowerCase() === 'websocket');

/**
 * A request that ignores offers to upgrade to any protocol but WebSocket. HTTP lets a server ignore an upgrade that it
 * does not support; Java's HTTP client and `curl --http2`, for example, offer h2c with their first request. Node reads
 * `upgrade` once a request's headers are parsed, and would hand over the connection of every such request, whatever it
 * offers, as soon as anybody listens for WebSockets.
 */
export class OfferingMessage extends IncomingMessage {
  #offered = false;

  /** Set by Node's parser. Node's constructor sets it too, to null, before the fields of this class exist. */
  set upgrade(offered: boolean | null) {
    if (offered !== null) this.#offered = offered;
  }

  get upgrade(): boolean {
    return this.#offered && (this.method === 'CONNECT' || isWebSocket(this.headers.upgrade));
  }
}
