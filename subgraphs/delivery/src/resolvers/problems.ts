/** The failures that several mutations share; each is a type of the schema. */
export const courierUnknown = {
  __typename: 'DeliveryCourierUnknown',
  message: "This token's subject is not a courier of the chain. Ask the operations desk to sign you up.",
} as const;

/** A delivery that does not exist and one that belongs to somebody else get the same answer. */
export const deliveryNotFound = {
  __typename: 'DeliveryNotFound',
  message: 'None of your jobs has this id. Read the jobs again.',
} as const;
