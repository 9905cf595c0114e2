/**
 * The registry of all subgraphs, which composition, start, tests and operations read.
 *
 * `port` is an offset to `PORT_BASE`: a subgraph that is served alone answers GraphQL at base + port and gRPC at base
 * + port + 20. `database` is the name both of the PostgreSQL database and of the role that owns it.
 */
export interface SubgraphEntry {
  readonly name: string;
  readonly port: number;
  readonly database: string;
}

export const subgraphs: readonly SubgraphEntry[] = [
  { name: 'stores', port: 11, database: 'stores' },
  { name: 'menu', port: 12, database: 'menu' },
  { name: 'customers', port: 13, database: 'customers' },
  { name: 'orders', port: 14, database: 'orders' },
  { name: 'payments', port: 15, database: 'payments' },
  { name: 'inventory', port: 16, database: 'inventory' },
  { name: 'delivery', port: 17, database: 'delivery' },
  { name: 'loyalty', port: 18, database: 'loyalty' },
  { name: 'partners', port: 19, database: 'partners' },
  { name: 'memberships', port: 21, database: 'memberships' },
  { name: 'notifications', port: 22, database: 'notifications' },
  { name: 'marketplace', port: 23, database: 'marketplace' },
];
