import type { IncomingHttpHeaders } from 'node:http';
import type { Booking } from './ledger.ts';

export type Wanted = Pick<Booking, 'account' | 'key' | 'points' | 'kind'>;

export type Answer =
  | { readonly kind: 'booked' | 'known'; readonly booking: Booking }
  | { readonly kind: 'refused'; readonly code: string };

/** The shape of the partner's API: README.md beside this file has both. */
interface Shape {
  /** The key that the caller gives in the place where this shape has it. */
  readonly keyOf: (headers: IncomingHttpHeaders) => string;
  /** The day whose file is asked for; undefined for another path. */
  readonly dayOf: (path: string) => string | undefined;
  /** What is to be booked; undefined for another request. */
  readonly read: (line: string, headers: IncomingHttpHeaders, body: unknown) => Wanted | 'invalid' | undefined;
  readonly tell: (answer: Answer) => { readonly status: number; readonly body: object };
}

const uuid = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
const whole = (value: unknown): value is number => typeof value === 'number' && Number.isInteger(value) && value > 0;

const accountLine = new RegExp(`^POST /v1/accounts/(${uuid})/(earn|burn)$`);

const accounts: Shape = {
  keyOf: ({ authorization }) => /^Bearer (.+)$/.exec(authorization ?? '')?.[1] ?? '',
  dayOf: (path) => /^\/v1\/files\/(\d{4}-\d{2}-\d{2})\.csv$/.exec(path)?.[1],
  read(line, headers, body) {
    const [, account, kind] = accountLine.exec(line) ?? [];
    if (account === undefined) return undefined;
    const { points } = (body ?? {}) as { points?: unknown };
    const key = headers['idempotency-key'];
    if (!whole(points) || typeof key !== 'string') return 'invalid';
    return { account, key, points, kind: kind === 'earn' ? 'EARN' : 'BURN' };
  },
  tell: (answer) =>
    answer.kind === 'refused'
      ? { status: 422, body: { error: { code: answer.code } } }
      : { status: answer.kind === 'known' ? 200 : 201, body: answer.booking },
};

const transactionLine = new RegExp(`^PUT /v2/transactions/(${uuid})$`);
const kinds: Readonly<Record<string, Booking['kind']>> = { ACCRUAL: 'EARN', REDEMPTION: 'BURN' };

const transactions: Shape = {
  keyOf: (headers) => String(headers['x-api-key'] ?? ''),
  dayOf: (path) => /^\/v2\/statements\/(\d{4}-\d{2}-\d{2})$/.exec(path)?.[1],
  read(line, _headers, body) {
    const [, key] = transactionLine.exec(line) ?? [];
    if (key === undefined) return undefined;
    const { member, type, amount } = (body ?? {}) as Record<string, unknown>;
    const kind = kinds[String(type)];
    if (!whole(amount) || kind === undefined || !new RegExp(`^${uuid}$`).test(String(member))) return 'invalid';
    return { account: String(member), key, points: amount, kind };
  },
  tell: (answer) => ({
    status: 200,
    body:
      answer.kind === 'refused'
        ? { outcome: 'REJECTED', reason: answer.code.toUpperCase() }
        : { outcome: 'POSTED', transaction: answer.booking.entry, postedAt: answer.booking.bookedAt },
  }),
};

export const shapes: readonly Shape[] = [accounts, transactions];
