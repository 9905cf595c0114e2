import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { eventCatalogue } from '../eventCatalogue.ts';
import { eventNameProblems } from './eventNames.ts';

const problems = (name: string, schema: z.ZodType = z.object({ orderId: z.string() })) =>
  eventNameProblems({ name, domain: 'orders', schema });

it('the catalogue has every event that a file exports, without a list to maintain', async () => {
  const [files, known] = [readdirSync(new URL('../events/', import.meta.url)), await eventCatalogue()];
  const declared = files
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) =>
      [
        ...readFileSync(new URL(`../events/${file}`, import.meta.url), 'utf8').matchAll(
          /^export const (\w+) = defineEvent\(/gm,
        ),
      ].map(([, name]) => name!),
    );
  expect([...known.keys()].sort()).toEqual(declared.sort());
});

describe('names of events', () => {
  it('in the catalogue follow the conventions', async () => {
    const events = [...(await eventCatalogue()).values()];
    expect(events.length).toBeGreaterThan(0);
    expect(events.flatMap(eventNameProblems)).toEqual([]);
  });

  it.each(['OrderCreated', 'OrderStatusChanged', 'OrderHandedOver', 'OrderSent'])('accept %s', (name) => {
    expect(problems(name)).toEqual([]);
  });

  it.each([
    ['CreateOrder', /begin it with Order/],
    ['OrderCreate', /past tense/],
    ['OrderOver', /past tense/],
    ['orderCreated', /PascalCase/],
    ['Order_Created', /PascalCase/],
    ['PaymentProcessed', /begin it with Order, since orders owns it/],
  ])('refuse %s', (name, message) => {
    expect(problems(name).join('\n')).toMatch(message);
  });

  it('refuse properties that are not camelCase, however deep', () => {
    expect(
      problems(
        'OrderCreated',
        z.object({ order_id: z.string(), lines: z.array(z.object({ MenuItem: z.string().nullable() })) }),
      ),
    ).toEqual([
      'OrderCreated.order_id: write properties in camelCase',
      'OrderCreated.lines.MenuItem: write properties in camelCase',
    ]);
  });
});
