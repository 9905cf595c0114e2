/**
 * The catalogue of all scopes and of the roles that grant them. A token has roles, and the gateway turns them into
 * scopes, so that rights are changed here only. A scope says which actions are allowed; on whose data is a matter of
 * ownership, which each domain decides from the principal's subject and from what the role that grants the scope is
 * bound to.
 */
export const scopes = {
  'catalog:read': 'Read stores, opening hours, menus, prices and availability.',
  'orders:place': 'Place orders.',
  'orders:read':
    'Read your own orders: as the customer, as a device or staff of the store, or as the courier who carries it.',
  'orders:cancel': 'Cancel your own orders, within the rules.',
  'board:read': 'Read the order board of the store that the token is bound to.',
  'kitchen:work': 'See the kitchen queue of the store that the token is bound to and move its orders along.',
  'profile:read': 'Read your own customer profile.',
  'profile:write': 'Change your own customer profile, addresses, preferences and consent.',
  'loyalty:read': 'Read your own points and ledger.',
  'memberships:own': 'Ask for a membership, and read and change your own.',
  'delivery:quote': 'Ask what a delivery would cost and when it would arrive.',
  'delivery:read': 'Follow your own deliveries.',
  'delivery:work': 'Work as a courier: position, jobs, status.',
  'stock:read': 'Read the stock of the store that the token is bound to.',
  'stock:write': 'Receive and adjust the stock of the store that the token is bound to.',
  'store:manage':
    'Pause and resume ordering, and change opening hours and availability, of the store that the token is bound to.',
  'payments:read': 'Read the payment of your own order.',
  'payments:manage': 'Refund and inspect the payments of the store that the token is bound to.',
  'customers:support':
    'Find a customer by their whole e-mail address, give them points of goodwill, have a receipt sent again, erase them.',
  'orders:follow': 'Be told by webhook how the orders of the stores get on that the app was given.',
  'vendor:follow': 'Be told by webhook of the orders from the vendors that the app was given.',
  'partner:develop':
    'Register documents and webhooks, and make and end API keys, of the partner that the token is bound to.',
  'partner:manage': 'Open the accounts and apps of partners, and see their keys, documents and use.',
  'vendor:work': 'Answer the orders of the vendor that the token is bound to, keep its catalogue, and see its money.',
  'marketplace:manage': 'Take vendors in and change them, see their orders and money, and refund orders from them.',
  'audit:read': 'Read the audit trail: what staff and partners did, or tried to, in all domains.',
  'access:revoke': 'End the access of any person or device at once.',
  admin: 'Act on every store, customer and courier.',
} as const;

export type Scope = keyof typeof scopes;

export const roleScopes = {
  anonymous: ['catalog:read'],
  customer: [
    'catalog:read',
    'orders:place',
    'orders:read',
    'orders:cancel',
    'profile:read',
    'profile:write',
    'loyalty:read',
    'memberships:own',
    'delivery:quote',
    'delivery:read',
    'payments:read',
  ],
  kiosk: ['catalog:read', 'orders:place', 'orders:read', 'orders:cancel', 'board:read', 'payments:read'],
  courier: ['catalog:read', 'orders:read', 'delivery:read', 'delivery:work'],
  kitchen: ['catalog:read', 'orders:read', 'board:read', 'kitchen:work', 'stock:read'],
  manager: [
    'catalog:read',
    'orders:place',
    'orders:read',
    'orders:cancel',
    'board:read',
    'kitchen:work',
    'stock:read',
    'stock:write',
    'store:manage',
    'payments:read',
    'payments:manage',
    'delivery:read',
  ],
  support: ['catalog:read', 'customers:support'],
  auditor: ['audit:read'],
  partner: ['catalog:read', 'delivery:quote', 'orders:follow', 'vendor:follow', 'partner:develop'],
  vendor: ['catalog:read', 'vendor:work'],
  admin: Object.keys(scopes) as Scope[],
} as const satisfies Record<string, readonly Scope[]>;

export type Role = keyof typeof roleScopes;

/** The scopes of a role; none for a role that is not in the catalogue, whatever an issuer of tokens calls it. */
export const scopesOfRole = (role: string): readonly Scope[] =>
  Object.hasOwn(roleScopes, role) ? roleScopes[role as Role] : [];

/** Whether the subject of a token with this role is an id in the graph: that of the customer or of the courier. */
export const isNamedById = (role: string): boolean => role === 'customer' || role === 'courier';

/** The roles that are bound to a store: who has one of them acts there, in this role, and in no other store. */
export const storeRoles = ['kiosk', 'kitchen', 'manager'] as const satisfies readonly Role[];

/**
 * The scopes that an app of a partner may be given, of those of the role `partner`, in which it acts. Its API keys act
 * for nobody, so nothing that belongs to a person is among them, and of stores' orders only
 * how they get on, at those stores that an admin gave the app; so do orders from vendors.
 */
export const appScopes = [
  'catalog:read',
  'delivery:quote',
  'orders:follow',
  'vendor:follow',
] as const satisfies readonly Scope[];
export type AppScope = (typeof appScopes)[number];
