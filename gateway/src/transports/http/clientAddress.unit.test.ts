import type { IncomingMessage } from 'node:http';
import { expect, it } from 'vitest';
import { clientAddress, networkOf } from './clientAddress.ts';

const from = (remoteAddress: string | undefined, forwarded?: string) =>
  ({
    socket: { remoteAddress },
    headers: { ...(forwarded !== undefined && { 'x-forwarded-for': forwarded }) },
  }) as unknown as IncomingMessage;

it('a trusted proxy is believed about who called it, and about nothing that the caller has written', () => {
  const addressOf = clientAddress(['10.0.0.0/8', 'fd00::1']);
  expect(addressOf(from('10.0.0.5', '203.0.113.7'))).toBe('203.0.113.7');
  expect(addressOf(from('::ffff:10.0.0.5', '203.0.113.7'))).toBe('203.0.113.7');
  expect(addressOf(from('fd00::1', '2001:db8::7'))).toBe('2001:db8::7');
  expect(addressOf(from('10.0.0.5', '1.1.1.1, 203.0.113.7'))).toBe('203.0.113.7');
  expect(addressOf(from('10.0.0.5', '1.1.1.1, 203.0.113.7, 10.9.9.9'))).toBe('203.0.113.7');
  // However a proxy writes an address, it is one: of IPv4 it is told as such.
  for (const text of ['::ffff:203.0.113.7', '::ffff:cb00:7107', '0:0:0:0:0:FFFF:CB00:7107'])
    expect(addressOf(from('10.0.0.5', text)), text).toBe('203.0.113.7');
  expect(addressOf(from('10.0.0.5', '2001:0DB8:0:0:0:0:0:7'))).toBe('2001:db8::7');
  // What is no address is nobody's: the proxy stands for it.
  for (const text of ['', 'unknown', '203.0.113.7, x', '203.0.113.7:99999', '__proto__', ','])
    expect(addressOf(from('10.0.0.5', text)), text).toBe('10.0.0.5');
});

it('nobody else is believed, and without trusted proxies nobody at all', () => {
  expect(clientAddress(['10.0.0.0/8'])(from('203.0.113.9', '1.1.1.1'))).toBe('203.0.113.9');
  expect(clientAddress([])(from('127.0.0.1', '1.1.1.1'))).toBe('127.0.0.1');
  expect(clientAddress(['10.0.0.0/8'])(from(undefined, '1.1.1.1'))).toBe('');
});

it('a text that is no network is refused at once', () =>
  expect(() => clientAddress(['example.com'])).toThrow('invalid IP address'));

it('callers by IPv6 are told apart by their network', () => {
  expect(networkOf('203.0.113.7')).toBe('203.0.113.7');
  expect(networkOf('2001:db8:0:5:1:2:3:4')).toBe('2001:db8:0:5::/64');
  expect(networkOf('2001:0db8::5')).toBe('2001:db8:0:0::/64');
  expect(networkOf('::1')).toBe('0:0:0:0::/64');
  expect(networkOf('fe80::1%eth0')).toBe('fe80:0:0:0::/64');
});
