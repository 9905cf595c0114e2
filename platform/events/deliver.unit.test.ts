import { describe, expect, it } from 'vitest';
import type { EventEnvelope } from './defineEvent.ts';
import { checkMessage } from './deliver.ts';
import { CounterRaised } from './fixtures/counterDomain.ts';
import { onEvent } from './onEvent.ts';

const consumer = onEvent(CounterRaised, 'test.counterRaised', async () => undefined);
const event: EventEnvelope = {
  eventId: '01a205c8-5504-769c-b9f4-cfd6752aa136',
  eventType: 'CounterRaised',
  version: '1.0',
  timestamp: '2026-01-02T03:04:05.678Z',
  source: 'counters-service',
  data: { counter: 'a', group: 'g', by: 1 },
  metadata: {
    aggregateId: 'counter:a',
    aggregateVersion: 1,
    causationId: 'c',
    correlationId: 'c',
    traceparent: 't',
    actor: 'user:u',
  },
};

describe('a message', () => {
  it('is read as its definition says, without what it does not know', () => {
    expect(
      checkMessage(consumer, { ...event, version: '1.4', data: { counter: 'a', group: 'g', by: 1, colour: 'red' } }),
    ).toEqual({ kind: 'event', event: { ...event, version: '1.4' } });
  });

  it('of another type is ignored, whatever its version and shape', () => {
    expect(checkMessage(consumer, { ...event, eventType: 'SomethingElse', version: '9.0', data: null })).toEqual({
      kind: 'ignored',
    });
  });

  it('that is nothing to the consumer is ignored; one that it could not read is not', () => {
    const large = onEvent(
      CounterRaised,
      'test.large',
      async () => undefined,
      ({ data }) => data.by > 10,
    );
    expect(checkMessage(large, event).kind).toBe('ignored');
    expect(checkMessage(large, { ...event, data: { counter: 'a', group: 'g', by: 11 } }).kind).toBe('event');
    expect(checkMessage(large, { ...event, data: { counter: 'a' } }).kind).toBe('unreadable');
  });

  it.each([
    [null, 'not an event envelope: (root)'],
    ['text', 'not an event envelope: (root)'],
    [[], 'not an event envelope'],
    [{ ...event, eventId: 'x' }, 'not an event envelope: eventId'],
    [{ ...event, timestamp: 'yesterday' }, 'not an event envelope: timestamp'],
    [
      { ...event, metadata: { ...event.metadata, aggregateVersion: 0 } },
      'not an event envelope: metadata.aggregateVersion',
    ],
    [{ ...event, version: '2.0' }, 'unknown version 2.0 of CounterRaised; this consumer knows 1.0'],
    [{ ...event, data: { counter: 'a', group: 'g', by: 'much' } }, 'invalid CounterRaised 1.0: by'],
  ])('that can never be handled says why: %#', (value, reason) => {
    expect(checkMessage(consumer, value)).toEqual({ kind: 'unreadable', reason: expect.stringContaining(reason) });
  });

  it('is checked once, however many consumers hear it', () => {
    let checked = 0;
    const counting = {
      ...CounterRaised,
      schema: CounterRaised.schema.refine(() => (checked += 1)),
    } as typeof CounterRaised;
    const others = ['a', 'b', 'c'].map((name) => onEvent(counting, `test.${name}`, async () => undefined));
    const message = structuredClone(event);
    const read = others.map((other) => checkMessage(other, message));
    expect(read).toEqual([1, 2, 3].map(() => ({ kind: 'event', event })));
    expect(checkMessage(consumer, message).kind).toBe('event');
    expect(checked).toBe(1);
  });

  it('does not repeat the values it refuses', () => {
    expect(
      JSON.stringify(checkMessage(consumer, { ...event, data: { counter: 'a', group: 'g', by: 'secret' } })),
    ).not.toContain('secret');
  });
});
