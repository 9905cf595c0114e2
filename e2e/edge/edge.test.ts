import { beforeAll, expect, test } from 'vitest';
import { edgeExamples, type EdgeExample } from '../../ops/edge/examples.ts';
import { answerHeaders, edgePolicies } from '../../ops/edge/policies.ts';
import { sharedSystem } from '../harness/sharedSystem.ts';
import type { TestSystem } from '../harness/startTestSystem.ts';

let system: TestSystem;
beforeAll(async () => {
  system = await sharedSystem();
});

async function send({ channel, method, path, headers, as, body, bodyBytes }: EdgeExample): Promise<Response> {
  const authorization = as !== undefined && `Bearer ${await system.tokenFor({ role: as as never })}`;
  return fetch(new URL(path, system.urlOf(channel)), {
    method,
    headers: { ...headers, ...(authorization && { authorization }) },
    ...(method === 'POST' && {
      body: bodyBytes === undefined ? body : JSON.stringify({ query: ' '.repeat(bodyBytes) }),
    }),
  });
}

/** An error as GraphQL tells it, or REST. */
interface ErrorAnswer {
  readonly errors?: readonly { readonly extensions: { readonly code: string } }[];
  readonly error?: { readonly code: string };
}
const codeIn = ({ errors, error }: ErrorAnswer) => errors?.[0]?.extensions.code ?? error?.code;

test('the runtime answers every example of the edge’s policies as they say, with nothing in front of it', async () => {
  const examples = edgeExamples(await edgePolicies());
  const answered = await Promise.all(
    examples.map(async (example) => {
      const response = await send(example);
      const text = await response.text();
      const code = example.code && codeIn(JSON.parse(text) as ErrorAnswer);
      for (const [name, value] of Object.entries(answerHeaders)) expect(response.headers.get(name)).toBe(value);
      return `${example.name}: ${response.status} ${code ?? ''}`;
    }),
  );
  expect(answered).toEqual(examples.map(({ name, status, code }) => `${name}: ${status} ${code ?? ''}`));
});
