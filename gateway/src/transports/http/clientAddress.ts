import type { IncomingMessage } from 'node:http';
import { isIP, SocketAddress } from 'node:net';
import proxyAddr from '@fastify/proxy-addr';
import { isPublicAddress } from '#platform/http/publicAddress.ts';

/** From which address a request comes; empty for one whose connection is gone. */
export type AddressOf = (request: IncomingMessage) => string;

/**
 * Finds from where requests come. What a trusted proxy says in `X-Forwarded-For` is believed: the address nearest to us
 * that is not one of a trusted proxy. Of anybody else the header counts for nothing, since everybody can write it.
 * @param proxies addresses and networks, such as 10.0.0.0/8
 * @throws TypeError for a text that is neither
 */
export function clientAddress(proxies: readonly string[]): AddressOf {
  const trusted = proxyAddr.compile([...proxies]);
  return (request) => {
    const { remoteAddress = '' } = request.socket;
    if (proxies.length === 0 || remoteAddress === '') return plain(remoteAddress);
    const found = proxyAddr(request, trusted);
    return plain(isIP(found) === 0 ? remoteAddress : found);
  };
}

/**
 * In the one spelling of several that proxies use, and without the prefix of an IPv4 address that came by a socket of
 * IPv6: otherwise all who come by IPv4 would be one network of IPv6, and none of the internet.
 */
const plain = (address: string): string => {
  // As a socket says it.
  if (/^::ffff:\d+\.\d+\.\d+\.\d+$/.test(address)) return address.slice(7);
  const written = isIP(address) === 6 ? new SocketAddress({ address, family: 'ipv6' }).address : address;
  return written.replace(/^::ffff:(?=\d+\.)/, '');
};

/**
 * By what the callers of one address are counted together. Undefined for an address that is not one of the internet: it
 * is that of a balancer nobody named as trusted, or of a network of our own, and behind it may be everybody.
 */
export const callerNetworkOf = (address: string): string | undefined =>
  isPublicAddress(address) ? networkOf(address) : undefined;

/**
 * What one caller has of addresses: one of IPv4, and of IPv6 a network of 64 bits, which every household gets. What is
 * counted by whole addresses of IPv6 is counted for nobody.
 */
export function networkOf(address: string): string {
  if (isIP(address) !== 6) return address;
  const [head = '', tail = ''] = address.replace(/%.*$/, '').split('::');
  const [before, after] = [head, tail].map((part) => part.split(':').filter(Boolean)) as [string[], string[]];
  const zeros = address.includes('::') ? Math.max(0, 8 - before.length - after.length) : 0;
  const groups = [...before, ...Array<string>(zeros).fill('0'), ...after];
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}
