/** The failures that several mutations share, as the schema words them. */
export const courierUnknown = {
  __typename: 'DeliveryCourierUnknown',
  message: 'This token is of no courier of ours. Ask the operations desk to be signed up.',
} as const;

/** The same for a delivery that does not exist and for one that is another's. */
export const deliveryNotFound = {
  __typename: 'DeliveryNotFound',
  message: 'None of your jobs has this id. Read the jobs again.',
} as const;
