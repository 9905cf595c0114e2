import ajv2020 from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { expect, it } from 'vitest';
import { eventTypes } from '#subgraphs/partners/src/webhooks/eventTypes.ts';
import { asyncApiText } from './asyncApi.ts';

interface Message {
  readonly title: string;
  readonly payload: { readonly properties: { readonly data: { readonly properties: object } } };
  readonly examples?: readonly { readonly payload: unknown }[];
}
interface Document {
  readonly channels: Readonly<Record<string, { readonly messages: object }>>;
  readonly components: { readonly messages: Readonly<Record<string, Message>>; readonly schemas: object };
}

const described = async () => JSON.parse(await asyncApiText()) as Document;

it('has every webhook that apps of partners are told, with the fields that are told and their types', async () => {
  const { channels, components } = await described();
  const messages = Object.keys(channels['partner_webhooks']!.messages).map((name) => components.messages[name]!);
  expect(messages.map(({ title }) => title)).toEqual([...eventTypes.map(({ type }) => type), 'webhook.ping']);
  for (const { type, fields } of eventTypes) {
    const { properties } = messages.find(({ title }) => title === type)!.payload.properties.data;
    expect(Object.keys(properties)).toEqual(fields);
    for (const [name, schema] of Object.entries(properties)) expect([type, name, schema]).not.toEqual([type, name, {}]);
  }
});

it('has examples that its own schemas take', async () => {
  const { components } = await described();
  const ajv = new ajv2020.default({ strict: false });
  formats.default(ajv);
  ajv.addSchema({ $id: 'https://asyncapi.example/all', components });
  let tried = 0;
  for (const [name, { examples = [] }] of Object.entries(components.messages))
    for (const { payload } of examples) {
      const takes = ajv.compile({ $ref: `https://asyncapi.example/all#/components/messages/${name}/payload` });
      takes(payload);
      expect([name, takes.errors]).toEqual([name, null]);
      tried += 1;
    }
  expect(tried).toBeGreaterThan(50);
});
