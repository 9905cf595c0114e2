/** A subgraph, or a proxy before it, has answered this request with no GraphQL; it may answer others. */
export class UnusableAnswer extends Error {
  override readonly name = 'UnusableAnswer';
}
