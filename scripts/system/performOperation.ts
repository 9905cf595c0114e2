import type pg from 'pg';
import { StartupError } from '#platform/config/startupError.ts';
import {
  operationState,
  requestOperation,
  UnknownReadModelError,
  type OperationRequest,
} from '#platform/events/operations.ts';
import { withDomainPool, type UrlOf } from './withDomainPool.ts';

export interface OperationParts {
  readonly flags: Readonly<Record<string, string>>;
  /** Of a domain's database. */
  readonly urlOf: UrlOf;
  readonly print: (line: string) => void;
}

/**
 * Asks for the work and waits for it. @returns its result, or undefined if it failed or was not done in time, having
 * said so.
 */
export function performOperation(parts: OperationParts, domain: string, request: OperationRequest): Promise<unknown> {
  const deadline = Date.now() + 1_000 * numberOf(parts.flags['WAIT'] ?? '600', 'seconds to wait');
  const impatient = Date.now() + 5_000;
  return withPool(parts, domain, async (pool) => {
    const id = await requestOperation(pool, request);
    let said: unknown = null;
    for (let told = false; ;) {
      const { startedAt, finishedAt, result, error } = await operationState(pool, id);
      if (!finishedAt && result !== null && JSON.stringify(result) !== JSON.stringify(said)) {
        said = result;
        parts.print(`${domain}: ${JSON.stringify(result)} so far`);
      }
      if (finishedAt) {
        if (error !== null) parts.print(`it failed: ${error}`);
        return error === null ? result : undefined;
      }
      if (Date.now() > deadline) {
        parts.print(`not done yet: it goes on, or is done when ${domain} starts`);
        return undefined;
      }
      if (!told && !startedAt && Date.now() > impatient) {
        told = true;
        parts.print(`nobody has begun: does ${domain} run?`);
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  });
}

export const withPool = <T>(
  { urlOf }: Pick<OperationParts, 'urlOf'>,
  domain: string,
  work: (pool: pg.Pool) => Promise<T>,
): Promise<T> =>
  withDomainPool(urlOf, domain, async (pool) => {
    try {
      return await work(pool);
    } catch (error) {
      if (error instanceof UnknownReadModelError) throw new StartupError(`${domain}: ${error.message}.`);
      throw error;
    }
  });

export function numberOf(text: string | undefined, what: string): number {
  if (text === undefined || !/^\d{1,15}$/.test(text)) throw new StartupError(`${text ?? 'nothing'} is not ${what}.`);
  return Number(text);
}
