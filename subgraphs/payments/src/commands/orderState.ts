import type { Payment, PaymentCommand } from '#generated/payments/prisma/client.ts';
import type { Payments } from '../context.ts';
import type { Situation } from '../payment.ts';

/** What a command is about, without the times. */
export type Command = Omit<PaymentCommand, 'createdAt' | 'settledAt'>;
export type Paid = Omit<Payment, 'createdAt' | 'updatedAt' | 'challengeExpiresAt'>;

/** A row by the names of its columns. */
export type Row = Readonly<Record<string, unknown>>;

/** The state as the database tells it. */
interface Told {
  readonly known: Row | null;
  readonly payment: Row | null;
  readonly open: Row | null;
  readonly voided: boolean;
}

/** All that decides about a command of an order. */
export interface OrderState {
  /** The command that has the same key. */
  readonly known: Command | null;
  readonly payment: Paid | null;
  /** The command that has no outcome yet. */
  readonly open: Command | null;
  readonly situation: Situation;
  readonly told: Told;
}

/** A row by the names that Prisma gives to its columns. */
const named = <Model>(row: Row): Model =>
  Object.fromEntries(
    Object.entries(row).map(([column, value]) => [
      column.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()),
      value,
    ]),
  ) as Model;

/**
 * An order that was voided before it had a payment is blocked: an authorisation that arrives later must not charge it.
 */
const stateOf = (told: Told): OrderState => {
  const payment = told.payment && named<Paid>(told.payment);
  return {
    known: told.known && named<Command>(told.known),
    payment,
    open: told.open && named<Command>(told.open),
    situation: payment?.status ?? (told.voided ? 'BLOCKED' : 'NONE'),
    told,
  };
};

/** The state of an order of which nothing was heard before. */
export const unheardOf: OrderState = stateOf({ known: null, payment: null, open: null, voided: false });

export async function readState({ pool }: Payments, orderId: string, key = ''): Promise<OrderState> {
  const { rows } = await pool.query<{ told: Told }>('SELECT order_state($1, $2::uuid) AS told', [key, orderId]);
  return stateOf(rows[0]!.told);
}

/** What a command writes. */
export interface Written {
  readonly command: Row;
  /** Null where there is none, and where it stays as it is. */
  readonly payment: Row | null;
}

/**
 * Writes what was decided on a state, if the order is still in it; see the migration.
 * @returns the state that the order is in otherwise, on which has to be decided anew; undefined once it is written
 */
export async function writeCommand(
  { pool }: Payments,
  { told: seen }: OrderState,
  { command, payment }: Written,
): Promise<OrderState | undefined> {
  const { rows } = await pool.query<{ told: Told | null }>(
    'SELECT write_command($1::jsonb, $2::jsonb, $3::jsonb) AS told',
    [JSON.stringify(seen), JSON.stringify(command), payment && JSON.stringify(payment)],
  );
  const { told } = rows[0]!;
  return told ? stateOf(told) : undefined;
}

/** The command and the payment as they are once they are written. */
export const asWritten = ({ command, payment }: Written): { command: Command; payment: Paid } => ({
  command: named<Command>(command),
  payment: named<Paid>(payment!),
});
