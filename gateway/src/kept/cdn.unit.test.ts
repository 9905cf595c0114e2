import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import fc from 'fast-check';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { concerns, type AnswerScope, type EventSubject, type Place } from './answerScope.ts';
import { AnswerTags } from './answerTags.ts';
import { Cdn } from './cdn.ts';
import { cdnClient } from './cdnClient.ts';
import { CdnPurges } from './cdnPurges.ts';
import type { KeptAnswer } from './keptAnswers.ts';

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

  it('is told no sooner of what came while it was told something else', async () => {
    const told: { readonly tags: readonly string[]; readonly at: number }[] = [];
    let came = 0;
    const purges: CdnPurges = new CdnPurges({
      ofAll: 'web',
      log,
      gatherMs: 50,
      purge: (tags) => {
        told.push({ tags, at: performance.now() });
        if (told.length > 1) return Promise.resolve();
        came = performance.now();
        return Promise.resolve(purges.add(['b']));
      },
    });
    purges.add(['a']);
    await expect.poll(() => told.map(({ tags }) => tags)).toEqual([['a'], ['b']]);
    // An answer from before may still be on its way to the CDN.
    expect(told[1]!.at - came).toBeGreaterThanOrEqual(49);
    await purges.close();
  });

  it('lets everything go that a process gave it when the process ends: the others may not know its tags', async () => {
    const told: string[] = [];
    const cdn = new Cdn({ channel: 'web', log, purge: (tags) => Promise.resolve(void told.push(...tags)) });
    await expect.poll(() => told).toEqual(['web']);
    await cdn.close();
    expect(told).toEqual(['web', 'web']);
  });

  it('is not to keep an answer of more things than headers can name', () => {
    const cdn = new Cdn({ channel: 'web', log, purge: () => Promise.resolve() });
    const headersOf = (count: number) => {
      const all = Array.from(
        { length: count },
        (_, index): Place => new Map([['store', `${index}`.padStart(36, '0')]]),
      );
      const scope: AnswerScope = { places: new Map([['menu', all]]), versions: [], isUnproven: false };
      return cdn.headersOf({ scope, isCurrent: true } as KeptAnswer, 60)?.['cache-tag']?.split(',').length;
    };
    expect([headersOf(3), headersOf(200)]).toEqual([5, undefined]);
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
