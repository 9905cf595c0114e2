import type pg from 'pg';
import type { Domain } from '#platform/domain/domain.ts';
import { Session } from './session.ts';

const open = new WeakMap<pg.Pool, { users: number; session: Session; opening: Promise<void> }>();

/**
 * Gives the one dedicated connection that this process keeps to a domain's database, shared by all users (the relay,
 * operations). It is opened for the first user and closed when the last one has called `release`.
 */
export async function domainSession(
  domain: Pick<Domain, 'name' | 'pool' | 'log'>,
): Promise<{ session: Session; release(): Promise<void> }> {
  let entry = open.get(domain.pool);
  if (!entry) {
    const session = new Session(domain.pool, `${domain.name}-events`, domain.log);
    entry = { users: 0, session, opening: session.open() };
    open.set(domain.pool, entry);
  }
  const shared = entry;
  shared.users += 1;
  const release = async () => {
    shared.users -= 1;
    if (shared.users > 0) return;
    open.delete(domain.pool);
    await shared.session.close();
  };
  try {
    await shared.opening;
  } catch (error) {
    await release();
    throw error;
  }
  return { session: shared.session, release };
}
