import { expect, it } from 'vitest';
import { timelineText, type TimelineEntry } from './timelineText.ts';

const entry = (over: Partial<TimelineEntry>): TimelineEntry => ({
  at: '2026-06-01T10:00:00.000Z',
  endedAt: null,
  kind: 'EVENT',
  domain: 'orders',
  name: 'OrderCreated',
  outcome: null,
  detail: null,
  actor: null,
  onBehalfOf: null,
  traceId: 'a'.repeat(32),
  ...over,
});

it('has a line for each entry, says how long it took, and names a trace where another one begins', () => {
  expect(
    timelineText([
      entry({ actor: 'user' }),
      entry({
        kind: 'STEP',
        name: 'authorise',
        endedAt: '2026-06-01T10:00:00.250Z',
        outcome: 'FAILED',
        detail: 'down',
      }),
      entry({
        kind: 'CALL',
        domain: 'payments',
        name: 'provider: void',
        traceId: null,
        actor: 'service:orders',
        onBehalfOf: 'user',
      }),
      entry({
        kind: 'WEBHOOK_IN',
        domain: 'webhooks',
        name: 'payments',
        traceId: 'b'.repeat(32),
        endedAt: '2026-06-01T10:01:00.000Z',
      }),
    ]),
  ).toEqual([
    `2026-06-01 10:00:00.000             orders    event       OrderCreated            by user                     trace ${'a'.repeat(32)}`,
    '2026-06-01 10:00:00.000     250 ms  orders    step        authorise       FAILED  down',
    '2026-06-01 10:00:00.000  not ended  payments  call        provider: void          by service:orders for user',
    `2026-06-01 10:00:00.000       60 s  webhooks  webhook in  payments                                            trace ${'b'.repeat(32)}`,
  ]);
});
