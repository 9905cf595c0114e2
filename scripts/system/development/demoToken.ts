import { issueToken } from '#platform/identity/developmentIssuer.ts';
import { storeRoles } from '#schema/scopes.ts';
import { seedId } from '#schema/seed/seedId.ts';
import { clientKeyOf, type SecretOptions } from '../secrets.ts';

export interface DemoActor {
  /** Mostly one. */
  readonly roles: readonly string[];
  /** By default the first customer or courier of the seed, or a device or person of the store. */
  readonly subject?: string | undefined;
  /** Whom a role is bound to, where it is bound; by default the first of the seed. */
  readonly store?: string | undefined;
  readonly partner?: string | undefined;
  readonly vendor?: string | undefined;
}

const isOfStore = (role: string): boolean => (storeRoles as readonly string[]).includes(role);

/** Issues a token of the development profile, good for 12 hours. */
export async function demoToken(options: SecretOptions, actor: DemoActor): Promise<string> {
  const { roles, store = seedId('store', 1) } = actor;
  const bindingOf: Readonly<Record<string, Record<string, string>>> = {
    partner: { partner: actor.partner ?? seedId('partner', 1) },
    vendor: { vendor: actor.vendor ?? seedId('vendor', 1) },
    ...Object.fromEntries(roles.filter(isOfStore).map((role) => [role, { store }])),
  };
  return issueToken(await clientKeyOf(options), {
    subject: actor.subject ?? subjectOf(roles[0] ?? '', store),
    roles: [...roles],
    bindings: Object.fromEntries(roles.flatMap((role) => (bindingOf[role] ? [[role, bindingOf[role]]] : []))),
  });
}

function subjectOf(role: string, store: string): string {
  if (role === 'customer' || role === 'courier') return seedId(role, 1);
  return isOfStore(role) ? `${role}-${store}` : role;
}
