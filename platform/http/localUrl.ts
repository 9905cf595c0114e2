import type { AddressInfo, Server } from 'node:net';
import { Server as TlsServer } from 'node:tls';

/** What stands for this machine: all addresses, or the loopback that `localhost` means. */
const here = new Set(['0.0.0.0', '::', '127.0.0.1', '::1']);

/**
 * The beginning of the addresses by which a server that listens is reached from this machine. It is asked where it
 * listens, since that may be another address than its settings have.
 */
export function localUrl(server: Server): string {
  const { address, port, family } = server.address() as AddressInfo;
  const scheme = server instanceof TlsServer ? 'https' : 'http';
  if (here.has(address)) return `${scheme}://localhost:${port}`;
  return `${scheme}://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}
