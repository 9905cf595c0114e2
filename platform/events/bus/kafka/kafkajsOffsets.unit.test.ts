import { createRequire } from 'node:module';
import type { Admin } from 'kafkajs';
import { describe, expect, it } from 'vitest';
import { kafkajsOffsets } from './kafkajsOffsets.ts';

const createAdmin = createRequire(import.meta.url)('kafkajs/src/admin') as (parts: object) => Admin;

type Answer = { topic: string; partitions: { partition: number; offset: string }[] }[];
const all = (offset: string): Answer => [{ topic: 'orders.v1', partitions: [{ partition: 0, offset }] }];

/** The library's own code, before a cluster that gives these answers when asked for offsets, the last one again. */
function adminBefore(answers: Answer[]): { admin: Admin; asked: () => number } {
  let asked = 0;
  const cluster = {
    addTargetTopic: async () => undefined,
    refreshMetadataIfNecessary: async () => undefined,
    findTopicPartitionMetadata: () => [{ partitionId: 0 }],
    fetchTopicsOffset: async () => [...answers[Math.min(asked++, answers.length - 1)]!],
  };
  const logger = { namespace: () => ({ debug: () => undefined, error: () => undefined }) };
  return { admin: createAdmin({ logger, cluster, retry: { retries: 0 } }), asked: () => asked };
}

describe('offsets by kafkajs', () => {
  it.each([
    ['the next ones', undefined, 7],
    ['those since a moment', 1_000, 7],
  ])('%s, are asked for again when the metadata of the topic come and go', async (_what, sinceMs, expected) => {
    for (const first of [
      [[], all('7')],
      [all('7'), []],
      [all('7'), [{ topic: 'orders.v1', partitions: [] }]],
    ] as Answer[][]) {
      const { admin, asked } = adminBefore([...first, all('7')]);
      expect([...(await kafkajsOffsets(admin, 'orders.v1', sinceMs))]).toEqual([[0, expected]]);
      expect(asked()).toBeGreaterThan(2);
    }
  });

  it('of which there is an end are not asked for again', async () => {
    const { admin } = adminBefore([all('7')]);
    const failing = { ...admin, fetchTopicOffsets: () => Promise.reject(new Error('not allowed')) };
    await expect(kafkajsOffsets(failing, 'orders.v1')).rejects.toThrow('not allowed');
  });
});
