import { readFileSync } from 'node:fs';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { errorCodes } from '#schema/errorCodes.ts';
import { until } from '#platform/testkit/until.ts';
import { defaultStreamPolicy } from '../../channelManifest.ts';
import { EventStreamReader } from '../../testkit/eventStreamReader.ts';
import { FakeDomain } from '../../testkit/fakeDomain.ts';
import { fixture, type Fixture } from '../../testkit/fixtureGraph.ts';
import { serveFixture, type ServedChannel } from '../../testkit/servedChannel.ts';
import { RawSocket } from '../../testkit/streamingClient.ts';

const text = readFileSync(new URL('../../../PROTOCOL.md', import.meta.url), 'utf8');
const blocks = (language: string): string[] =>
  [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(([, block = '']) => block);

let parts: Fixture;
let domain: FakeDomain;
let channel: ServedChannel;
let token: string;
const ends: (() => void)[] = [];

beforeAll(async () => {
  parts = await fixture();
  token = await parts.token('customer');
});
beforeEach(async () => {
  domain = new FakeDomain();
  parts.orders.clear();
  channel = await serveFixture(parts, { bus: domain, feeds: domain, cursorKeys: ['k'], hub: { gapMs: 5 } });
  become('PLACED');
});
afterEach(async () => {
  ends.splice(0).forEach((end) => end());
  await channel.close();
});

function become(status: string): void {
  const version = (parts.orders.get('o1')?.version ?? 0) + 1;
  parts.orders.set('o1', { id: 'o1', owner: 'someone', status, version });
  domain.statusChanged('o1', version, status);
}

/**
 * The placeholders of the examples: `…` matches anything, `TOKEN` is the client's token, `CURSOR` takes the value with
 * which it is first received.
 */
class Placeholders {
  #cursor: string | undefined;

  fill = (sent: string): string => sent.replaceAll('TOKEN', token).replaceAll('CURSOR', this.#cursor ?? 'CURSOR');

  /** Returns the received value, with placeholders in the places where the expected value has matching ones. */
  match(expected: unknown, received: unknown): unknown {
    if (expected === '…' && typeof received === 'string') return expected;
    if (expected === 'CURSOR' && typeof received === 'string') {
      this.#cursor ??= received;
      expect(received.length).toBeLessThanOrEqual(128);
      return received === this.#cursor ? expected : received;
    }
    if (typeof expected !== 'object' || expected === null || typeof received !== 'object' || received === null)
      return received;
    return Array.isArray(received)
      ? received.map((each, at) => this.match((expected as unknown[])[at], each))
      : Object.fromEntries(
          Object.entries(received).map(([key, each]) => [
            key,
            this.match((expected as Record<string, unknown>)[key], each),
          ]),
        );
  }
}

async function converse(lines: readonly string[]): Promise<void> {
  const placeholders = new Placeholders();
  let socket = await connect();
  let heard = 0;
  for (const line of lines) {
    const [sign, content] = [line[0], line.slice(2)];
    if (sign === '→') socket.send(JSON.parse(placeholders.fill(content)));
    else if (sign === '←') {
      await until(() => socket.frames.length > heard, { what: line });
      const expected: unknown = JSON.parse(content);
      expect(placeholders.match(expected, socket.frames[heard])).toEqual(expected);
      heard += 1;
    } else if (content === 'the connection breaks') {
      socket.cut();
      [socket, heard] = [await connect(), 0];
    } else become(/^the order becomes (\w+)$/.exec(content)![1]!);
  }
  // The answer to this ping comes after everything that was sent before it.
  socket.send({ type: 'ping', payload: { last: true } });
  await socket.heard(({ payload }) => (payload as { last?: boolean } | undefined)?.last === true);
  expect(socket.frames.length).toBe(heard + 1);
}

async function connect(): Promise<RawSocket> {
  const socket = new RawSocket(channel.url);
  ends.push(() => socket.cut());
  await new Promise((resolve) => socket.socket.once('open', resolve));
  return socket;
}

describe('the examples of PROTOCOL.md', () => {
  it.each(blocks('conversation').map((block, at) => [at + 1, block] as const))(
    'go as they are written: conversation %i',
    async (_at, block) => {
      await converse(block.trim().split('\n'));
    },
  );

  it('work as they are written: event streams', async () => {
    const placeholders = new Placeholders();
    const [commands, expected] = [blocks('sh'), blocks('events')];
    expect([commands.length, expected.length]).toEqual([2, 2]);
    for (const [at, command] of commands.entries()) {
      const headers = Object.fromEntries(
        [...command.matchAll(/-H ['"]([\w-]+): ([^'"]*)['"]/g)].map(([, name = '', value = '']) => [
          name,
          placeholders.fill(value.replace('$TOKEN', 'TOKEN').replace('$CURSOR', 'CURSOR')),
        ]),
      );
      const reader = await EventStreamReader.open(channel.url.replace('localhost', '127.0.0.1'), {
        method: 'POST',
        headers,
        body: /-d '([^']*)'/.exec(command)![1]!,
      });
      ends.push(() => reader.stop());
      await until(() => reader.events.length > 0);
      const lines = Object.fromEntries(
        expected[at]!.trim()
          .split('\n')
          .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
      );
      const [event, wanted] = [reader.events[0]!, { ...lines, data: JSON.parse(lines['data']!) as unknown }];
      expect(placeholders.match(wanted, { ...event, data: JSON.parse(event['data']!) })).toEqual(wanted);
      reader.stop();
      become('CONFIRMED');
    }
  });
});

