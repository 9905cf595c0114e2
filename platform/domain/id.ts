const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Whether a text has the form of our ids: a UUID in lower case. Ids are compared as text (in caches, feeds and tokens,
 * too), so the same UUID in another spelling is no id. Check ids from clients by this before a query: PostgreSQL fails
 * on a text that is no UUID.
 */
export const isId = (text: string): boolean => uuid.test(text);
