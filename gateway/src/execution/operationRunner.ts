import type { ExecutionResult } from 'graphql';
import type { Principal } from '#platform/identity/principal.ts';
import type { Metrics } from '#platform/telemetry/metrics.ts';
import { errorCodes } from '#schema/errorCodes.ts';
import type { LoadGate } from '../access/loadGate.ts';
import type { RateHeaders } from '../access/rates.ts';
import type { AdmittedDocument } from '../documents/admission.ts';
import type { KeptAnswer } from '../kept/keptAnswers.ts';
import { isKeptAnswer, type KeptOperations } from '../kept/keptOperations.ts';
import type { LiveGraph } from './liveGraph.ts';
import type { Caller } from './pipeline.ts';

export interface OperationRunnerOptions {
  /** The channel's name, for metrics. */
  readonly name: string;
  readonly live: LiveGraph;
  readonly callerOf: (principal: Principal, traceparent: string, authorization: string | undefined) => Caller;
  readonly load: LoadGate;
  /** Undefined where no answers are kept. */
  readonly kept?: KeptOperations | undefined;
  readonly metrics?: Metrics | undefined;
}

/** Who asks for an operation, and by which request. */
export interface AskedFor {
  readonly variables: Record<string, unknown>;
  readonly principal: Principal;
  readonly authorization: string | undefined;
  readonly traceparent: string;
  /** Where the request comes from. */
  readonly address: string;
  /** Aborted when the client has gone. */
  readonly gone: AbortSignal;
  /** Hears how the caller stands to its rates. */
  readonly tell?: (headers: RateHeaders) => void;
}

/** What an operation came to; bytes are an answer without errors. */
export type RunBody = Buffer | ExecutionResult | KeptAnswer;

export const isKept = (body: RunBody): body is KeptAnswer => !Buffer.isBuffer(body) && isKeptAnswer(body);

/** The way of an admitted query or mutation, whatever the transport: cost → turn → kept answers → execution. */
export class OperationRunner {
  readonly #options: OperationRunnerOptions;

  constructor(options: OperationRunnerOptions) {
    this.#options = options;
    for (const code of Object.keys(errorCodes))
      options.metrics?.begin('graphqlErrors', { channel: options.name, code });
  }

  /**
   * Runs what was asked for by a request that was counted.
   * @throws Refusal for variables that do not fit or ask for too much, and for a caller who changes too much
   */
  async run(
    admitted: AdmittedDocument,
    { principal, authorization, traceparent, address, gone, tell, ...asked }: AskedFor,
  ): Promise<{ body: RunBody; cost: number }> {
    const { live, load, kept, metrics, name: channel } = this.#options;
    const { prepared, trusted, release } = admitted;
    const { pipeline } = live.current;
    const caller = this.#options.callerOf(principal, traceparent, authorization);
    const variables = pipeline.coerce(prepared, asked.variables);
    const cost = prepared.cost.of(variables);
    metrics?.observe('operationCost', { channel, operation: trusted ?? 'other' }, cost);
    // Answers are kept by name, and an older build's document of the same name asks for something else.
    const asKept = !release && kept?.isKept(trusted) ? { operation: trusted, prepared, variables, caller } : undefined;
    const found = asKept && kept!.find(asKept, live.current);
    if (found) return { body: found, cost };
    const leave = await load.enter(admitted, principal, address, tell);
    try {
      const body = asKept
        ? await kept!.answer(asKept, live.current)
        : await pipeline.answer(prepared, variables, caller, { gone });
      return { body, cost };
    } finally {
      leave();
    }
  }

  /**
   * Counts a request. `operation` is the name of a trusted document, or `other`: names that clients choose would make
   * any number of time series. `seconds` is undefined for event streams, whose length says nothing of response times.
   */
  count(operation: string, status: number, errors: ExecutionResult['errors'], seconds?: number): void {
    const { metrics, name: channel } = this.#options;
    metrics?.count('httpRequests', { channel, operation, status: String(status) });
    if (seconds !== undefined) metrics?.observe('httpRequestDuration', { channel, operation }, seconds);
    for (const error of errors ?? []) {
      const code = String(error.extensions['code']);
      // Supergraphs of others have error codes of their own, which would make any number of time series.
      metrics?.count('graphqlErrors', { channel, code: code in errorCodes ? code : 'other' });
    }
  }
}
