import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Verifier } from '@pact-foundation/pact';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { temporaryFolder } from '#platform/testkit/temporaryFolder.ts';
import { verifyPact, type StateHandlers } from './verifyPact.ts';

let server: Server;
let answer: unknown;
beforeAll(async () => {
  server = createServer((_, response) =>
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer)),
  );
  await once(server.listen(0, '127.0.0.1'), 'listening');
});
afterAll(() => void server.close());

const type = { combine: 'AND', matchers: [{ match: 'type' }] };
const body = { content: { name: 'Berlin' }, contentType: 'application/json', encoded: false };
const interaction = {
  type: 'Synchronous/HTTP',
  description: 'a store',
  pending: false,
  providerStates: [{ name: 'seeded' }],
  request: { method: 'GET', path: '/' },
  response: { status: 200, body, matchingRules: { body: { '$.name': type } } },
};
const pactOf = (over: object = {}) => ({
  ...{ consumer: { name: 'lunchbox' }, provider: { name: 'rest' }, interactions: [{ ...interaction, ...over }] },
  metadata: { pactSpecification: { version: '4.0' } },
});
const regex = (expression: string) => ({
  response: {
    ...{ status: 200, body },
    matchingRules: { body: { '$.name': { combine: 'AND', matchers: [{ match: 'regex', regex: expression }] } } },
  },
});
const seeded: StateHandlers = { seeded: () => Promise.resolve(undefined) };

interface Trial {
  readonly pact: object;
  readonly answer?: unknown;
  readonly states?: StateHandlers;
  readonly environment?: Readonly<Record<string, string>>;
}

async function verify(trial: Trial): Promise<string | undefined> {
  const file = join(temporaryFolder('pacts'), 'lunchbox-rest.json');
  writeFileSync(file, JSON.stringify(trial.pact));
  answer = trial.answer ?? { name: 'Hamburg' };
  Object.assign(process.env, trial.environment);
  try {
    return await verifyPact({
      ...{ file, provider: 'rest', states: trial.states ?? seeded },
      run: (stateHandlers) =>
        new Verifier({
          provider: 'rest',
          providerBaseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
          pactUrls: [file],
          stateHandlers: stateHandlers as never,
          logLevel: 'error',
        }).verifyProvider(),
    });
  } finally {
    for (const name of Object.keys(trial.environment ?? {})) delete process.env[name];
  }
}

it('a pact that is kept is green', async () => {
  expect(await verify({ pact: pactOf() })).toBeUndefined();
});

it.each<[string, Trial, RegExp]>([
  ['a field that is gone', { pact: pactOf(), answer: {} }, /lunchbox and rest/],
  ['no interactions', { pact: { ...pactOf(), interactions: [] } }, /no interactions/],
  ['the pact of another provider', { pact: { ...pactOf(), provider: { name: 'menu' } } }, /about menu, not rest/],
  ['an interaction that is pending', { pact: pactOf({ pending: true }), answer: {} }, /is pending/],
  ['an interaction that expects no body', { pact: pactOf({ response: { status: 200 } }) }, /expects nothing/],
  ['a state that nobody sets up', { pact: pactOf(), states: {} }, /needs the state "seeded"/],
  [
    'a state whose handler throws',
    { pact: pactOf(), states: { seeded: () => Promise.reject(new Error('no seed')) } },
    /"seeded" was not set up: Error: no seed/,
  ],
  [
    'a filter of the environment that leaves all out',
    { pact: pactOf(), answer: {}, environment: { PACT_DESCRIPTION: 'no such thing' } },
    /only 0 of 1/,
  ],
  ['null where an expression takes it', { pact: pactOf(regex('\\w+')), answer: { name: null } }, /takes null/],
  ['null for a text', { pact: pactOf(), answer: { name: null } }, /lunchbox and rest/],
])('%s is red', async (_, trial, why) => {
  expect(await verify(trial)).toMatch(why);
});
