import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import fc from 'fast-check';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { concerns, type AnswerScope, type EventSubject, type Place } from './answerScope.ts';
import { AnswerTags } from './answerTags.ts';
import { cdnClient } from './cdnClient.ts';
import { CdnPurges } from './cdnPurges.ts';

const log = pino({ level: 'silent' });

describe('the tags of an answer', () => {
  it('meet those of an event exactly if the event concerns the answer', () => {
    const kind = fc.constantFrom('store', 'order', 'item');
    const key = fc.constantFrom('1', '2');
    const domain = fc.constantFrom('menu', 'orders');
    const place = fc.dictionary(kind, key, { maxKeys: 2 }).map((all): Place => new Map(Object.entries(all)));
    const scope = fc
      .dictionary(domain, fc.array(place, { minLength: 1, maxLength: 3 }))
      .map((all): AnswerScope => ({ places: new Map(Object.entries(all)), versions: [], isUnproven: false }));
    const anything: AnswerScope = { places: undefined, versions: [], isUnproven: false };
    const things = fc.dictionary(fc.oneof(kind, fc.constant('unheardOf')), fc.uniqueArray(key, { minLength: 1 }));
    const subject = fc.record({ domain, things }).map((each): EventSubject => ({
      domain: each.domain,
      things: new Map(Object.entries(each.things).map(([name, keys]) => [name, new Set(keys)])),
      versions: [],
    }));
    const met = { yes: 0, no: 0 };
    fc.assert(
      fc.property(fc.array(fc.oneof(scope, fc.constant(anything)), { minLength: 1 }), subject, (scopes, event) => {
        const tags = new AnswerTags('web');
        const all = scopes.map((each) => new Set(tags.of(each)));
        const after = tags.after(event);
        return scopes.every((each, index) => {
          const isMet = after.some((tag) => all[index]!.has(tag));
          met[isMet ? 'yes' : 'no'] += 1;
          return isMet === concerns(each, event);
        });
      }),
      { numRuns: 1_000 },
    );
    expect(Math.min(met.yes, met.no)).toBeGreaterThan(100);
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
