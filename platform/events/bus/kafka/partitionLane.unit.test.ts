import { pino } from 'pino';
import { expect, it } from 'vitest';
import { until } from '#platform/testkit/until.ts';
import { kafkaRecord } from './messageCoding.ts';
import { PartitionLane } from './partitionLane.ts';

it('begins again with a topic that was made anew: nothing of it is passed over, nor taken for what was in hand', async () => {
  const handled: string[] = [];
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const lane = new PartitionLane({
    topic: 'orders.v1',
    partition: 0,
    group: 'orders',
    log: pino({ level: 'silent' }),
    before: Promise.resolve(),
    mayBegin: () => true,
    wait: () => undefined,
    began: () => undefined,
    onProgress: () => undefined,
    onRoom: () => undefined,
    handle: async ({ value }) => {
      handled.push(value as string);
      if (value === 'in hand') await held;
    },
  });
  const record = (offset: number, value: string) =>
    kafkaRecord(offset, Buffer.from('key'), Buffer.from(JSON.stringify(value)));
  lane.push([record(0, 'a'), record(1, 'b'), record(2, 'c')]);
  await until(() => lane.next === 3);
  lane.committed = 3;
  lane.push([record(3, 'in hand'), record(4, 'behind it')]);
  await until(() => handled.includes('in hand'));
  lane.push([record(0, 'new 0'), record(1, 'new 1')]);
  release();
  await until(() => handled.at(-1) === 'new 1' && lane.next === 2);
  expect(handled).toEqual(['a', 'b', 'c', 'in hand', 'new 0', 'new 1']);
  lane.stop();
  await lane.finished;
});
