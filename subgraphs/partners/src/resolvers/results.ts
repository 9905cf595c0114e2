/** The failures that several mutations share; each is a type of the schema. */
export const notFound = (what: string) => ({
  __typename: 'PartnerThingNotFound' as const,
  message: `There is no such ${what}, or it is not yours.`,
});

export const problem = ({ field, message }: { readonly field: string; readonly message: string }) => ({
  __typename: 'PartnerInputProblem' as const,
  field,
  message,
});
