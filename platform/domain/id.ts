const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Whether a text can be an id: a UUID in lower case, as this graph writes every one of its ids. Ids are opaque and
 * compared as text, in caches, feeds and tokens too, so another spelling of one names nothing: it is looked up nowhere
 * and found by nobody. The database would refuse most other texts.
 */
export const isId = (text: string): boolean => uuid.test(text);
