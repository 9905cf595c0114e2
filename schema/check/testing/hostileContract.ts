import { Source, parse } from 'graphql';
import { documentId, normalise } from '#gateway/documents/trustedDocuments.ts';
import type { LiveDocument } from '../documents/liveDocument.ts';

/** What no subgraph of ours has today, and any may have tomorrow. */
export const hostileSdl = `
  directive @format(as: String = "plain", width: Int) repeatable on FIELD | FRAGMENT_SPREAD
  directive @trace on QUERY
  type Query {
    node(id: ID!): Node
    order(id: ID!): Order
    find(by: FindBy!): [Node!]
    latest: Order
    some(ids: [Int]): Order
  }
  interface Node { id: ID!  label(upper: Boolean): String! }
  interface Priced implements Node { id: ID!  label(upper: Boolean): String!  total: Int! }
  type Order implements Node & Priced { id: ID!  label(upper: Boolean): String!  total: Int!  at: DateTime }
  type Guest implements Node { id: ID!  label(upper: Boolean): String! }
  type Van { id: ID!  label(upper: Boolean): String! }
  scalar DateTime @specifiedBy(url: "https://example.com/v1")
  enum Old { A  B @deprecated }
  type Holder { old: Old }
  extend type Query { holder: Holder }
  input FindBy @oneOf { id: ID  label: String  range: Range }
  input Range { from: Int  to: Int }
  directive @around(reach: Reach = {}) on FIELD
  input Reach { upTo: Int = 5  unit: Unit = {} }
  input Unit { km: Boolean = true }
  interface Place { near(reach: Reach): [Node!] }
  type Depot implements Place { near(reach: Reach = {}): [Node!] }
  extend type Query { within(reach: Reach = {}): [Node!]  place: Place }
`;

/** A document of a build in the field. */
export function live(text: string, name = 'Screen'): LiveDocument {
  const document = parse(new Source(text, 'app.graphql'));
  return {
    ...{ channel: 'kiosk', client: 'app', version: '7', name, file: 'app.graphql', document },
    id: documentId(normalise(document)),
  };
}