describe('what PROTOCOL.md says', () => {
  const table = (heading: string): string[][] => {
    const section = text.split(new RegExp(`^##+ ${heading}$`, 'm'))[1]!.split(/^##/m)[0]!;
    return section
      .split('\n')
      .filter((line) => /^\| [^-]/.test(line))
      .slice(1)
      .map((line) =>
        line
          .split('|')
          .slice(1, -1)
          .map((cell) => cell.trim()),
      );
  };

  it('about limits agrees with the defaults of a channel', () => {
    const {
      maxSubscriptionsPerSocket,
      maxSubscriptionsPerCaller,
      maxConnectionsPerCaller,
      maxConnectionsPerAddress,
      maxReplayedEvents,
      lagMessages,
      maxStallMs,
      pingMs,
    } = defaultStreamPolicy;
    expect(table('Limits').map(([, amount]) => Number(amount))).toEqual([
      maxSubscriptionsPerSocket,
      maxSubscriptionsPerCaller,
      maxConnectionsPerCaller,
      maxConnectionsPerAddress,
      maxReplayedEvents,
      lagMessages,
      maxStallMs / 1_000,
      pingMs / 1_000,
    ]);
  });

  it('about error codes is in the catalogue', () => {
    const codes = table('Errors').flatMap(
      ([code = '']) => code.match(/[A-Z]+_[A-Z_]+|CONFLICT|FORBIDDEN|UNAUTHENTICATED/g) ?? [],
    );
    expect(codes.length).toBeGreaterThan(10);
    expect(codes.filter((code) => !(code in errorCodes))).toEqual([]);
  });

  it('about close codes is what happens', async () => {
    const closedWith = async (...frames: unknown[]): Promise<number> => {
      const socket = await connect();
      for (const frame of frames) typeof frame === 'string' ? socket.socket.send(frame) : socket.send(frame);
      return socket.closed;
    };
    const init = { type: 'connection_init', payload: { authorization: `Bearer ${token}` } };
    const subscribe = {
      id: '1',
      type: 'subscribe',
      payload: { query: 'subscription($id:ID!){orderStatusChanged(orderId:$id){status}}', variables: { id: 'o1' } },
    };
    const slowly = async (): Promise<number> => {
      const socket = await new RawSocket(channel.url).begin(token);
      socket.send(subscribe);
      await socket.heard(({ type }) => type === 'next');
      socket.send(subscribe);
      return socket.closed;
    };
    const seen = [
      await closedWith({ ...init, payload: { authorization: 'Bearer nonsense' } }),
      await closedWith(subscribe),
      await slowly(),
      await closedWith(init, init),
      await closedWith('nonsense'),
      await closedWith('x'.repeat(200_000)),
    ];
    expect(seen).toEqual([4403, 4401, 4409, 4429, 4400, 1009]);
    const listed = table('Closes')
      .flatMap(([code = '']) => code.match(/\d{4}/g) ?? [])
      .map(Number);
    expect(seen.filter((code) => !listed.includes(code))).toEqual([]);
  });
});
