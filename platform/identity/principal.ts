/** Who asks, as every layer behind the edge sees them. */
export interface Principal {
  readonly kind: 'user' | 'service' | 'anonymous';
  /** An id: of a person, a device or a service. Never a name or an address. */
  readonly subject: string;
  readonly roles: readonly string[];
  readonly scopes: ReadonlySet<string>;
  /** Ownership dimensions beyond the subject: what a device or a member of staff is bound to. */
  readonly bindings: Readonly<Record<string, string>>;
  /** The channel the request came through; `internal` for services. */
  readonly channel: string;
}

/** How the principal is named in events and logs. */
export const actorOf = (principal: Principal): string => `${principal.kind}:${principal.subject}`;

/** `admin` passes every check of scopes. */
export const hasScope = (principal: Principal, scope: string): boolean =>
  principal.scopes.has(scope) || principal.scopes.has('admin');

export const anonymous = (channel: string, scopes: readonly string[]): Principal => ({
  kind: 'anonymous',
  subject: 'anonymous',
  roles: ['anonymous'],
  scopes: new Set(scopes),
  bindings: {},
  channel,
});

/** The identity under which a service calls others, and does what nobody asked for. */
export const servicePrincipal = (name: string): Principal => ({
  kind: 'service',
  subject: name,
  roles: [],
  scopes: new Set(),
  bindings: {},
  channel: 'internal',
});
