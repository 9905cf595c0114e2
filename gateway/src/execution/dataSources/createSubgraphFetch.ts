import { GraphQLError, type ExecutionResult } from 'graphql';
import type { Logger } from 'pino';
import type { SubgraphCall, SubgraphHeaders, SubgraphRequest } from '#platform/subgraph/execution.ts';
import type { LabelsOf } from '#platform/telemetry/metricCatalogue.ts';
import type { Metrics } from '#platform/telemetry/metrics.ts';
import { childTraceparent, traceIdOf } from '#platform/telemetry/trace.ts';
import { graphqlAnswer, placesOf } from './graphqlAnswer.ts';
import { InFlight, type Passenger } from './inFlight.ts';
import type { SubgraphFetch, SubgraphFetchContext } from './subgraphFetch.ts';
import { isTextCall } from './textCall.ts';

/** A failure without an answer, at each place that was being fetched. */
const failed = ({ query }: SubgraphRequest, code: string, message: string): ExecutionResult => ({
  errors: placesOf(query).map((path) => new GraphQLError(message, { path, extensions: { code } })),
});

/** Anything that is not plainly a query is taken for a mutation: neither shared nor sent twice. */
export const isQuery = (request: SubgraphRequest): boolean => /^\s*(query\b|\{)/.test(request.query);

/** What the work gives, unless the deadline comes first, or the client goes. */
async function before<T>(
  { deadline, gone }: Pick<SubgraphFetchContext, 'deadline' | 'gone'>,
  work: Promise<T>,
): Promise<T | 'late' | 'abandoned'> {
  let timer: NodeJS.Timeout | undefined;
  let leave: (() => void) | undefined;
  const ended = new Promise<'late' | 'abandoned'>((resolve) => {
    timer = setTimeout(() => resolve('late'), Math.max(0, deadline - Date.now()));
    leave = () => resolve('abandoned');
    gone?.addEventListener('abort', leave, { once: true });
  });
  try {
    return await Promise.race([work, ended]);
  } finally {
    clearTimeout(timer);
    gone?.removeEventListener('abort', leave!);
  }
}

/** Where fetches are counted, and for which channel. */
export interface FetchCounting {
  readonly metrics: Metrics;
  readonly channel: string;
}

/**
 * The way to one subgraph: a token for it, a span of the trace, identical queries in flight shared, never past the
 * deadline, and nothing read for a client that has gone. A query that starts after a mutation through this process
 * ended never joins a read from before it.
 */
export function createSubgraphFetch(
  name: string,
  call: SubgraphCall,
  log: Logger,
  counting?: FetchCounting,
): SubgraphFetch {
  const inFlight = new InFlight();
  let epoch = 0;

  const callOnce = async (request: SubgraphRequest, headers: SubgraphHeaders, signal: AbortSignal) =>
    isTextCall(call) ? call.text(request, headers, signal) : call(request, headers, signal);

  /** By itself, to its end, unless the deadline comes before it was sent. */
  const alone = (request: SubgraphRequest, headers: SubgraphHeaders): Passenger => {
    const late = new AbortController();
    return { result: call(request, headers, late.signal).finally(() => (epoch += 1)), leave: () => late.abort() };
  };

  const keyOf = (request: SubgraphRequest, headers: SubgraphHeaders, context: SubgraphFetchContext) =>
    `${epoch}\n${context.freshness}\n${headers.authorization}\n${request.query}\n${JSON.stringify(request.variables)}`;

  counting?.metrics.begin('subgraphFetches', { channel: counting.channel, subgraph: name });
  const counted = (
    outcome: LabelsOf<'subgraphFetches'>['outcome'],
    began: number,
    result: ExecutionResult,
  ): ExecutionResult => {
    if (counting) {
      const { metrics, channel } = counting;
      metrics.count('subgraphFetches', { channel, subgraph: name, outcome });
      metrics.observe('subgraphFetchDuration', { channel, subgraph: name }, (performance.now() - began) / 1_000);
    }
    return result;
  };

  return async (request, context, inspect) => {
    const began = performance.now();
    const abandoned = () => counted('abandoned', began, failed(request, 'DEADLINE_EXCEEDED', 'The client has gone.'));
    const reads = isQuery(request);
    if (reads && context.gone?.aborted) return abandoned();
    try {
      const headers = {
        authorization: await context.authorizationFor(name),
        traceparent: childTraceparent(context.traceparent),
      };
      const key = reads ? keyOf(request, headers, context) : undefined;
      const { result: work, leave } =
        key === undefined
          ? alone(request, headers)
          : inFlight.share(key, (signal) => callOnce(request, headers, signal));
      const came = await before(reads ? context : { deadline: context.deadline }, work);
      if (came !== 'late' && came !== 'abandoned') {
        const result = graphqlAnswer(came);
        const isSound = inspect?.(result) ?? true;
        return counted(isSound ? (result.errors?.length ? 'error' : 'ok') : 'invalid', began, result);
      }
      work.catch(() => undefined);
      leave();
      // Others may wait for the same.
      if (came === 'abandoned') return abandoned();
      if (key !== undefined) inFlight.forget(key);
      return counted(
        'late',
        began,
        failed(request, 'DEADLINE_EXCEEDED', `The part of the graph that ${name} answers took too long.`),
      );
    } catch (error) {
      log.warn({ err: error, subgraph: name, traceId: traceIdOf(context.traceparent) }, 'a subgraph did not answer');
      return counted(
        'unavailable',
        began,
        failed(request, 'SUBGRAPH_UNAVAILABLE', `The part of the graph that ${name} answers is not available.`),
      );
    }
  };
}
