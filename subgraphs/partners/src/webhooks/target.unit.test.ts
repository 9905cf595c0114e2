import { createSocket } from 'node:dgram';
import { createServer, request } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { isPublicAddress } from '#platform/http/publicAddress.ts';
import { byNameServers, checkedLookup, checkTarget, ForbiddenTarget, readTarget } from './target.ts';

describe('addresses', () => {
  it.each([
    ['93.184.215.14', true],
    ['8.8.8.8', true],
    ['172.32.0.1', true],
    ['100.128.0.1', true],
    ['2606:2800:21f:cb07:6820:80da:af6b:8b2c', true],
    ['0.0.0.0', false],
    ['0.1.2.3', false],
    ['127.0.0.1', false],
    ['127.255.255.254', false],
    ['10.1.2.3', false],
    ['172.16.0.1', false],
    ['172.31.255.255', false],
    ['192.168.1.1', false],
    ['169.254.169.254', false],
    ['100.64.0.1', false],
    ['100.127.255.255', false],
    ['192.0.0.192', false],
    ['192.0.2.1', false],
    ['198.18.0.1', false],
    ['198.51.100.7', false],
    ['203.0.113.7', false],
    ['224.0.0.1', false],
    ['255.255.255.255', false],
    ['::', false],
    ['::1', false],
    ['::ffff:127.0.0.1', false],
    ['::ffff:7f00:1', false],
    ['::ffff:8.8.8.8', false],
    ['::127.0.0.1', false],
    ['64:ff9b::7f00:1', false],
    ['64:ff9b:1::1', false],
    ['fe80::1', false],
    ['fe80::1%eth0', false],
    ['fec0::1', false],
    ['fc00::1', false],
    ['fd00:ec2::254', false],
    ['ff02::1', false],
    ['2001::1', false],
    ['2001:db8::1', false],
    ['2002:7f00:1::', false],
    ['100::1', false],
    ['localhost', false],
    ['', false],
  ])('%s is one of the internet: %s', (address, expected) => {
    expect(isPublicAddress(address)).toBe(expected);
  });
});

describe('addresses of endpoints', () => {
  it.each([
    'http://example.com/hook',
    'ftp://example.com/',
    'file:///etc/passwd',
    'https://user:secret@example.com/',
    'https://user@example.com/',
    'https://example.com/#fragment',
    'https://127.0.0.1/',
    'https://127.1/',
    'https://2130706433/',
    'https://0x7f.0.0.1/',
    'https://0177.0.0.1/',
    'https://0/',
    'https://[::1]/',
    'https://[::ffff:10.0.0.1]/',
    'https://[::]/',
    'https://169.254.169.254/latest/meta-data',
    'not an address',
    `https://example.com/${'a'.repeat(2_000)}`,
  ])('%s is refused in production', (text) => {
    expect(() => readTarget(text, 'public')).toThrow(ForbiddenTarget);
  });

  it('an https address on the internet is taken, and in development one of this machine as well', () => {
    expect(readTarget('https://example.com:8443/hook?a=b', 'public').port).toBe('8443');
    expect(readTarget('http://127.0.0.1:1234/hook', 'any').port).toBe('1234');
  });

  it.each([
    [['93.184.215.14'], true],
    [['93.184.215.14', '2606:2800:21f:cb07:6820:80da:af6b:8b2c'], true],
    [['93.184.215.14', '127.0.0.1'], false],
    [['::ffff:169.254.169.254'], false],
    [[], false],
  ])('a name that leads to %j is taken: %s', async (addresses, expected) => {
    const checked = checkTarget('https://partner.example/hook', 'public', () => Promise.resolve(addresses));
    if (expected) await checked;
    else await expect(checked).rejects.toThrow(ForbiddenTarget);
  });

  it('a name that cannot be resolved is refused', async () => {
    const none = () => Promise.reject(new Error('ENOTFOUND'));
    await expect(checkTarget('https://partner.example/', 'public', none)).rejects.toThrow('cannot be resolved');
  });

  it('a name that leads here only once we connect reaches nothing', async () => {
    let reached = 0;
    const server = createServer((_request, response) => {
      reached += 1;
      response.end();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const answers = [['93.184.215.14'], ['127.0.0.1']];
    const rebinding = () => Promise.resolve(answers.shift() ?? []);
    await checkTarget('https://partner.example/', 'public', rebinding);
    const { port } = server.address() as AddressInfo;
    const call = request({ host: 'partner.example', port, lookup: checkedLookup('public', rebinding) }).end();
    const [error] = (await once(call, 'error')) as [Error];
    expect(error).toBeInstanceOf(ForbiddenTarget);
    expect(reached).toBe(0);
    server.close();
  });
});

describe('name servers', () => {
  /** One that knows an address for every name, and does not answer to names that begin with `slow`. */
  async function nameServer(): Promise<{ address: string; asked: string[]; close(): void }> {
    const socket = createSocket('udp4');
    const asked: string[] = [];
    socket.on('message', (question, { address, port }) => {
      const labels: string[] = [];
      let at = 12;
      for (let size = question[at]!; size > 0; size = question[at]!) {
        labels.push(question.toString('latin1', at + 1, at + 1 + size));
        at += 1 + size;
      }
      asked.push(labels.join('.'));
      if (labels[0]!.startsWith('slow')) return;
      const isIpv4 = question.readUInt16BE(at + 1) === 1;
      const head = Buffer.from([...question.subarray(0, 2), 0x81, 0x80, 0, 1, 0, isIpv4 ? 1 : 0, 0, 0, 0, 0]);
      const found = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 93, 184, 215, 14]);
      const parts = [head, question.subarray(12, at + 5), ...(isIpv4 ? [found] : [])];
      socket.send(Buffer.concat(parts), port, address);
    });
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    return { address: `127.0.0.1:${socket.address().port}`, asked, close: () => socket.close() };
  }

  it('that do not answer keep no other name waiting, and are given up', async () => {
    const server = await nameServer();
    const resolve = byNameServers([server.address], 400);
    let givenUp = 0;
    const slow = Array.from({ length: 50 }, (_, n) => resolve(`slow${n}.example`).catch(() => (givenUp += 1)));
    expect(await resolve('partner.example')).toEqual(['93.184.215.14']);
    expect(givenUp).toBe(0);
    await Promise.all(slow);
    expect(givenUp).toBe(50);
    server.close();
  });
});
