import { z } from 'zod';

/** The bodies of the API's POSTs. Amounts are in minor units. */
const amount = z.int().positive().max(2_147_483_647);

export const authorisationRequest = z.strictObject({
  /** The merchant's own name for the payment, by which it can be found if an answer was lost. */
  merchantReference: z.string().min(1).max(80),
  amount,
  currency: z.string().regex(/^[A-Z]{3}$/),
  methodToken: z.string().regex(/^tok_[a-z0-9_]{1,60}$/),
});

/** Without an amount, all that is left is captured or refunded. */
export const amountRequest = z.strictObject({ amount: amount.optional() });

export const disputeRequest = z.strictObject({ reason: z.string().regex(/^[a-z_]{1,60}$/) });

export const voidRequest = z.strictObject({});

export const payoutRequest = z.strictObject({
  merchantReference: z.string().min(1).max(80),
  /** The receiver's account, which the provider has opened for them. */
  account: z.string().regex(/^acct_[a-z0-9_]{1,60}$/),
  amount,
  currency: z.string().regex(/^[A-Z]{3}$/),
});
