/** The same for a store that does not exist and for one that is another's. */
export const storeNotFound = {
  __typename: 'StoreNotFound',
  message: 'There is no such store among those you manage. Check the id, and the store your token is bound to.',
} as const;
