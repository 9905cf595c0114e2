import pg from 'pg';
import { NotAvailableAtStart } from '#platform/config/startupError.ts';
import { connectWithinMs } from './connectWithinMs.ts';

/**
 * Opens a connection for a process that starts; the caller ends it. If the server is not there, hangs or refuses us,
 * the error says in one line where it was looked for and what to do.
 * @throws NotAvailableAtStart
 */
export async function firstConnection(url: string, withinMs = connectWithinMs): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: withinMs });
  // If the server goes away, the statement under way fails. Without this listener the process would end, too.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return client;
  } catch (error) {
    throw new NotAvailableAtStart(`PostgreSQL at ${client.host}:${client.port} ${whyNot(client, error, withinMs)}`, {
      cause: error,
    });
  }
}

/** Says why there is no connection and what to do about it, by the kind of the error. */
function whyNot({ user, database }: pg.Client, error: unknown, withinMs: number): string {
  // If a host has several addresses, each is tried, and the error has an empty message and a list of errors.
  const {
    code = '',
    message = '',
    errors: [first] = [],
  } = error as { code?: string; message?: string; errors?: readonly Error[] };
  const said = (message || first?.message || code).replace(/\.$/, '');
  if (message === 'timeout expired')
    return `has not answered within ${withinMs / 1_000} s: see whether it is well; DATABASE_HOST and DATABASE_PORT say where it is looked for.`;
  if (notThere.has(code))
    return `is not reached (${said}): start it; DATABASE_HOST and DATABASE_PORT say where it is looked for.`;
  if (turnedAway.has(code))
    return `does not let ${user} into the database ${database} (${said}): check the password; "serve databases" makes the roles and databases of all domains.`;
  // TLS and certificates, of all that is left, are what a person sets.
  return `cannot be connected to (${said}): see the log of PostgreSQL; where it is about TLS or a certificate, DATABASE_SSLMODE and DATABASE_CA_PATH say what is asked of it.`;
}

const notThere: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);
/**
 * SQLSTATEs by which a server refuses us: invalid_authorization_specification, invalid_password, invalid_catalog_name,
 * insufficient_privilege.
 */
const turnedAway: ReadonlySet<string> = new Set(['28000', '28P01', '3D000', '42501']);
