import { MultipleErrors, ProtocolError, UserError } from '@platformatic/kafka';
import kafkajs from 'kafkajs';
import { describe, expect, it } from 'vitest';
import { whileSettling } from './whileSettling.ts';

const { KafkaJSNumberOfRetriesExceeded, KafkaJSProtocolError } = kafkajs;
const ofKafkajs = (type: string) => new KafkaJSProtocolError(Object.assign(new Error(type), { type, code: 3 }));
const retried = (cause: Error) => new KafkaJSNumberOfRetriesExceeded(cause, { retryCount: 4, retryTime: 1_000 });

const failing = (errors: unknown[]) => {
  const left = [...errors];
  return async () => {
    if (left.length) throw left.shift();
    return 'done';
  };
};

describe('while a cluster settles', () => {
  it.each([
    ['UNKNOWN_TOPIC_OR_PARTITION', ofKafkajs('UNKNOWN_TOPIC_OR_PARTITION')],
    ['LEADER_NOT_AVAILABLE', ofKafkajs('LEADER_NOT_AVAILABLE')],
    ['one that kafkajs has tried again', retried(ofKafkajs('UNKNOWN_TOPIC_OR_PARTITION'))],
    ['an answer that @platformatic/kafka has', new ProtocolError('UNKNOWN_TOPIC_OR_PARTITION')],
    ['the metadata of a topic that @platformatic/kafka does not find yet', new UserError('Unknown topic stores.v1.')],
    [
      'TOPIC_ALREADY_EXISTS of one of several',
      new MultipleErrors('failed', [new MultipleErrors('failed', [new ProtocolError('TOPIC_ALREADY_EXISTS')])]),
    ],
  ])('tries again after %s', async (_, error) => {
    expect(await whileSettling(failing([error, error]), 10_000)).toBe('done');
  });

  it.each([
    ['what the broker does not let us do', ofKafkajs('TOPIC_AUTHORIZATION_FAILED')],
    ['no connection', new MultipleErrors('failed', [Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })])],
  ])('does not try again after %s', async (_, error) => {
    await expect(whileSettling(failing([error]), 10_000)).rejects.toBe(error);
  });

  it('gives up in time', async () => {
    const error = new ProtocolError('UNKNOWN_TOPIC_OR_PARTITION');
    await expect(
      whileSettling(async () => {
        throw error;
      }, 30),
    ).rejects.toBe(error);
  });
});
