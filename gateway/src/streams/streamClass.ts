import { createHash } from 'node:crypto';
import { principalKey } from '#platform/identity/identity.ts';
import type { Principal } from '#platform/identity/principal.ts';

/** What the callers of one class have in common. An execution for the class knows nothing else about who asks. */
export interface StreamClass {
  readonly principal: Principal;
  /** Equal for two callers of one class. */
  readonly key: string;
}

const subject = 'subject';

/**
 * The class of a caller. Callers with the same kind, the same roles with their scopes, and the same `dimensions` (the
 * properties of `@variesBy`) get the same answer, so it is executed once for all of them. The class's token holds no
 * other properties of a caller: a resolver that needs one does not find it, and refuses. Without `dimensions` the
 * answer may depend on anything, and each caller is a class of its own.
 */
export function streamClass(principal: Principal, dimensions: readonly string[] | undefined): StreamClass {
  if (!dimensions) return { principal, key: principalKey(principal) };
  const depends = (name: string): boolean => dimensions.includes(name);
  // Mostly the answer depends on all bindings that there are. A copy would be kept for each client.
  const member: Principal = principal.grants.every(({ bindings }) => Object.keys(bindings).every(depends))
    ? principal
    : {
        ...principal,
        grants: principal.grants.map((grant) => ({
          ...grant,
          bindings: Object.fromEntries(Object.entries(grant.bindings).filter(([name]) => depends(name))),
        })),
      };
  if (depends(subject)) return { principal: member, key: principalKey(member) };
  const key = principalKey({ ...member, subject: '' });
  return {
    principal: { ...member, subject: `class:${createHash('sha256').update(key).digest('hex').slice(0, 16)}` },
    key,
  };
}
