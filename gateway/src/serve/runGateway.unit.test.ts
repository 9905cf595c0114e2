import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { composeGraph } from '#schema/compose/composeGraph.ts';
import { fixture, fixtureSources, type Fixture } from '../testkit/fixtureGraph.ts';
import type { RunningChannel } from './gatewayRuntime.ts';
import { runGateway } from './runGateway.ts';

let parts: Fixture;
let gateway: RunningChannel;

beforeAll(async () => {
  parts = await fixture();
  gateway = await runGateway(
    {
      profile: 'production',
      port: 0,
      host: '127.0.0.1',
      subgraphCall: parts.subgraphCall,
      identity: parts.identity,
      log: parts.log,
      origins: ['https://staff.example.com'],
    },
    composeGraph('fixture', fixtureSources()),
  );
});
afterAll(() => gateway.close());

const ask = async (query: string, authorization?: string) => {
  const response = await fetch(gateway.url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/graphql-response+json',
      ...(authorization ? { authorization } : {}),
    },
    body: JSON.stringify({ query }),
  });
  return {
    status: response.status,
    body: (await response.json()) as { data?: unknown; errors?: { message: string; extensions: { code: string } }[] },
  };
};

describe('the gateway in production', () => {
  it('serves staff the full graph', async () => {
    expect(await ask('{audit shops{id}}', `Bearer ${await parts.token('admin')}`)).toEqual({
      status: 200,
      body: { data: { audit: 'seen', shops: [{ id: '1' }, { id: '2' }] } },
    });
  });

  it('lets web apps of the origins call that it is told of, and no others', async () => {
    const allowed = async (origin: string) =>
      (
        await fetch(gateway.url, {
          method: 'OPTIONS',
          headers: { origin, 'access-control-request-method': 'POST' },
        })
      ).headers.get('access-control-allow-origin');
    expect(await Promise.all(['https://staff.example.com', 'https://www.example.com'].map(allowed))).toEqual([
      'https://staff.example.com',
      null,
    ]);
  });

  it('refuses callers without a token, and roles that it does not admit', async () => {
    expect((await ask('{audit}')).status).toBe(401);
    expect((await ask('{__schema{queryType{name}}}')).status).toBe(401);
    expect((await ask('{audit}', `Bearer ${await parts.token('customer')}`)).status).toBe(403);
  });

  it('allows no introspection and suggests no names', async () => {
    const staff = `Bearer ${await parts.token('manager')}`;
    expect((await ask('{__schema{queryType{name}} shops{id}}', staff)).body.errors?.[0]?.extensions.code).toBe(
      'INTROSPECTION_DISABLED',
    );
    const misspelt = await ask('query($x: Mod){shopz{id} shop(idd:"1"){id}}', staff);
    expect(misspelt.status).toBe(400);
    expect(JSON.stringify(misspelt.body)).not.toContain('Did you mean');
  });
});
