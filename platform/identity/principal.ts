/** Who makes a request: the form in which every layer behind the edge knows the caller. */
export interface Principal {
  readonly kind: 'user' | 'service' | 'anonymous';
  /** The id of a person, a device or a service; never a name or an e-mail address. */
  readonly subject: string;
  readonly roles: readonly string[];
  readonly scopes: ReadonlySet<string>;
  /** What a device or a member of staff is bound to, such as `store`: they may only work there. */
  readonly bindings: Readonly<Record<string, string>>;
  /** The channel the request came through; `internal` for services. */
  readonly channel: string;
}

/** The name of a principal in events and logs: `<kind>:<subject>`. */
export const actorOf = (principal: Principal): string => `${principal.kind}:${principal.subject}`;

/** Whether the principal has a scope. The scope `admin` includes all others. */
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

/** The identity under which a service calls other services and does work that no request asked for. */
export const servicePrincipal = (name: string): Principal => ({
  kind: 'service',
  subject: name,
  roles: [],
  scopes: new Set(),
  bindings: {},
  channel: 'internal',
});
