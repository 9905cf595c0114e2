import { setTimeout as wait } from 'node:timers/promises';
import type { z } from 'zod';
import { refusal } from './bank.ts';
import { behaviourSchema, methodTokens } from './behaviour.ts';
import type { Answer } from './ledger.ts';
import type { Provider } from './provider.ts';
import { amountRequest, authorisationRequest, voidRequest } from './requests.ts';

export interface ApiRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** Parsed JSON; `{}` when there is none. */
  readonly body: unknown;
  readonly idempotencyKey: string | null;
}

/** `lost`: carried out, but the caller is not to hear of it. */
export interface ApiAnswer extends Answer {
  readonly lost?: boolean;
  readonly replayed?: boolean;
}

const notFound = refusal(404, 'not_found', 'There is no such thing here.');

/** Answers one authenticated request. */
export async function answer(provider: Provider, request: ApiRequest): Promise<ApiAnswer> {
  if (request.path === '/v1/behaviour') return setBehaviour(provider, request);
  if (!provider.behaviour.available) return refusal(503, 'unavailable', 'The provider is down. Try again later.');
  if (request.method === 'GET') return read(provider, request);
  if (request.method !== 'POST') return refusal(405, 'method_not_allowed', 'Use GET or POST.');
  return post(provider, request);
}

function setBehaviour(provider: Provider, request: ApiRequest): Answer {
  if (request.method === 'GET') return { status: 200, body: provider.behaviour };
  if (request.method !== 'PUT') return refusal(405, 'method_not_allowed', 'Use GET or PUT.');
  return parsed(behaviourSchema, request.body, (behaviour) => {
    provider.behaviour = behaviour;
    return { status: 200, body: behaviour };
  });
}

function read(provider: Provider, { path, query }: ApiRequest): Answer {
  if (path === '/v1/ledger')
    return provider.readLedger(
      query.get('merchantReference'),
      Number(query.get('after') ?? 0),
      Number(query.get('limit') ?? 1_000),
    );
  if (path === '/v1/authorisations') {
    const reference = query.get('merchantReference');
    return reference
      ? provider.showReference(reference)
      : refusal(400, 'invalid_request', 'Say which: ?merchantReference=…');
  }
  const id = /^\/v1\/authorisations\/(\w+)$/.exec(path)?.[1];
  return (id !== undefined && provider.show(id)) || notFound;
}

/** What a POST would do; carried out only when its idempotency key allows. */
type Work = () => Promise<Answer>;

async function post(provider: Provider, request: ApiRequest): Promise<ApiAnswer> {
  const route = workOf(provider, request);
  if ('status' in route) return route;
  const { delayMilliseconds } = provider.behaviour;
  const result = await provider.once(request, async () => {
    if (delayMilliseconds > 0) await wait(delayMilliseconds);
    return route.work();
  });
  if (result.replayed || result.status >= 500) return result;
  return route.losesAnswer || provider.takeLostAnswer() ? { ...result, lost: true } : result;
}

function workOf(provider: Provider, request: ApiRequest): Answer | { work: Work; losesAnswer?: boolean } {
  if (request.path === '/v1/authorisations') return authorisationWork(provider, request);
  const [, collection, id = '', action] =
    /^\/v1\/(authorisations|captures)\/(\w+)\/(captures|voids|refunds)$/.exec(request.path) ?? [];
  const route = `${collection ?? ''}/${action ?? ''}`;
  if (route === 'authorisations/captures') {
    return parsed(amountRequest, request.body, ({ amount }) => ({
      work: async () => provider.capture(id, amount ?? null, request) ?? notFound,
    }));
  }
  if (route === 'authorisations/voids')
    return parsed(voidRequest, request.body, () => ({ work: async () => provider.void(id, request) ?? notFound }));
  if (route === 'captures/refunds') {
    return parsed(amountRequest, request.body, ({ amount }) => ({
      work: async () => provider.refund(id, amount ?? null, request) ?? notFound,
    }));
  }
  return notFound;
}

function authorisationWork(provider: Provider, request: ApiRequest): Answer | { work: Work; losesAnswer?: boolean } {
  return parsed(authorisationRequest, request.body, (body) => ({
    losesAnswer: body.methodToken === methodTokens.lostAnswer,
    work: async () => {
      if (body.methodToken === methodTokens.slow) await wait(provider.behaviour.slowMilliseconds);
      return provider.authorise(body, request);
    },
  }));
}

function parsed<S extends z.ZodType, R>(schema: S, body: unknown, use: (value: z.output<S>) => R): R | Answer {
  const result = schema.safeParse(body);
  if (result.success) return use(result.data);
  const issue = result.error.issues[0];
  return refusal(400, 'invalid_request', `${issue?.path.join('.') || 'body'}: ${issue?.message ?? 'not acceptable'}`);
}
