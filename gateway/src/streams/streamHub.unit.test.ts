import { pino } from 'pino';
import { expect, it } from 'vitest';
import { FakeTail } from '../testkit/fakeTail.ts';
import { StreamHub } from './streamHub.ts';

it('hears a topic that it could not hear the first time, when it is asked again', async () => {
  const bus = new FakeTail();
  const down = { tail: () => Promise.reject(new Error('the broker is away')) };
  let from: Pick<FakeTail, 'tail'> = down;
  const hub = new StreamHub({ tail: (topics, handle) => from.tail(topics, handle) }, { log: pino({ level: 'silent' }) });
  await expect(hub.listen(['orders.v1'])).rejects.toThrow('the broker is away');
  from = bus;
  await hub.listen(['orders.v1', 'stores.v1']);
  expect(bus.open).toEqual(['orders.v1', 'stores.v1']);
  await hub.close();
  expect(bus.open).toEqual([]);
});
