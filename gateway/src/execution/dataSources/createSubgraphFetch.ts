import { GraphQLError, type ExecutionResult } from 'graphql';
import type { Logger } from 'pino';
import type { SubgraphCall, SubgraphHeaders, SubgraphRequest } from '#platform/subgraph/execution.ts';
import { BrokenCircuitError } from '#platform/outward/circuit.ts';
import type { LabelsOf } from '#platform/telemetry/metricCatalogue.ts';
import type { Metrics } from '#platform/telemetry/metrics.ts';
import { childTraceparent, traceIdOf } from '#platform/telemetry/trace.ts';
import { graphqlAnswer, placesOf } from './graphqlAnswer.ts';
import { isByteCall } from './byteCall.ts';
import { InFlight, type Came, type Passenger } from './inFlight.ts';
import { Landed } from './landed.ts';
import {
  resultOf,
  type AnswerInspection,
  type FetchedAnswer,
  type SubgraphFetch,
  type SubgraphFetchContext,
  type UnreadAnswer,
  type WrittenRequest,
} from './subgraphFetch.ts';
import type { SubgraphCircuit } from './subgraphCircuits.ts';
import { isQuery, written } from './written.ts';

type Asked = Pick<SubgraphRequest, 'query'>;

/** A failure without an answer, at each place that was being fetched. */
const failed = ({ query }: Asked, code: string, message: string): ExecutionResult => ({
  errors: placesOf(query).map((path) => new GraphQLError(message, { path, extensions: { code } })),
});

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

const read = (result: ExecutionResult): FetchedAnswer => ({ kind: 'read', result });

export interface SubgraphFetchOptions {
  /** Where fetches are counted, and for which channel. */
  readonly counting?: { readonly metrics: Metrics; readonly channel: string } | undefined;
  /** Whether it is asked; by default it always is. */
  readonly circuit?: SubgraphCircuit | undefined;
}

/**
 * The way to one subgraph: a token for it, a span of the trace, identical queries in flight shared, never past the
 * deadline, nothing read for a client that has gone, and nothing sent while it does not answer. A query that starts
 * after a mutation through this process ended never joins a read from before it.
 */
export function createSubgraphFetch(
  name: string,
  call: SubgraphCall,
  log: Logger,
  options: SubgraphFetchOptions = {},
): SubgraphFetch {
  const way = new SubgraphWay(name, log, options);
  if (!isByteCall(call))
    return async (request, context, inspect) => {
      const reads = isQuery(request.query);
      const key = () => `${request.query}\n${JSON.stringify(request.variables)}`;
      const send: Send = (headers, signal) => call(request, headers, signal);
      return resultOf(await way.ask({ query: request.query, reads, key }, context, send, inspect), inspect);
    };
  const unread = (request: WrittenRequest, context: SubgraphFetchContext) =>
    way.ask(
      { query: request.query, reads: request.isQuery, key: () => request.sameAs },
      context,
      async (headers, signal) => new Landed(await call.bytes(request, headers, signal)),
    );
  const fetch: SubgraphFetch = async (request, context, inspect) =>
    resultOf(await unread(written(request), context), inspect);
  return Object.assign(fetch, { unread });
}

/** One who asks a subgraph. */
interface Question extends Asked {
  readonly reads: boolean;
  /** The same for all who ask the same. */
  key(): string;
}

type Send = (headers: SubgraphHeaders, signal: AbortSignal) => Promise<Came>;

class SubgraphWay {
  readonly #inFlight = new InFlight();
  readonly #name: string;
  readonly #log: Logger;
  readonly #counting: SubgraphFetchOptions['counting'];
  readonly #circuit: SubgraphCircuit | undefined;
  #epoch = 0;

  constructor(name: string, log: Logger, { counting, circuit }: SubgraphFetchOptions) {
    this.#name = name;
    this.#log = log;
    this.#counting = counting;
    this.#circuit = circuit;
    counting?.metrics.begin('subgraphFetches', { channel: counting.channel, subgraph: name });
  }

