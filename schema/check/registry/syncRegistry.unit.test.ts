import { expect, it } from 'vitest';
import { z } from 'zod';
import { defineEvent } from '#platform/events/defineEvent.ts';
import { treeOf } from '../against/tree.ts';
import { eventSchemaFolder, eventSchemaOf, type EventSchema } from '../contracts/eventSchema.ts';
import type { SchemaRegistry } from './schemaRegistry.ts';
import { pushToRegistry } from './syncRegistry.ts';

const tree = treeOf(
  'committed',
  new Map(
    ['OrderMoved', 'OrderSplit'].map((name) => [
      `${eventSchemaFolder}/${name}.schema.json`,
      JSON.stringify(
        eventSchemaOf(
          defineEvent({ name, domain: 'orders', version: '1.0', schema: z.object({}), aggregate: () => 'a' }),
        ),
      ),
    ]),
  ),
);

/** A registry that is cut off at one of the calls that change something. */
class CutRegistry {
  readonly schemas = new Map<string, EventSchema>();
  readonly levels = new Set<string>();
  left = Infinity;

  latest = (subject: string) => Promise.resolve(this.schemas.get(subject));
  accepts = () => Promise.resolve(true);
  register = (subject: string, schema: EventSchema) => this.#change(() => this.schemas.set(subject, schema));
  keepForward = (subject: string) => this.#change(() => this.levels.add(subject));

  async #change(change: () => unknown): Promise<void> {
    await Promise.resolve();
    if (this.left-- <= 0) throw new Error('cut off');
    change();
  }
}

it('goes on where a push was cut off, wherever that was, and leaves each subject at its level', async () => {
  for (let at = 0; at < 4; at += 1) {
    const registry = new CutRegistry();
    registry.left = at;
    await expect(pushToRegistry(tree, registry as unknown as SchemaRegistry)).rejects.toThrow('cut off');
    registry.left = Infinity;
    await pushToRegistry(tree, registry as unknown as SchemaRegistry);
    expect([...registry.schemas.keys()].sort()).toEqual(['orders.v1-OrderMoved', 'orders.v1-OrderSplit']);
    expect([...registry.levels].sort()).toEqual(['orders.v1-OrderMoved', 'orders.v1-OrderSplit']);
  }
});
