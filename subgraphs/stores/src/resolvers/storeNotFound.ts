/** A store that does not exist and one that belongs to somebody else get the same answer. */
export const storeNotFound = {
  __typename: 'StoreNotFound',
  message: 'No store that you manage has this id. Check the id, and the store to which your token is bound.',
} as const;
