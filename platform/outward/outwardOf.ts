import type { Domain } from '#platform/domain/domain.ts';
import type { Counterpart } from './counterpart.ts';
import { createOutward, type Outward } from './outward.ts';

const known = new WeakMap<object, Map<string, Outward>>();

/** How a domain calls a counterpart. It is the same for all calls of the domain, since its circuit has a state. */
export function outwardOf(domain: Pick<Domain, 'name' | 'metrics'>, counterpart: Counterpart): Outward {
  const ofDomain = known.get(domain) ?? new Map<string, Outward>();
  known.set(domain, ofDomain);
  const found =
    ofDomain.get(counterpart.name) ?? createOutward(counterpart, domain.metrics, `${domain.name}.${counterpart.name}`);
  ofDomain.set(counterpart.name, found);
  return found;
}
