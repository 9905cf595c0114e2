import type { ExecutionResult } from 'graphql';
import { expect, it } from 'vitest';
import { until } from '#platform/testkit/until.ts';
import { RoutedSubscription, type SubscriptionRouting } from './routedSubscription.ts';
import type { Route, SubscriptionRequest } from './routes.ts';
import type { StreamSink } from './streamSink.ts';
import type { Subscriber } from './subscriber.ts';

const routeOf = (key: string) =>
  ({
    feed: { domain: 'orders', topic: 'orders.v1', kind: 'declared', key: 'store:7' },
    shareClass: { key },
  }) as unknown as Route;

it('that fails to begin on another stream ends with a public error, and not with the one that was thrown', async () => {
  const ends: (ExecutionResult | undefined)[] = [];
  let over = 0;
  const thrown: unknown[] = [];
  const begins = [() => Promise.resolve(undefined), () => Promise.reject(new Error('password of the database'))];
  const routing: SubscriptionRouting = {
    reroute: () => ({ kind: 'route', route: routeOf('another class') }),
    subscribe: () =>
      ({
        begin: begins.shift(),
        start: () => undefined,
        stop: () => undefined,
        position: undefined,
      }) as unknown as Subscriber,
    ended: () => {
      over += 1;
    },
    unexpected: (error) => {
      thrown.push(error);
      return { data: null };
    },
  };
  const sink = { end: (last?: ExecutionResult) => ends.push(last) } as unknown as StreamSink;
  const subscription = new RoutedSubscription(routing, {} as SubscriptionRequest, sink);
  await subscription.begin(routeOf('a class'), undefined);
  subscription.start();
  subscription.renewed();
  await until(() => ends.length > 0);
  expect([ends, over]).toEqual([[{ data: null }], 1]);
  expect(thrown).toEqual([new Error('password of the database')]);
});

it('that is moved while it begins is not ended by the result of the first stream, and starts once, on the second', async () => {
  const begins: ((refused: ExecutionResult | undefined) => void)[] = [];
  const calls: string[] = [];
  const routing: SubscriptionRouting = {
    reroute: () => ({ kind: 'route', route: routeOf('another class') }),
    subscribe: () => {
      const at = begins.length;
      const begun = new Promise<ExecutionResult | undefined>((resolve) => begins.push(resolve));
      return {
        begin: () => begun,
        start: () => calls.push(`start ${at}`),
        stop: () => calls.push(`stop ${at}`),
        position: undefined,
      } as unknown as Subscriber;
    },
    ended: () => undefined,
    unexpected: () => ({ data: null }),
  };
  const subscription = new RoutedSubscription(routing, {} as SubscriptionRequest, {} as unknown as StreamSink, {
    release: () => calls.push('over'),
  });
  const begun = subscription.begin(routeOf('a class'), undefined);
  subscription.renewed();
  begins[0]!({ data: null });
  expect(await begun).toBeUndefined();
  subscription.start();
  expect(calls).toEqual(['stop 0']);
  begins[1]!(undefined);
  await until(() => calls.length === 2);
  subscription.stop();
  subscription.start();
  expect(calls).toEqual(['stop 0', 'start 1', 'over', 'stop 1']);
});

it('that is refused by the stream to which it is moved tells its client so, once', async () => {
  const ends: (ExecutionResult | undefined)[] = [];
  let over = 0;
  const refusal = { data: null };
  const begins = [undefined, refusal];
  const routing: SubscriptionRouting = {
    reroute: () => ({ kind: 'route', route: routeOf('another class') }),
    subscribe: (_route, _sink, _from, owner) => {
      const refused = begins.shift();
      const subscriber = {
        // A subscriber that is refused has ended by then.
        begin: () => {
          if (refused) owner.subscriberEnded(subscriber);
          return Promise.resolve(refused);
        },
        start: () => undefined,
        stop: () => undefined,
        position: undefined,
      } as unknown as Subscriber;
      return subscriber;
    },
    ended: () => {
      over += 1;
    },
    unexpected: () => ({ data: null }),
  };
  const sink = { end: (last?: ExecutionResult) => ends.push(last) } as unknown as StreamSink;
  const subscription = new RoutedSubscription(routing, {} as SubscriptionRequest, sink);
  await subscription.begin(routeOf('a class'), undefined);
  subscription.start();
  subscription.renewed();
  await until(() => over === 1);
  await until(() => ends.length > 0, { timeoutMs: 2_000 });
  expect([ends, over]).toEqual([[refusal], 1]);
});
