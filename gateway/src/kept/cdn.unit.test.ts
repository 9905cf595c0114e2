import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import fc from 'fast-check';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { eventCatalogue } from '#schema/eventCatalogue.ts';
import { concerns, type AnswerScope, type EventSubject } from './answerScope.ts';
import { cdnClient } from './cdnClient.ts';
import { CdnPurges } from './cdnPurges.ts';
import { CdnTags } from './cdnTags.ts';

const log = pino({ level: 'silent' });

describe('the tags of an answer', () => {
  it('meet those of an event exactly if the event concerns the answer, or is of a kind that nobody knew', async () => {
    const tags = new CdnTags('web', (await eventCatalogue()).values());
    const kinds = ['store', 'item', 'order', 'from-a-newer-release'];
    const domain = fc.constantFrom('menu', 'stores', 'orders');
    const key = fc.constantFrom('1', '2');
    const scopes = fc
      .record({
        domains: fc.uniqueArray(domain),
        named: fc.dictionary(fc.constantFrom('store', 'item', 'order'), fc.uniqueArray(key, { minLength: 1 })),
      })
      .map(({ domains, named }): AnswerScope => ({
        domains: new Set(domains),
        named: new Map(Object.entries(named).map(([kind, keys]) => [kind, new Set(keys)])),
      }));
    const subjects: fc.Arbitrary<EventSubject> = fc.record({ domain, kind: fc.constantFrom(...kinds), key });
    let exact = 0;
    fc.assert(
      fc.property(scopes, subjects, (scope, subject) => {
        const has = new Set(tags.of(scope));
        const after = tags.after(subject);
        const isKnown = after.length > 1;
        exact += isKnown ? 1 : 0;
        const expected = isKnown ? concerns(scope, subject) : scope.domains?.has(subject.domain);
        return after.some((each) => has.has(each)) === expected;
      }),
      { numRuns: 1_000 },
    );
    expect(exact).toBeGreaterThan(100);
    expect(tags.of({ domains: undefined, named: new Map() })).toBeUndefined();
  });
});

describe('a CDN', () => {
  it('is told until it has heard, each tag once for many events', async () => {
    const calls: string[][] = [];
    let isUp = false;
    const purges = new CdnPurges({
      ofAll: 'web',
      log,
      gatherMs: 5,
      retryMs: 5,
      purge: (tags) => {
        calls.push([...tags]);
        return isUp ? Promise.resolve() : Promise.reject(new Error('it is away'));
      },
    });
    purges.add(['a', 'b']);
    purges.add(['b', 'c']);
    await expect.poll(() => calls.length).toBeGreaterThan(1);
    expect(calls[0]).toEqual(['a', 'b', 'c']);
    isUp = true;
    purges.add(['d']);
    await expect.poll(() => calls.at(-1)).toContain('d');
    expect(new Set(calls.at(-1))).toEqual(new Set(['a', 'b', 'c', 'd']));
    await purges.close();
  });

  it('is told to let everything go rather than too many tags, and what waits when the process ends', async () => {
    const told: string[] = [];
    const purges = new CdnPurges({
      ofAll: 'web',
      log,
      gatherMs: 60_000,
      purge: (tags) => Promise.resolve(void told.push(...tags)),
    });
    purges.add(Array.from({ length: 1_001 }, (_, index) => String(index)));
    await purges.close();
    expect(told).toEqual(['web']);
  });
});

it('gets tags by POST, in the header of Fastly and in the body of Cloudflare', async () => {
  const asked: unknown[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      asked.push([request.method, request.headers['surrogate-key'], request.headers['fastly-key'], JSON.parse(body)]);
      response.writeHead(asked.length === 1 ? 401 : 200).end('{}');
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const purge = cdnClient({ url: `http://127.0.0.1:${port}/purge`, headers: { 'fastly-key': 'k' } }, undefined);
  await expect(purge(['a', 'b'])).rejects.toThrow('it answered 401');
  await purge(['a', 'b']);
  expect(asked[1]).toEqual(['POST', 'a b', 'k', { tags: ['a', 'b'] }]);
  server.close();
});
