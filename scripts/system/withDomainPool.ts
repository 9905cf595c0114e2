import pg from 'pg';
import { StartupError } from '#platform/config/startupError.ts';
import { subgraphs } from '#schema/subgraphs.ts';

/** Where the database of a domain is. */
export type UrlOf = (domain: string) => string | Promise<string>;

/** @throws StartupError for what is not the name of a domain */
export function checkDomain(domain: string | undefined): string {
  if (domain && subgraphs.some(({ name }) => name === domain)) return domain;
  throw new StartupError(`name a domain: ${subgraphs.map(({ name }) => name).join(', ')}.`);
}

/**
 * Runs the work of a command on the database of a domain.
 * @throws StartupError when it cannot be reached, or has no tables yet
 */
export async function withDomainPool<T>(urlOf: UrlOf, domain: string, work: (pool: pg.Pool) => Promise<T>): Promise<T> {
  const pool = new pg.Pool({ connectionString: await urlOf(domain), max: 1, connectionTimeoutMillis: 5_000 });
  pool.on('error', () => undefined);
  try {
    return await work(pool);
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    if (code === 'ECONNREFUSED' || /timeout exceeded when trying to connect/.test(message))
      throw new StartupError(`the database of ${domain} cannot be reached: does the system run? (DATA_DIR, PORT_BASE)`);
    if (code === '42P01' || code === '3D000')
      throw new StartupError(`the database of ${domain} has no tables of the platform yet: start the system once.`);
    throw error;
  } finally {
    await pool.end();
  }
}
