import { setTimeout as wait } from 'node:timers/promises';
import type { z } from 'zod';
import { refusal } from './bank.ts';
import { behaviourSchema, methodTokens } from './behaviour.ts';
import type { Answer } from './ledger.ts';
import type { Provider } from './provider.ts';
import { amountRequest, authorisationRequest, disputeRequest, payoutRequest, voidRequest } from './requests.ts';

export interface ApiRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** The body as parsed JSON; `{}` if there is none. */
  readonly body: unknown;
  readonly idempotencyKey: string | null;
}

export interface ApiAnswer extends Answer {
  /** The request was carried out, and its connection is to be closed without this answer. */
  readonly lost?: boolean;
  /** The idempotency key was used before: nothing was done, and this is the answer of the first time. */
  readonly replayed?: boolean;
  /** The body is a text of this type instead of JSON. */
  readonly type?: 'text/csv' | 'text/html';
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
  const { data: behaviour, error } = behaviourSchema.safeParse(request.body);
  if (error) return invalidRequest(error);
  provider.behaviour = behaviour;
  return { status: 200, body: behaviour };
}

function read(provider: Provider, { path, query }: ApiRequest): ApiAnswer {
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
  const day = /^\/v1\/settlements\/(\d{4}-\d{2}-\d{2})\.csv$/.exec(path)?.[1];
  if (day !== undefined) return provider.settlementFile(day) ?? notFound;
  const id = /^\/v1\/authorisations\/(\w+)$/.exec(path)?.[1];
  return (id !== undefined && provider.show(id)) || notFound;
}

/** What a POST would do (`work` runs only if its idempotency key is new), or the answer if it is refused at once. */
type Route =
  | {
      readonly kind: 'accepted';
      readonly work: () => Promise<Answer>;
      /**
       * True if the method token asks for this: the work is done, and then the connection is closed without an answer.
       */
      readonly losesAnswer?: boolean;
    }
  | { readonly kind: 'refused'; readonly answer: Answer };

async function post(provider: Provider, request: ApiRequest): Promise<ApiAnswer> {
  const route = routeOf(provider, request);
  if (route.kind === 'refused') return route.answer;
  const { delayMilliseconds } = provider.behaviour;
  const result = await provider.once(request, async () => {
    if (delayMilliseconds > 0) await wait(delayMilliseconds);
    return route.work();
  });
  if (result.replayed || result.status >= 500) return result;
  return route.losesAnswer || provider.takeLostAnswer() ? { ...result, lost: true } : result;
}

function routeOf(provider: Provider, request: ApiRequest): Route {
  if (request.path === '/v1/authorisations') return authorisationWork(provider, request);
  if (request.path === '/v1/payouts')
    return routed(payoutRequest, request.body, (body) => ({
      kind: 'accepted',
      work: () => provider.payOut(body, request),
    }));
  const [, collection, id = '', action] =
    /^\/v1\/(authorisations|captures)\/(\w+)\/(captures|voids|refunds|disputes)$/.exec(request.path) ?? [];
  const route = `${collection ?? ''}/${action ?? ''}`;
  if (route === 'authorisations/captures') {
    return routed(amountRequest, request.body, ({ amount }) => ({
      kind: 'accepted',
      work: async () => provider.capture(id, amount ?? null, request) ?? notFound,
    }));
  }
  if (route === 'authorisations/voids')
    return routed(voidRequest, request.body, () => ({
      kind: 'accepted',
      work: async () => provider.void(id, request) ?? notFound,
    }));
  if (route === 'captures/refunds') {
    return routed(amountRequest, request.body, ({ amount }) => ({
      kind: 'accepted',
      work: async () => provider.refund(id, amount ?? null, request) ?? notFound,
    }));
  }
  if (route === 'captures/disputes') {
    return routed(disputeRequest, request.body, ({ reason }) => ({
      kind: 'accepted',
      work: async () => provider.dispute(id, reason, request) ?? notFound,
    }));
  }
  return { kind: 'refused', answer: notFound };
}

function authorisationWork(provider: Provider, request: ApiRequest): Route {
  return routed(authorisationRequest, request.body, (body) => ({
    kind: 'accepted',
    losesAnswer: body.methodToken === methodTokens.lostAnswer,
    work: async () => {
      if (body.methodToken === methodTokens.slow) await wait(provider.behaviour.slowMilliseconds);
      return provider.authorise(body, request);
    },
  }));
}

function routed<S extends z.ZodType>(schema: S, body: unknown, route: (value: z.output<S>) => Route): Route {
  const result = schema.safeParse(body);
  return result.success ? route(result.data) : { kind: 'refused', answer: invalidRequest(result.error) };
}

/** The answer to a body that does not fit its schema; it names the first thing that is wrong. */
function invalidRequest({ issues: [issue] }: z.ZodError): Answer {
  return refusal(400, 'invalid_request', `${issue?.path.join('.') || 'body'}: ${issue?.message ?? 'not acceptable'}`);
}
