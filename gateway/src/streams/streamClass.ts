import { createHash } from 'node:crypto';
import { principalKey } from '#platform/identity/identity.ts';
import type { Principal } from '#platform/identity/principal.ts';

/** What callers of one class have in common, and all that an execution for them is told of who asks. */
export interface StreamClass {
  readonly principal: Principal;
  /** Equal for two callers of one class. */
  readonly key: string;
}

const subject = 'subject';

/**
 * The class of a caller, for an answer that depends on nothing of it but its kind, roles and scopes, and these
 * properties. The token of a class names no other: a resolver that needs more finds nothing, and refuses. `undefined`
 * stands for an answer that may depend on anything: the class is the caller alone.
 */
export function streamClass(principal: Principal, dimensions: readonly string[] | undefined): StreamClass {
  if (!dimensions) return { principal, key: principalKey(principal) };
  const member: Principal = {
    ...principal,
    bindings: Object.fromEntries(Object.entries(principal.bindings).filter(([name]) => dimensions.includes(name))),
  };
  if (dimensions.includes(subject)) return { principal: member, key: principalKey(member) };
  const key = principalKey({ ...member, subject: '' });
  return {
    principal: { ...member, subject: `class:${createHash('sha256').update(key).digest('hex').slice(0, 16)}` },
    key,
  };
}
