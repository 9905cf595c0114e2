import type { SupportOutcome } from '../commands/supportCustomer.ts';

/** What the actions of support answer; `success` is the type for one that was done. */
export function supportResult<Success extends string>(outcome: SupportOutcome, customerId: string, success: Success) {
  switch (outcome.kind) {
    case 'done':
      return { __typename: success, customerId, at: outcome.at };
    case 'notFound':
      return {
        __typename: 'SupportCustomerNotFound' as const,
        message: 'No customer has this id: they never registered, or were erased.',
      };
    case 'invalid':
      return { __typename: 'SupportInputProblem' as const, field: outcome.field, message: outcome.message };
  }
}
