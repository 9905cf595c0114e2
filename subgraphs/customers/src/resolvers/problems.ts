import type { InputProblem } from '../inputChecks.ts';

/** The failures that several mutations share; each is a type of the schema. */
export const notRegistered = {
  __typename: 'CustomerNotRegistered',
  message: 'There is no profile for this token. Register first.',
} as const;

export const notAllowed = {
  __typename: 'CustomerNotAllowed',
  message: "This token is not a customer's. Sign in as a customer.",
} as const;

export const addressNotFound = {
  __typename: 'CustomerAddressNotFound',
  message: 'None of your addresses has this id. Read the addresses again.',
} as const;

export const invalid = (problems: readonly InputProblem[]) => ({
  __typename: 'CustomerInputInvalid' as const,
  message: `These fields are not valid: ${problems.map(({ field }) => field).join(', ')}. Correct them, and send the input with a new idempotency key.`,
  problems: [...problems],
});
