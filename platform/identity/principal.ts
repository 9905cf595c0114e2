import { isId } from '#platform/domain/id.ts';

/** What a caller may do in one of its roles, and where. */
export interface Grant {
  readonly role: string;
  readonly scopes: ReadonlySet<string>;
  /** What a device or a member of staff is bound to in this role, such as `store`: they may only work there. */
  readonly bindings: Readonly<Record<string, string>>;
}

/** Who makes a request: the form in which every layer behind the edge knows the caller. */
export interface Principal {
  readonly kind: 'user' | 'service' | 'anonymous';
  /** The id of a person, a device or a service; never a name or an e-mail address. */
  readonly subject: string;
  /**
   * One for each role in which the caller acts. A rule on whose data a caller may touch asks one grant for both the
   * scope and the binding: otherwise a scope of one role could be used where only another role is bound.
   */
  readonly grants: readonly Grant[];
  /** The channel the request came through; `internal` for services. */
  readonly channel: string;
  /**
   * Who really acts, where it is not the subject themselves: a person of support, for a customer who asked for it
   * (`act` of RFC 8693). The rights are those of the grants, and the rows those of the subject.
   */
  readonly act?: { readonly subject: string };
}

/** The name of a principal in events and logs: `<kind>:<subject>`. */
export const actorOf = (principal: Principal): string => `${principal.kind}:${principal.subject}`;

/** Who acts, and for whom if not for themselves, as events and the audit trail name them. */
export function partiesOf(principal: Principal): { readonly actor: string; readonly onBehalfOf?: string } {
  const subject = actorOf(principal);
  return principal.act ? { actor: `user:${principal.act.subject}`, onBehalfOf: subject } : { actor: subject };
}

/** Tells callers apart who may not share what they use up, or what they are answered. */
export function callerKeyOf(principal: Principal): string {
  const { actor, onBehalfOf } = partiesOf(principal);
  return onBehalfOf === undefined ? actor : `${actor} for ${onBehalfOf}`;
}

/** The names of the roles in which a principal acts. */
export const rolesOf = ({ grants }: Principal): string[] => grants.map(({ role }) => role);

const gives = ({ scopes }: Grant, scope: string): boolean => scopes.has(scope) || scopes.has('admin');

/**
 * Whether the principal has a scope in any of its roles. The scope `admin` includes all others. This says what a
 * caller may do, and not on whose data: see `grantsWith`.
 */
export const hasScope = (principal: Principal, scope: string): boolean =>
  principal.grants.some((grant) => gives(grant, scope));

/** Whether the principal may act on everybody's data. */
export const isAdmin = (principal: Principal): boolean => hasScope(principal, 'admin');

/** The roles in which the principal has a scope, each with what it is bound to. */
export const grantsWith = (principal: Principal, scope: string): Grant[] =>
  principal.grants.filter((grant) => gives(grant, scope));

/** The subject of a user who acts in this role; undefined for everybody else. */
export const subjectAs = (role: string, { kind, subject, grants }: Principal): string | undefined =>
  kind === 'user' && grants.some((grant) => grant.role === role) ? subject : undefined;

/** The subject of a user who acts in this role, if it is an id in the graph, as of customers and couriers. */
export function idAs(role: string, principal: Principal): string | undefined {
  const subject = subjectAs(role, principal);
  return subject !== undefined && isId(subject) ? subject : undefined;
}

/** All that the principal is bound to, in whichever role: name and value, sorted, each pair once. */
export function bindingsOf({ grants }: Principal): (readonly [string, string])[] {
  const pairs = grants.flatMap(({ bindings }) => Object.entries(bindings).map((pair) => JSON.stringify(pair)));
  return [...new Set(pairs)].sort().map((pair) => JSON.parse(pair) as [string, string]);
}

/**
 * What the principal is bound to by this name, such as `store`. Undefined if none of its roles is bound so, or if they
 * are bound differently. It is for showing; whose data a caller may touch, `grantsWith` tells.
 */
export function soleBinding(principal: Principal, name: string): string | undefined {
  const values = bindingsOf(principal).flatMap(([bound, value]) => (bound === name ? [value] : []));
  return values.length === 1 ? values[0] : undefined;
}

export const anonymous = (channel: string, scopes: readonly string[]): Principal => ({
  kind: 'anonymous',
  subject: 'anonymous',
  grants: [{ role: 'anonymous', scopes: new Set(scopes), bindings: {} }],
  channel,
});

/** The identity under which a service calls other services and does work that no request asked for. */
export const servicePrincipal = (name: string): Principal => ({
  kind: 'service',
  subject: name,
  grants: [],
  channel: 'internal',
});

/** A service that may do everything, everywhere: for work of its own that no right may limit, such as seeding. */
export const adminService = (name: string): Principal => ({
  ...servicePrincipal(name),
  grants: [{ role: 'admin', scopes: new Set(['admin']), bindings: {} }],
});
