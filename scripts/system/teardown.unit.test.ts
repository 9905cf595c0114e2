import { afterEach, expect, it, vi } from 'vitest';
import { Teardown } from './teardown.ts';

const told: string[] = [];
vi.spyOn(console, 'error').mockImplementation((line: string) => void told.push(line));
afterEach(() => told.splice(0));

it('stops what was started last first, one after the other and once, also what comes after one that cannot be stopped', async () => {
  const stopped: string[] = [];
  const teardown = new Teardown();
  teardown.add('database', () => void stopped.push('database'));
  teardown.add('bus', () => Promise.reject(new Error('the broker is gone')));
  teardown.add('gateway', async () => {
    await Promise.resolve();
    stopped.push('gateway');
  });
  await Promise.all([teardown.run(), teardown.run()]);
  expect([stopped, told]).toEqual([['gateway', 'database'], ['stopping bus: the broker is gone']]);
});

it('leaves what never stops, in time for the rest', async () => {
  const stopped: string[] = [];
  const teardown = new Teardown({ withinMs: 50 });
  teardown.add('database', () => void stopped.push('database'));
  teardown.add('gateway', () => new Promise(() => undefined));
  await teardown.run();
  expect([stopped, told]).toEqual([['database'], ['stopping gateway: it takes too long and is left as it is']]);
});

it('stops what is begun while all is being stopped, and what is begun after that', async () => {
  const stopped: string[] = [];
  const teardown = new Teardown();
  teardown.add('database', () => void stopped.push('database'));
  teardown.add('slow start', async () => {
    await Promise.resolve();
    teardown.add('begun meanwhile', () => void stopped.push('begun meanwhile'));
  });
  await teardown.run();
  teardown.add('begun after', () => void stopped.push('begun after'));
  expect(stopped).toEqual(['begun meanwhile', 'database', 'begun after']);
});

it('drains before anything is stopped where a stop was asked for, and not where an error ends the process', async () => {
  const order: string[] = [];
  const begun = (): Teardown => {
    const teardown = new Teardown();
    teardown.drainFirst('channel', async () => {
      await Promise.resolve();
      order.push('drained');
    });
    teardown.add('channel', () => void order.push('stopped'));
    return teardown;
  };
  await begun().run({ drain: true });
  await begun().run();
  expect(order).toEqual(['drained', 'stopped', 'stopped']);
});
