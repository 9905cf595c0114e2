import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { defineEvent } from '#platform/events/defineEvent.ts';
import { describeOnRegistry, startRegistry, type Registry } from '#platform/testkit/registry/apicurio.ts';
import { treeOf, workingTree, type Tree } from '../against/tree.ts';
import { eventSchemaFolder, eventSchemaOf, type EventSchema } from '../contracts/eventSchema.ts';
import { SchemaRegistry } from './schemaRegistry.ts';
import { compareWithRegistry, pushToRegistry } from './syncRegistry.ts';

const moved = (version: string, shape: z.ZodRawShape) =>
  defineEvent({ name: 'OrderMoved', domain: 'orders', version, schema: z.object(shape), aggregate: () => 'a' });
const base = { orderId: z.string(), to: z.enum(['READY', 'DONE']), note: z.string().nullable() };
const committed = (version: string, shape: z.ZodRawShape): Tree =>
  treeOf(
    'committed',
    new Map([[`${eventSchemaFolder}/OrderMoved.schema.json`, JSON.stringify(eventSchemaOf(moved(version, shape)))]]),
  );
const extended = { ...base, at: z.string().optional() };

describeOnRegistry('the schemas of events in a real registry', () => {
  let running: Registry;
  let registry: SchemaRegistry;
  beforeAll(async () => {
    running = await startRegistry();
    registry = new SchemaRegistry(running.url);
  });
  afterAll(() => running?.stop());

  const states = async (tree: Tree) => (await compareWithRegistry(tree, registry)).map(({ state }) => state);

  it('takes all that we have committed, and the same again changes nothing', async () => {
    const tree = workingTree(process.cwd());
    expect(new Set((await pushToRegistry(tree, registry)).map(({ state }) => state))).toEqual(new Set(['new']));
    expect(new Set(await states(tree))).toEqual(new Set(['same']));
  });

  it('takes a minor version, and refuses a breaking one, whoever asks it', async () => {
    await pushToRegistry(committed('1.0', base), registry);
    await pushToRegistry(committed('1.1', extended), registry);
    expect((await registry.latest('orders.v1-OrderMoved'))?.['x-version']).toBe('1.1');

    const breaking = committed('1.2', { ...extended, to: z.number() });
    const [event] = await pushToRegistry(breaking, registry);
    expect(event).toMatchObject({ state: 'refused', reasons: [expect.stringMatching(/`to` has another type/)] });
    expect((await registry.latest('orders.v1-OrderMoved'))?.['x-version']).toBe('1.1');
    await expect(registry.register('orders.v1-OrderMoved', event!.schema)).rejects.toThrow(/answered 409/);
  });

  it('refuses what only our own rules know: a log that new readers could not read', async () => {
    const tree = committed('1.2', { ...extended, by: z.string() });
    expect(await compareWithRegistry(tree, registry)).toMatchObject([
      { state: 'refused', reasons: [expect.stringMatching(/`by` is new and required/)] },
    ]);
  });

  it('refuses a change that kept its version', async () => {
    expect(await states(committed('1.1', { ...extended, by: z.string().optional() }))).toEqual(['refused']);
  });

  it('lets a reader of 1.0 read what was written as the registered 1.1', async () => {
    const written = { orderId: '1', to: 'READY', note: null, at: 'the counter' };
    expect(moved('1.1', extended).schema.parse(written)).toEqual(written);
    expect(moved('1.0', base).schema.parse(written)).toEqual({ orderId: '1', to: 'READY', note: null });
  });

  it('goes on where a push was cut off, also between a schema and the level of its subject', async () => {
    const bare = committed('1.0', base).read(`${eventSchemaFolder}/OrderMoved.schema.json`)!;
    const cut = { ...(JSON.parse(bare) as EventSchema), title: 'OrderCutOff' };
    const tree = treeOf('cut', new Map([[`${eventSchemaFolder}/OrderCutOff.schema.json`, JSON.stringify(cut)]]));
    await registry.register('orders.v1-OrderCutOff', cut);
    expect((await pushToRegistry(tree, registry)).map(({ state }) => state)).toEqual(['same']);
    const breaking = { ...cut, required: [], properties: { ...cut.properties, orderId: { type: 'number' } } };
    await expect(registry.register('orders.v1-OrderCutOff', breaking as EventSchema)).rejects.toThrow(/answered 409/);
  });

  it('says which registry does not answer', async () => {
    await expect(new SchemaRegistry('http://u:p@127.0.0.1:9/').latest('a')).rejects.toThrow(
      /^The registry at http:\/\/127\.0\.0\.1:9 does not answer/,
    );
  });
});
