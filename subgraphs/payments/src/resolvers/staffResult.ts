import type { Payment } from '#generated/payments/prisma/client.ts';
import type { StaffOutcome } from '../commands/onStaffsWord.ts';

/** What each mutation calls the outcomes that are its own. */
interface Names<Success extends string, Refused extends string> {
  readonly success: Success;
  readonly refused: Refused;
  /** What staff can do about the reason of a refusal. */
  readonly adviceOn: (reason: string) => string;
}

type StaffResult<Success, Refused> =
  | { readonly __typename: Success; readonly payment: Payment }
  | { readonly __typename: Refused; readonly payment: Payment; readonly message: string }
  | { readonly __typename: 'PaymentNotFound' | 'PaymentProviderUnavailable'; readonly message: string };

/** The result of a mutation by which staff tell what is to be done with the payment of an order. */
export function staffResult<Success extends string, Refused extends string>(
  outcome: StaffOutcome,
  { success, refused, adviceOn }: Names<Success, Refused>,
): StaffResult<Success, Refused> {
  switch (outcome.kind) {
    case 'done':
      return { __typename: success, payment: outcome.payment };
    case 'notFound':
      return {
        __typename: 'PaymentNotFound',
        message: 'No order whose payment you manage has this id. Check it.',
      };
    case 'refused':
      return { __typename: refused, payment: outcome.payment, message: adviceOn(outcome.reason) };
    case 'providerUnavailable':
      return {
        __typename: 'PaymentProviderUnavailable',
        message: 'The payment provider does not answer. Try again in a minute with the same idempotency key.',
      };
    default:
      return outcome satisfies never;
  }
}