  /** @param inspect of an answer that is no bytes */
  async ask(
    asked: Question,
    context: SubgraphFetchContext,
    send: Send,
    inspect?: AnswerInspection,
  ): Promise<FetchedAnswer> {
    const began = performance.now();
    if (asked.reads && context.gone?.aborted) return read(this.#abandoned(asked, began));
    try {
      const headers = {
        authorization: await context.authorizationFor(this.#name),
        traceparent: childTraceparent(context.traceparent),
      };
      const {
        result: work,
        leave,
        forget,
      } = asked.reads
        ? this.#inFlight.share(
            asked.key(),
            `${this.#epoch}\n${context.freshness}\n${headers.authorization}`,
            (signal) => this.#guarded(() => send(headers, signal), signal),
          )
        : this.#alone((signal) => send(headers, signal));
      const came = await before(asked.reads ? context : { deadline: context.deadline }, work);
      if (came !== 'late' && came !== 'abandoned') {
        const readCame = (look?: AnswerInspection) => this.#read(came, asked, context, began, look);
        return came instanceof Landed ? this.#unread(came, readCame, began) : read(readCame(inspect));
      }
      work.catch(() => undefined);
      leave();
      // Others may wait for the same.
      if (came === 'abandoned') return read(this.#abandoned(asked, began));
      forget?.();
      const message = `The part of the graph that ${this.#name} answers took too long.`;
      return read(this.#counted('late', began, failed(asked, 'DEADLINE_EXCEEDED', message)));
    } catch (error) {
      return read(this.#unavailable(error, asked, context, began));
    }
  }

  /** By itself, to its end, unless the deadline comes before it was sent. */
  #alone(send: (signal: AbortSignal) => Promise<Came>): Passenger {
    const late = new AbortController();
    const { signal } = late;
    const result = this.#guarded(() => send(signal).finally(() => (this.#epoch += 1)), signal);
    return { result, leave: () => late.abort() };
  }

  #guarded = (send: () => Promise<Came>, left: AbortSignal): Promise<Came> =>
    this.#circuit ? this.#circuit.send(send, left) : send();

  #read(
    came: Came,
    asked: Asked,
    context: SubgraphFetchContext,
    began: number,
    inspect: AnswerInspection | undefined,
  ): ExecutionResult {
    try {
      const result = came instanceof Landed ? came.read() : graphqlAnswer(came);
      const isSound = inspect?.(result) ?? true;
      return this.#counted(isSound ? (result.errors?.length ? 'error' : 'ok') : 'invalid', began, result);
    } catch (error) {
      return this.#unavailable(error, asked, context, began);
    }
  }

  #unread(landed: Landed, read: UnreadAnswer['read'], began: number): UnreadAnswer {
    return {
      kind: 'unread',
      bytes: landed.bytes,
      taken: () => this.#count('ok', began),
      read,
    };
  }

  #unavailable(error: unknown, asked: Asked, context: SubgraphFetchContext, began: number): ExecutionResult {
    const subgraph = this.#name;
    const isOpen = error instanceof BrokenCircuitError;
    if (!isOpen)
      this.#log.warn({ err: error, subgraph, traceId: traceIdOf(context.traceparent) }, 'a subgraph did not answer');
    const message = `The part of the graph that ${subgraph} answers is not available.`;
    return this.#counted(isOpen ? 'open' : 'unavailable', began, failed(asked, 'SUBGRAPH_UNAVAILABLE', message));
  }

  #abandoned = (asked: Asked, began: number): ExecutionResult =>
    this.#counted('abandoned', began, failed(asked, 'DEADLINE_EXCEEDED', 'The client has gone.'));

  #counted(outcome: Outcome, began: number, result: ExecutionResult): ExecutionResult {
    this.#count(outcome, began);
    return result;
  }

  #count(outcome: Outcome, began: number): void {
    if (!this.#counting) return;
    const { metrics, channel } = this.#counting;
    metrics.count('subgraphFetches', { channel, subgraph: this.#name, outcome });
    metrics.observe('subgraphFetchDuration', { channel, subgraph: this.#name }, (performance.now() - began) / 1_000);
  }
}

type Outcome = LabelsOf<'subgraphFetches'>['outcome'];
