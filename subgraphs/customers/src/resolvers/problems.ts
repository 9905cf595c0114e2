import type { InputProblem } from '../inputChecks.ts';

/** The failures that several mutations share, as the schema words them. */
export const notRegistered = {
  __typename: 'CustomerNotRegistered',
  message: 'There is no profile for this token. Register first.',
} as const;

export const notAllowed = {
  __typename: 'CustomerNotAllowed',
  message: 'This token is not of a customer. Sign in as one.',
} as const;

export const addressNotFound = {
  __typename: 'CustomerAddressNotFound',
  message: 'None of your addresses has this id. Read the addresses again.',
} as const;

export const invalid = (problems: readonly InputProblem[]) => ({
  __typename: 'CustomerInputInvalid' as const,
  message: `Cannot be accepted: ${problems.map(({ field }) => field).join(', ')}. Correct it, and send it with a new idempotency key.`,
  problems: [...problems],
});
