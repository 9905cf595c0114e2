import { z } from 'zod';

/** Bodies of the API's POSTs. Amounts are minor units. */
const amount = z.int().positive().max(2_147_483_647);

export const authorisationRequest = z.strictObject({
  /** The merchant's own name for the payment; what it can be found by when an answer was lost. */
  merchantReference: z.string().min(1).max(80),
  amount,
  currency: z.string().regex(/^[A-Z]{3}$/),
  methodToken: z.string().regex(/^tok_[a-z0-9_]{1,60}$/),
});

/** Without an amount: all that is left. */
export const amountRequest = z.strictObject({ amount: amount.optional() });

export const voidRequest = z.strictObject({});
