import type { storeRoles, Role } from '#schema/scopes.ts';
import { seedId } from '#schema/seed/seedId.ts';

/** Somebody whom the sandbox's identity provider knows. */
export interface Person {
  /** What they type to sign in. */
  readonly login: string;
  readonly name: string;
  /** `sub` of their tokens. */
  readonly subject: string;
  readonly roles: readonly Role[];
  /** What each of their roles is bound to, by role. */
  readonly bindings: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

const atStore = (role: (typeof storeRoles)[number], n: number) => {
  const store = seedId('store', n);
  return { subject: `${role}-${store}`, roles: [role], bindings: { [role]: { store } } };
};
const customer = (n: number) => ({ subject: seedId('customer', n), roles: ['customer'] as const, bindings: {} });
const courier = (n: number) => ({ subject: seedId('courier', n), roles: ['courier'] as const, bindings: {} });

/** Some of the people of the seed, at least one for each role in which people, and not devices, work. */
export const people: readonly Person[] = [
  { login: 'ada', name: 'Ada Beispiel, a customer in Berlin', ...customer(1) },
  { login: 'customer2', name: 'Another customer', ...customer(2) },
  { login: 'courier', name: 'A courier in Berlin', ...courier(1) },
  { login: 'courier2', name: 'Another courier', ...courier(2) },
  { login: 'kitchen', name: 'A cook of the store in Berlin', ...atStore('kitchen', 1) },
  { login: 'manager', name: 'The manager of the store in Berlin', ...atStore('manager', 1) },
  { login: 'manager2', name: 'The manager of another store', ...atStore('manager', 2) },
  { login: 'support', name: 'Somebody of support', subject: 'support', roles: ['support'], bindings: {} },
  { login: 'auditor', name: 'An auditor of the chain', subject: 'auditor', roles: ['auditor'], bindings: {} },
  { login: 'admin', name: 'An admin of the chain', subject: 'admin', roles: ['admin'], bindings: {} },
  {
    login: 'partner',
    name: 'A developer of a partner',
    subject: 'partner',
    roles: ['partner'],
    bindings: { partner: { partner: seedId('partner', 1) } },
  },
  {
    login: 'vendor',
    name: 'Somebody of a vendor',
    subject: 'vendor',
    roles: ['vendor'],
    bindings: { vendor: { vendor: seedId('vendor', 1) } },
  },
];
