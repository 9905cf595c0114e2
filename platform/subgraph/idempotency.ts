import { createHash } from 'node:crypto';
import { actorOf, type Principal } from '#platform/identity/principal.ts';
import { charactersIn } from './characters.ts';
import { CodedError } from './codedError.ts';

interface SqlTx {
  $queryRawUnsafe<T = unknown>(sql: string, ...params: unknown[]): Promise<T>;
  $executeRawUnsafe(sql: string, ...params: unknown[]): Promise<number>;
}

/** The idempotency key was used before, for a request with another body. */
export class IdempotencyKeyReused extends CodedError {
  constructor() {
    super(
      'IDEMPOTENCY_KEY_REUSED',
      'This idempotency key was used before with another body. Use a new key for a new request.',
    );
  }
}

export interface IdempotentRequest {
  readonly principal: Principal;
  readonly mutation: string;
  /** Chosen by the client, 1 to 128 characters. */
  readonly key: string;
  /**
   * The request's input, as JSON data. The order of properties does not matter, nor whether one is null or missing: in
   * an input both mean the same.
   */
  readonly body: unknown;
  readonly now: Date;
}

/** @throws CodedError BAD_USER_INPUT for a key that has not 1 to 128 characters */
export function requireIdempotencyKey(key: string): void {
  const characters = charactersIn(key);
  if (characters >= 1 && characters <= 128) return;
  throw new CodedError('BAD_USER_INPUT', '`idempotencyKey` has 1 to 128 characters; a UUID is a good one.');
}

function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  const said = Object.entries(value).filter(([, each]) => each !== null && each !== undefined);
  return Object.fromEntries(said.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, each]) => [key, canonical(each)]));
}

const hashOf = (body: unknown) =>
  createHash('sha256')
    .update(JSON.stringify(canonical(body)) ?? 'undefined')
    .digest('base64url');

const idOf = (request: IdempotentRequest) => [actorOf(request.principal), request.mutation, request.key] as const;

/**
 * Returns the result of an earlier request with the same key, if there was one. Use it before work that calls other
 * domains ahead of its transaction, to save those calls; `idempotent` still has to guard the transaction.
 * @throws IdempotencyKeyReused when the earlier request had another body
 */
export async function earlierResult<Result>(
  db: SqlTx,
  request: IdempotentRequest,
): Promise<{ readonly result: Result } | undefined> {
  const [known] = await db.$queryRawUnsafe<{ body_hash: string; result: Result }[]>(
    `SELECT body_hash, result FROM platform.idempotency WHERE principal = $1 AND mutation = $2 AND key = $3`,
    ...idOf(request),
  );
  if (known && known.body_hash !== hashOf(request.body)) throw new IdempotencyKeyReused();
  return known && { result: known.result };
}

/**
 * Runs `work` once per principal, mutation and key, within the caller's transaction, and stores its result (JSON data).
 * Every later call with the same key and body gets that result, for 30 days. A call that comes while the first one runs
 * waits until that one has committed.
 * @throws IdempotencyKeyReused when the key was used with another body
 */
export async function idempotent<Result>(
  tx: SqlTx,
  request: IdempotentRequest,
  work: () => Promise<Result>,
): Promise<Result> {
  requireIdempotencyKey(request.key);
  const id = idOf(request);
  const hash = hashOf(request.body);
  const claimed = await tx.$executeRawUnsafe(
    `INSERT INTO platform.idempotency (principal, mutation, key, body_hash, at) VALUES ($1, $2, $3, $4, $5::timestamptz) ON CONFLICT DO NOTHING`,
    ...id,
    hash,
    request.now.toISOString(),
  );
  if (claimed === 0) {
    const [known] = await tx.$queryRawUnsafe<{ body_hash: string; result: Result }[]>(
      `SELECT body_hash, result FROM platform.idempotency WHERE principal = $1 AND mutation = $2 AND key = $3`,
      ...id,
    );
    if (known?.body_hash !== hash) throw new IdempotencyKeyReused();
    return known.result;
  }
  const result = await work();
  await tx.$executeRawUnsafe(
    `UPDATE platform.idempotency SET result = $4::jsonb WHERE principal = $1 AND mutation = $2 AND key = $3`,
    ...id,
    JSON.stringify(result),
  );
  return result;
}
